package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/journal"
	"github.com/statussync/statussync/sync/row"
)

// A Past is one run of the history.
type Past struct {
	ID        string
	Started   time.Time
	Duration  time.Duration // from the start of the first session to the end of the last
	Rows      int64
	Succeeded int64 // succeeded, unchanged and duplicate
	Failed    int64 // failed for good, mismatched, invalid
	Left      int64 // a later run may help
	State     string
	Exit      string // the last exit status; "-" while it runs, after a process that was killed, and of a kept plan
}

// History returns the runs in dir, the newest first. It takes no lock.
func History(ctx context.Context, dir string) ([]Past, error) {
	all, err := history(ctx, dir)
	return all, interrupted(ctx, err)
}

func history(ctx context.Context, dir string) ([]Past, error) {
	j, err := journal.OpenReadOnly(ctx, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, books(err)
	}
	defer j.Close()
	runs, err := j.Runs(ctx)
	if err != nil {
		return nil, books(err)
	}
	var all []Past
	for _, r := range runs {
		p, err := past(ctx, j, r)
		if err != nil {
			return nil, books(err)
		}
		all = append(all, p)
	}
	return all, nil
}

func past(ctx context.Context, j *journal.Journal, r journal.Run) (Past, error) {
	p := Past{ID: r.ID, Started: r.Started, Rows: r.Rows, State: string(r.State), Exit: "-"}
	if !r.Ended.IsZero() && r.State != journal.StateSaved {
		p.Duration, p.Exit = r.Ended.Sub(r.Started), fmt.Sprintf("%d %s", r.ExitStatus, reports.ExitWord(r.ExitStatus))
	}
	if len(r.Inputs) == 0 { // it was dropped before every row was decided: none counts
		return p, nil
	}
	counts, again, err := j.Counts(ctx, r.ID)
	p.Left = again
	p.Succeeded = counts[row.Succeeded] + counts[row.Unchanged] + counts[row.Duplicate]
	p.Failed = r.Rows - p.Succeeded - again
	return p, err
}
