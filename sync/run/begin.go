package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"go.uber.org/zap"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/journal"
)

// tempPrefix begins the names of folders that are not runs yet.
const tempPrefix = ".new-"

// begin takes the input in and finds the run that it belongs to: an unfinished one, or a new one.
func (w *work) begin(ctx context.Context) error {
	if w.o.SavedRun != "" {
		return w.beginSaved(ctx)
	}
	paths, err := input.Expand(w.o.Inputs)
	if err != nil {
		return &Failure{Exit: ExitRefused, Err: err}
	}
	id := newID(time.Now())
	temp := tempPrefix + id
	if err := w.dir.Mkdir(temp, 0o700); err != nil {
		return books(err)
	}
	defer w.dir.RemoveAll(temp) // of a new run, the name is gone by then
	folder, err := w.dir.OpenRoot(temp)
	if err != nil {
		return books(err)
	}
	defer folder.Close()
	in, err := takeIn(ctx, folder, paths, w.o.Stdin)
	if err != nil {
		return err
	}
	if err := w.unfinished(ctx, in); err != nil {
		return err
	}
	if w.resumed {
		err = w.replaceInput(temp, in)
	} else {
		err = w.enter(ctx, temp, id, in)
	}
	if err != nil {
		return books(err)
	}
	return w.open(ctx)
}

// enter makes the temporary folder that of a new run.
func (w *work) enter(ctx context.Context, temp, id string, in intake) error {
	w.run = journal.Run{
		ID: id, Fingerprint: in.fingerprint, Target: w.o.target(), Settings: w.o.recorded(nil),
		Inputs: in.inputs, Started: time.Now(),
	}
	if err := w.journal.Begin(ctx, w.run); err != nil {
		return err
	}
	if err := w.dir.Rename(temp, id); err != nil {
		return err
	}
	return syncDir(w.dir, ".")
}

// replaceInput puts the copy that was just taken in into the folder of the run that is taken up: it has the content
// that the run was decided over, whatever became of the run's own copy.
func (w *work) replaceInput(temp string, in intake) error {
	for i, one := range in.inputs {
		from, to := filepath.Join(temp, inputDir, one.File), filepath.Join(w.run.ID, inputDir, w.run.Inputs[i].File)
		if err := w.dir.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := w.dir.Rename(from, to); err != nil {
			return err
		}
	}
	return syncDir(w.dir, filepath.Join(w.run.ID, inputDir))
}

// syncDir makes what was renamed in a folder survive the loss of power.
func syncDir(root *os.Root, name string) error {
	d, err := root.Open(name)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && runtime.GOOS != "windows" {
		return err
	}
	return nil
}

// open begins the session of the run that was found.
func (w *work) open(ctx context.Context) error {
	options, err := inputOptions(decidedBy(w.run.Settings))
	if err != nil {
		return err
	}
	w.records = recordsOf(w.path(), w.run.Inputs, options)
	w.session, err = w.journal.BeginSession(ctx, w.run.ID)
	if err != nil {
		return books(err)
	}
	w.result.ID = w.run.ID
	if !w.resumed {
		w.o.Log.Info("a run begins", zap.String("run", w.run.ID))
	}
	w.session.Tally(journal.Event{Kind: journal.Sending, At: time.Now()}) // for lastActive, should this process be killed
	if err := w.session.Flush(ctx); err != nil {
		return books(err)
	}
	return nil
}

// lastActive returns when the run was last worked at. Of a killed session only its start and its requests tell.
func (w *work) lastActive(ctx context.Context, r journal.Run) (time.Time, error) {
	if !r.Ended.IsZero() {
		return r.Ended, nil
	}
	last := r.Started
	for t, err := range w.journal.Tallies(ctx, r.ID) {
		if err != nil {
			return last, err
		}
		last = t.Start.Add(journal.TallySpan)
	}
	return last, nil
}

// unfinished looks for a run over the same content at the same target that can be taken up. Those that cannot are
// closed once the new run is decided. A plan that is kept leaves them alone.
func (w *work) unfinished(ctx context.Context, in intake) error {
	if w.saving {
		return nil
	}
	runs, err := w.journal.Runs(ctx)
	if err != nil {
		return books(err)
	}
	for _, r := range runs {
		if r.State != journal.StateOpen || r.Target != w.o.target() {
			continue
		}
		why, err := w.cannotTakeUp(ctx, r, in)
		if err != nil {
			return err
		}
		if why == "" {
			w.run, w.resumed = r, true
			return nil
		}
		w.o.Log.Warn("another run is unfinished and will be abandoned", zap.String("run", r.ID), zap.String("why", why))
		w.replaced = append(w.replaced, r)
	}
	return nil
}

// abandon closes the runs that the new one takes the place of.
func (w *work) abandon(ctx context.Context) error {
	for _, r := range w.replaced {
		if err := w.journal.Conclude(ctx, r.ID, journal.StateAbandoned, -1); err != nil {
			return err
		}
	}
	return nil
}

// cannotTakeUp says why the unfinished run r is not taken up; empty if it is. Another setting for the same content is
// an error, since either answer could be the wrong one.
func (w *work) cannotTakeUp(ctx context.Context, r journal.Run, in intake) (string, error) {
	last, err := w.lastActive(ctx, r)
	silence := time.Since(last)
	switch {
	case err != nil:
		return "", books(err)
	case w.o.Fresh:
		return "--fresh was given", nil
	case r.Fingerprint != in.fingerprint:
		return "the input is another one", nil
	case silence > w.o.ResumeWithin:
		return fmt.Sprintf("it ended %s ago, longer than --resume-within", silence.Round(time.Second)), nil
	case decidedBy(r.Settings) != w.o.settings():
		return "", &Failure{Exit: ExitUsage,
			Text: fmt.Sprintf("run %s over the same input is unfinished, but was decided otherwise: %s",
				r.ID, difference(decidedBy(r.Settings), w.o.settings())),
			Do: "give the same settings to go on with it, or --fresh to begin anew"}
	}
	return "", nil
}
