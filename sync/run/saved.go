package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"github.com/statussync/statussync/sync/journal"
)

// save decides what a run would do, and keeps the run for somebody to start it. Of an input that is refused nothing is
// kept.
func (w *work) save(ctx context.Context) (*Planned, error) {
	if err := w.begin(ctx); err != nil {
		return nil, w.unsent(interrupted(ctx, err))
	}
	after, _, done := ending(ctx)
	defer done()
	err := interrupted(ctx, w.decide(ctx))
	if err != nil && !errors.Is(err, errRefused) {
		return nil, w.drop(after, err)
	}
	disk := need(w.size, w.run.Rows) + w.before
	for _, in := range w.run.Inputs {
		disk += in.Bytes
	}
	p := summed(w.o, w.plan.Counts(), disk)
	if err != nil {
		err = errors.Join(w.session.End(after, ExitRefused, journal.StateRefused, ""), w.dir.RemoveAll(w.run.ID))
	} else {
		p.ID = w.run.ID
		err = w.session.End(after, ExitOK, journal.StateSaved, "")
	}
	if err != nil {
		return nil, books(err)
	}
	if p.ID != "" {
		w.o.Log.Info("the plan is kept", zap.String("run", p.ID))
	}
	return p, nil
}

// beginSaved finds the run that a plan has kept, or that was begun and stopped.
func (w *work) beginSaved(ctx context.Context) error {
	r, err := w.journal.Run(ctx, w.o.SavedRun)
	if errors.Is(err, fs.ErrNotExist) {
		return &Failure{Exit: ExitUsage, Text: fmt.Sprintf("there is no run %.100q", w.o.SavedRun), Do: "see statussync runs"}
	}
	if err != nil {
		return books(err)
	}
	if err := w.unfit(ctx, r); err != nil {
		return err
	}
	settings, err := parseDeciding(decidedBy(r.Settings))
	if err != nil {
		return err
	}
	w.run, w.resumed, w.o.SkipInvalid = r, true, settings.OnInvalid == skipInvalid
	if err := w.supersede(ctx); err != nil {
		return books(err)
	}
	return w.open(ctx)
}

// overWords say why a run in a state is not to be sent.
var overWords = map[journal.State]string{
	journal.StateFinished:  "it has been sent already",
	journal.StateRefused:   "its input was refused",
	journal.StateAbandoned: "it was given up",
}

// unfit says why the run r is not sent, nil if it is.
func (w *work) unfit(ctx context.Context, r journal.Run) error {
	refuse := func(do, format string, args ...any) error {
		return &Failure{Exit: ExitUsage, Text: "run " + r.ID + " is not sent: " + fmt.Sprintf(format, args...), Do: do}
	}
	const anew = "make a new plan: statussync plan --save FILE…"
	last, err := w.lastActive(ctx, r)
	if err != nil {
		return books(err)
	}
	age, silence := time.Since(r.Started), time.Since(last)
	switch {
	case r.State != journal.StateSaved && r.State != journal.StateOpen:
		return refuse("see statussync runs", "%s", cmp.Or(overWords[r.State], string(r.State)))
	case r.Target != w.o.target():
		return refuse("give the settings of that target, or make a new plan for this one",
			"it was planned for %q, not for %q", r.Target, w.o.target())
	case r.State == journal.StateSaved && age > w.o.MaxPlanAge:
		return refuse(anew, "it was planned %s ago, longer than --max-plan-age %s", age.Round(time.Second), w.o.MaxPlanAge)
	case r.State == journal.StateOpen && silence > w.o.ResumeWithin:
		return refuse(anew, "it was stopped %s ago, longer than --resume-within %s",
			silence.Round(time.Second), w.o.ResumeWithin)
	}
	why, err := altered(filepath.Join(w.o.Dir, r.ID), r)
	if why != "" {
		return refuse(anew, "%s", why)
	}
	return err
}

// supersede finds the unfinished runs at the same target: the one that is sent now takes their place.
func (w *work) supersede(ctx context.Context) error {
	runs, err := w.journal.Runs(ctx)
	for _, r := range runs {
		if r.State == journal.StateOpen && r.Target == w.run.Target && r.ID != w.run.ID {
			w.o.Log.Warn("another run is unfinished and will be abandoned", zap.String("run", r.ID),
				zap.String("why", "a plan that was kept is sent"))
			w.replaced = append(w.replaced, r)
		}
	}
	return err
}

// start makes a run that was saved one that was begun. Runs are told apart by when they were planned, so what was sent
// meanwhile is taken into what the target is known to hold before this one adds to it.
func (w *work) start(ctx context.Context) error {
	if w.o.SavedRun == "" {
		return nil
	}
	err := refreshStale(ctx, w.journal, w.o.Dir, w.run.Target)
	if err == nil {
		err = w.abandon(ctx)
	}
	if err == nil && w.run.State == journal.StateSaved {
		err = w.journal.Start(ctx, w.run.ID)
	}
	if err != nil {
		return books(err)
	}
	w.run.State = journal.StateOpen
	return nil
}
