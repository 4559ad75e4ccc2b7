package run

import (
	"context"
	"errors"
	"iter"
	"path/filepath"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/journal"
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

// stale returns the runs at the target whose touches are not part of what it is known to hold, the oldest first: their
// processes were killed before they could say so.
func stale(ctx context.Context, j *journal.Journal, target string) ([]journal.Run, error) {
	runs, err := j.Runs(ctx)
	if err != nil {
		return nil, err
	}
	var found []journal.Run
	for _, r := range runs {
		if r.Target == target && !r.Refreshed && r.Fence > 0 {
			found = append([]journal.Run{r}, found...)
		}
	}
	return found, nil
}

// refreshStale takes what killed runs did into what the target is known to hold.
func (w *work) refreshStale(ctx context.Context) error {
	runs, err := stale(ctx, w.journal, w.run.Target)
	if err != nil {
		return books(err)
	}
	for _, r := range runs {
		old, err := newRenderer(w.journal, r, filepath.Join(w.o.Dir, r.ID))
		if err != nil {
			return err
		}
		changes := touches(func(seen func(*row.Row, *row.Outcome) error) error {
			return old.join(ctx, func(rec *input.Record, o *row.Outcome) error { return seen(&rec.Row, o) })
		})
		if err := w.journal.Refresh(ctx, r.ID, changes); err != nil {
			return books(err)
		}
	}
	return nil
}
