package run

import (
	"context"
	"errors"
	"iter"
	"path/filepath"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/journal"
	"github.com/statussync/statussync/sync/plan"
	"github.com/statussync/statussync/sync/row"
)

var errEnough = errors.New("nobody listens any more")

// touches yields what a run did to the keys of its rows, from a join of rows and outcomes: what was confirmed, or, for
// a row that was sent without being confirmed, that nothing is known any more.
func touches(join func(seen func(*row.Row, *row.Outcome) error) error) iter.Seq2[journal.Applied, error] {
	return func(yield func(journal.Applied, error) bool) {
		var hash row.Hasher
		err := join(func(r *row.Row, o *row.Outcome) error {
			var a journal.Applied
			switch o.Verdict {
			case row.Succeeded:
				a = journal.Applied{Key: hash.Key(&r.Status), Fingerprint: hash.Fingerprint(&r.Status)}
			case row.Mismatched, row.Failed, row.Unknown:
				a = journal.Applied{Key: hash.Key(&r.Status), Forget: true}
			default:
				return nil
			}
			if !yield(a, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(journal.Applied{}, err)
		}
	}
}

// stale returns the runs whose touches must be taken into what the target is known to hold, the oldest first: the first
// one whose process was killed before it could say so, and all after it, since the last touch of a key counts.
func stale(ctx context.Context, j *journal.Journal, target string) ([]journal.Run, error) {
	runs, err := j.Runs(ctx)
	if err != nil {
		return nil, err
	}
	var later, found []journal.Run
	for _, r := range runs {
		if r.Target != target || r.Fence == 0 {
			continue
		}
		later = append([]journal.Run{r}, later...)
		if !r.Refreshed {
			found = later
		}
	}
	return found, nil
}

// refreshStale takes what killed runs in the folder dir did into what the target is known to hold, and what was done
// after them.
func refreshStale(ctx context.Context, j *journal.Journal, dir, target string) error {
	runs, err := stale(ctx, j, target)
	if err != nil {
		return err
	}
	for _, r := range runs {
		old, err := newRenderer(j, r, filepath.Join(dir, r.ID))
		if err != nil {
			return err
		}
		changes := touches(func(seen func(*row.Row, *row.Outcome) error) error {
			return old.join(ctx, func(rec *input.Record, o *row.Outcome) error { return seen(&rec.Row, o) })
		})
		if err := j.Refresh(ctx, r.ID, changes); err != nil {
			return err
		}
	}
	return nil
}

// applied yields what the target is known to hold, in the order of keys, after what killed runs did to it.
func applied(ctx context.Context, j *journal.Journal, dir, target string) (iter.Seq2[plan.Known, error], error) {
	if err := refreshStale(ctx, j, dir, target); err != nil {
		return nil, books(err)
	}
	return func(yield func(plan.Known, error) bool) {
		for a, err := range j.Applied(ctx, target) {
			if !yield(plan.Known{Key: a.Key, Fingerprint: a.Fingerprint}, err) {
				return
			}
		}
	}, nil
}
