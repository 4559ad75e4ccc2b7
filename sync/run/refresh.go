package run

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"path/filepath"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/journal"
	"github.com/statussync/statussync/sync/plan"
	"github.com/statussync/statussync/sync/row"
)

var errEnough = errors.New("nobody listens any more")

// touches yields what a run did to the keys of its rows, from a join of rows and outcomes: what was confirmed, or, for
// a row that was sent without being confirmed, that nothing is known any more. With forget nothing is known of any of
// them.
func touches(forget bool, join func(seen func(*row.Row, *row.Outcome) error) error) iter.Seq2[journal.Applied, error] {
	return func(yield func(journal.Applied, error) bool) {
		var hash row.Hasher
		err := join(func(r *row.Row, o *row.Outcome) error {
			var a journal.Applied
			switch o.Verdict {
			case row.Succeeded:
				a = journal.Applied{Key: hash.Key(&r.Status), Fingerprint: hash.Fingerprint(&r.Status), Forget: forget}
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

// refreshStale takes what killed runs in the folder dir did into what the target is known to hold: their processes
// ended before they could say so. Of a run that others followed only so much is certain that its keys are not known any
// more, since the last touch of a key counts.
func refreshStale(ctx context.Context, j *journal.Journal, dir, target string) error {
	runs, err := j.Runs(ctx)
	if err != nil {
		return err
	}
	followed := false
	for _, r := range runs { // the newest first
		if r.Target != target || r.Fence == 0 {
			continue
		}
		if !r.Refreshed {
			err := refresh(ctx, j, r, filepath.Join(dir, r.ID), followed)
			if errors.Is(err, fs.ErrNotExist) { // its copy of the input is gone, and with it what it did
				err = j.ForgetTarget(ctx, r.ID)
			}
			if err != nil {
				return err
			}
		}
		followed = true
	}
	return nil
}

func refresh(ctx context.Context, j *journal.Journal, r journal.Run, folder string, forget bool) error {
	old, err := newRenderer(j, r, folder)
	if err != nil {
		return err
	}
	return j.Refresh(ctx, r.ID, touches(forget, func(seen func(*row.Row, *row.Outcome) error) error {
		return old.join(ctx, func(rec *input.Record, o *row.Outcome) error { return seen(&rec.Row, o) })
	}))
}

// applied yields what the target is known to hold, in the order of keys, after what killed runs did to it.
func applied(ctx context.Context, j *journal.Journal, dir, target string) (iter.Seq2[plan.Known, error], error) {
	if err := refreshStale(ctx, j, dir, target); err != nil {
		return nil, books(err)
	}
	return func(yield func(plan.Known, error) bool) {
		for a, err := range j.Applied(ctx, target) {
			if err != nil {
				err = books(err)
			}
			if !yield(plan.Known{Key: a.Key, Fingerprint: a.Fingerprint}, err) {
				return
			}
		}
	}, nil
}
