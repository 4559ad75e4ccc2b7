package run

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"github.com/statussync/statussync/sync/journal"
	"github.com/statussync/statussync/sync/plan"
	"github.com/statussync/statussync/sync/row"
)

// errRefused is why a run whose input has invalid rows sends nothing.
var errRefused = &Failure{Exit: ExitRefused, Text: "nothing was sent, because rows are invalid",
	Do: "mend them, or send the others with --on-invalid skip"}

func (w *work) path() string { return filepath.Join(w.o.Dir, w.run.ID) }

// decide settles what is to be sent, and records every row that is not. A run that is taken up was decided before.
func (w *work) decide(ctx context.Context) error {
	if w.resumed {
		return w.takeUp(ctx)
	}
	d := newDecider(w.records, w.o, w.record)
	if w.o.SkipUnchanged {
		known, err := applied(ctx, w.journal, w.o.Dir, w.run.Target)
		if err != nil {
			return err
		}
		d.applied = known
	}
	c, err := w.comparison()
	if err != nil {
		return err
	}
	defer c.close()
	if err := d.settle(ctx, w.o, c); err != nil {
		return err
	}
	w.before = c.kept()
	return w.decided(ctx, d)
}

// comparison returns what compares the rows with what Graph holds, nil if nobody asks for that.
func (w *work) comparison() (*comparison, error) {
	if !w.o.Compare {
		return nil, nil
	}
	c, err := newComparison(w.client, w.dispatch, w.o, w.path())
	if err != nil {
		return nil, err
	}
	if c.folder = w.path(); w.saving {
		c.changes = w.o.Changes
	}
	return c, nil
}

// decided goes on with what was decided.
func (w *work) decided(ctx context.Context, d *decider) error {
	w.plan, w.size = d.plan, d.bytes
	if err := w.planned(ctx, d); err != nil {
		return books(err)
	}
	c := d.plan.Counts()
	w.o.Log.Info("planned", zap.Int64("rows", c.Rows()), zap.Int64("send", c.Send),
		zap.Duration("shortest", shortest(c.Send, w.o.Send).Round(time.Second)))
	if d.refuses(w.o) {
		return errRefused
	}
	if err := w.abandon(ctx); err != nil {
		return books(err)
	}
	return nil
}

// planned records that every decision is recorded.
func (w *work) planned(ctx context.Context, d *decider) error {
	if err := w.session.Flush(ctx); err != nil {
		return err
	}
	for i := range w.run.Inputs {
		w.run.Inputs[i].Rows = d.rows[i]
	}
	w.run.Rows = d.plan.Counts().Rows()
	if !w.saving {
		return w.journal.Planned(ctx, w.run.ID, w.run.Rows, w.run.Inputs)
	}
	kept, err := keptSums(w.path()) // of what is complete by now
	if err != nil {
		return err
	}
	w.run.Settings = w.o.recorded(kept)
	return w.journal.Save(ctx, w.run.ID, w.run.Rows, w.run.Inputs, w.run.Settings)
}

// takeUp makes the plan of a run that an earlier session has begun from the outcomes that it left.
func (w *work) takeUp(ctx context.Context) error {
	w.plan = plan.New(w.o.Duplicates)
	var invalid int64
	for o, err := range w.journal.Outcomes(ctx, w.run.ID) {
		if err != nil {
			return books(err)
		}
		if o.Verdict == row.Invalid {
			invalid++
		}
		w.plan.Resume(o.Row, o.Verdict.Resend() && o.Retryable, o.Verdict == row.Unknown)
	}
	said := "an unfinished run over the same input goes on"
	if w.run.State == journal.StateSaved {
		said = "a plan that was kept is sent"
	}
	w.o.Log.Info(said, zap.String("run", w.run.ID),
		zap.Int64("rows", w.run.Rows), zap.Int64("left", w.plan.Counts().Send))
	if invalid > 0 && !w.o.SkipInvalid { // the process ended between deciding and refusing
		return errRefused
	}
	return expected(w.o, w.run.Rows)
}

// drop ends a run that was given up before its first request. Nothing of it is kept but its line in the history.
func (w *work) drop(after context.Context, err error) error {
	state := journal.StateAbandoned
	if ExitStatus(err) == ExitRefused {
		state = journal.StateRefused
	}
	return errors.Join(w.end(after, state, w.unsent(err)), w.dir.RemoveAll(w.run.ID))
}

// unsent says of what ended a run before its first request that nothing was sent, unless its exit status does.
func (w *work) unsent(err error) error {
	exit := ExitStatus(err)
	if w.resumed || exit == ExitRefused || exit == ExitUsage {
		return err
	}
	return &Failure{Exit: exit, Text: "nothing was sent", Err: err}
}

// end ends the session because of err, and returns that. A session that has failed says once more why: err has it.
func (w *work) end(after context.Context, state journal.State, err error) error {
	if failed := w.session.End(after, ExitStatus(err), state, sentence(err)); failed != nil && !errors.Is(err, failed) {
		return errors.Join(err, failed)
	}
	return err
}

func (w *work) record(o row.Outcome) error {
	if err := w.session.Record(o); err != nil {
		return books(err)
	}
	return nil
}

// check refuses an input beside the one that a saved run has, and to compare with what was applied to a tenant that
// nobody has named.
func (o *Options) check() error {
	switch {
	case o.SavedRun != "" && len(o.Inputs) > 0:
		return &Failure{Exit: ExitUsage, Text: "a plan that was kept has its own input",
			Do: "leave the files out, or --run"}
	case !o.SkipUnchanged || o.Tenant != "" || o.SavedRun != "":
		return nil
	}
	return &Failure{Exit: ExitUsage,
		Text: "--skip-unchanged needs to know the tenant, and neither settings nor token name it",
		Do:   "set --tenant, or auth.tenant in the configuration"}
}
