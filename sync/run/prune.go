package run

import (
	"context"
	"os"

	"github.com/statussync/statussync/sync/journal"
)

// Prune removes the runs in the folder dir, but for the newest keep, and returns their ids. What a target is known to
// hold stays. It fails while another process works there.
func Prune(ctx context.Context, dir string, keep int) (removed []string, err error) {
	err = locked(ctx, dir, 0, func(root *os.Root, j *journal.Journal) error {
		removed, err = pruned(ctx, root, j, keep)
		if err != nil {
			return books(err)
		}
		return nil
	})
	return removed, interrupted(ctx, err)
}

// pruned removes old runs, their folders first: a run whose folder cannot be removed is still there to be pruned again.
func pruned(ctx context.Context, root *os.Root, j *journal.Journal, keep int) (removed []string, err error) {
	runs, err := j.Runs(ctx)
	if err != nil {
		return nil, err
	}
	for i := keep; i < len(runs); i++ {
		if err := root.RemoveAll(runs[i].ID); err != nil {
			return nil, err
		}
	}
	return j.Prune(ctx, keep)
}
