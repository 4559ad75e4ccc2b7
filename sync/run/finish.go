package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/journal"
	"github.com/statussync/statussync/sync/row"
)

// rowFilesAfter is how long after a stop signal the files with a line per row may still be written. Kubernetes kills
// 30 s after its SIGTERM.
const rowFilesAfter = 9 * time.Second

// quickRows is up to how many rows the files with a line per row take no time that a stop signal would notice.
const quickRows = 100_000

// ending returns two contexts for what must be done although ctx has ended: one that never ends, for the books, and one
// that ends rowFilesAfter later than ctx, for the files with a line per row. Requests under way have a
// life of their own in the dispatcher; this is where the rest of a run goes on without the context that it was given.
func ending(ctx context.Context) (books, files context.Context, done func()) {
	books = context.WithoutCancel(ctx)
	files, cancel := context.WithCancel(books)
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(rowFilesAfter):
			cancel()
		case <-files.Done():
		}
	})
	return books, files, func() { stop(); cancel() }
}

// finish ends the session and reports; the contexts are those of ending. Stopped is why the run ended before its last
// row, nil if it did not.
func (w *work) finish(after, files context.Context, stopped error) (*Result, error) {
	if !errors.Is(stopped, errRefused) { // that is not the end of the run, but its outcome
		w.result.Stopped = stopped
	}
	if err := w.conclude(after, stopped); err != nil {
		return nil, w.unrecorded(stopped, err)
	}
	if err := w.report(after, files); err != nil {
		w.journal.Conclude(after, w.run.ID, w.run.State, ExitBooks)
		return nil, w.unreported(stopped, err)
	}
	if w.run.State == journal.StateFinished {
		w.prune(after)
	}
	return &w.result, nil
}

// conclude ends the session in the journal.
func (w *work) conclude(after context.Context, stopped error) error {
	if err := w.session.Flush(after); err != nil {
		return err
	}
	counts, again, err := w.journal.Counts(after, w.run.ID)
	if err != nil {
		return err
	}
	w.result.Exit = exitOf(stopped, counts, again)
	if w.unread != nil && w.result.Stopped == nil {
		w.result.Stopped = w.unread
		w.result.Exit = worse(w.result.Exit, ExitStatus(w.unread))
	}
	state := journal.StateOpen
	switch {
	case errors.Is(stopped, errRefused):
		state = journal.StateRefused
	case again == 0 && !w.cut:
		state = journal.StateFinished
	}
	if err := w.session.End(after, w.result.Exit, state, sentence(w.result.Stopped)); err != nil {
		return err
	}
	w.run, err = w.journal.Run(after, w.run.ID)
	w.o.Log.Info("the run has ended",
		zap.String("run", w.run.ID), zap.Int("exit", w.result.Exit), zap.String("state", string(state)))
	return err
}

// unrecorded is the end of a run whose books could not be finished. What stopped the run before is said too.
func (w *work) unrecorded(stopped, err error) error {
	if own := (*dispatch.Stop)(nil); errors.As(stopped, &own) && own.Reason == dispatch.Record {
		stopped = nil // the same error, said once
	}
	return &Failure{Exit: ExitBooks, Err: errors.Join(stopped, err),
		Text: fmt.Sprintf("the books of run %s could not be finished; %d requests were made", w.run.ID, w.requests.Load()),
		Do:   "make room or mend the disk; then the same command goes on where this one stopped"}
}

// unreported is the end of a run whose books are finished, but whose report is not.
func (w *work) unreported(stopped, err error) error {
	return &Failure{Exit: ExitBooks, Err: errors.Join(stopped, err),
		Text: "the outcomes of run " + w.run.ID + " are recorded, but its report could not be written",
		Do:   "make room or mend the disk, then: statussync report " + w.run.ID}
}

// report writes the report of the run that has just ended. After a signal, and with many rows, the report and the
// summary come first, since there may be no time for the files with a line per row.
func (w *work) report(after, files context.Context) error {
	r, err := newRenderer(w.journal, w.run, w.path())
	if err != nil {
		return err
	}
	if err := r.load(after, w.o.Version); err != nil {
		return err
	}
	hurried := w.result.Exit > exitSignalFloor && w.run.Rows > quickRows
	if hurried {
		if err := w.publish(r, true); err != nil {
			return err
		}
	}
	err = w.journal.Refresh(files, w.run.ID, touches(false, func(seen func(*row.Row, *row.Outcome) error) error {
		return r.rows(files, seen)
	}))
	switch {
	case files.Err() != nil:
		w.o.Log.Warn("no time was left for the files with a line per row",
			zap.String("do", "statussync report "+w.run.ID))
		if hurried {
			return nil
		}
	case err != nil:
		return err
	case hurried:
		w.o.Log.Info("the files with a line per row are written", zap.Strings("files", r.report.Files))
		return r.json()
	}
	return w.publish(r, files.Err() != nil)
}

// publish writes report.json, lets runs/latest point to it, and says how the run ended. Pending: the files with a line
// per row are still to come.
func (w *work) publish(r *renderer, pending bool) error {
	if err := r.json(); err != nil {
		return err
	}
	if _, err := reports.Latest(w.o.Dir, w.run.ID); err != nil { // a convenience: the report is where it belongs
		w.o.Log.Warn("latest does not lead to this run", zap.Error(err))
	}
	w.o.Summarize(Summary{Run: &r.report, Groups: r.groups, Pending: pending})
	return nil
}

// prune lets old runs go. The run that has just ended stays, also if it is an old one that was taken up; what cannot be
// removed is tried again by the next good run.
func (w *work) prune(ctx context.Context) {
	runs, err := w.journal.Runs(ctx)
	if err == nil {
		_, err = pruned(ctx, w.dir, w.journal, max(w.o.Keep, 1+slices.IndexFunc(runs, func(r journal.Run) bool {
			return r.ID == w.run.ID
		})))
	}
	if err != nil {
		w.o.Log.Warn("old runs could not be removed", zap.Error(err))
	}
}

func sentence(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// exitOf returns the exit status of a run.
func exitOf(stopped error, c map[row.Verdict]int64, again int64) int {
	exit := ExitOK
	if c[row.Failed]+c[row.Mismatched]+c[row.Invalid]+c[row.Unknown]+c[row.Unsent] > again {
		exit = worse(exit, ExitFailed)
	}
	if again > 0 {
		exit = worse(exit, ExitUnfinished)
	}
	if stopped == nil {
		return exit
	}
	return worse(exit, stopStatus(stopped))
}

// stopStatus returns the exit status that belongs to the reason why a run was stopped.
func stopStatus(err error) int {
	var own interface{ ExitStatus() int }
	var refused *graph.Error
	var stop *dispatch.Stop
	switch {
	case errors.Is(err, errRefused):
		return ExitRefused
	case errors.As(err, &own): // a signal, --max-duration, or a failure of our own
		return own.ExitStatus()
	case errors.As(err, &refused) && refused.Kind == graph.SignIn:
		return ExitSignIn
	case errors.As(err, &refused) && (refused.Kind == graph.Certificate || refused.Kind == graph.Proxy):
		return ExitUsage
	case errors.As(err, &stop):
		return stopReasons[stop.Reason]
	}
	return ExitUnexpected
}

var stopReasons = map[dispatch.Reason]int{
	dispatch.Limit: ExitUnfinished, dispatch.MaxWait: ExitUnfinished, dispatch.MaxErrors: ExitStopped,
	dispatch.Uniform: ExitStopped, dispatch.Fatal: ExitUnexpected, dispatch.First: ExitUnexpected,
	dispatch.Record: ExitBooks, dispatch.Input: ExitUnexpected, dispatch.Panic: ExitUnexpected,
	dispatch.Signal: ExitUnexpected,
}
