// Package run takes one run from its files to its last outcome.
//
// [Run] does the main job: it copies the input, decides, sends, reads back if asked to, remembers, and reports. [Plan]
// does the same up to the first write, and may keep what it has decided for a Run to send. [VerifyInput] compares the
// input with what Graph holds, and sends nothing. These three take [Options], of which Log, Found and Summarize must
// not be nil; a negative ExpectRows stands for any number of rows.
//
// Of the runs in a folder, [History] lists all, [Show] tells how one went, [Report] renders one again, and [Prune]
// removes old ones.
//
// Every row that enters leaves exactly once, with one outcome; what goes wrong with a row is an outcome, what goes
// wrong with the house is a [Failure].
package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/journal"
	"github.com/statussync/statussync/sync/plan"
)

// A Result says how a run ended.
type Result struct {
	ID      string // the run's folder below Options.Dir
	Exit    int    // the exit status
	Stopped error  // why it ended before its last row; nil if it did not
}

// work is one run in progress. It is used by one goroutine, but for observe.
type work struct {
	o       Options
	dir     *os.Root
	journal *journal.Journal
	run     journal.Run
	session *journal.Session
	records records
	plan    *plan.Plan
	size    int64 // bytes of all records
	before  int64 // bytes of what Graph held for the rows that are sent
	saving  bool  // for Plan: nothing is sent, what was decided is kept
	resumed bool
	result  Result
	began   time.Time // the session
	cut     bool      // the reading back is not over: the run stays open for it
	unread  *Failure  // why rows could not be read back, where a proof was asked for

	client    *graph.Client
	dispatch  *dispatch.Dispatcher
	learnedAt time.Time // when an earlier run has learned the rate with which this one begins

	replaced []journal.Run // unfinished runs that this one takes the place of
	requests atomic.Int64  // that sent a row in this session
	narrator narrator

	sent *meter // rows that were sent and have an outcome
}

// Run takes the inputs through a whole run, or takes up an unfinished one. An error is a *Failure or unexpected; a run
// that ended early is a Result whose Exit says so.
func Run(ctx context.Context, o Options) (result *Result, err error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	err = within(ctx, o, func(w *work) error {
		early, cancel := w.timed(ctx)
		defer cancel()
		if err := w.begin(early); err != nil {
			return w.unsent(interrupted(early, err))
		}
		result, err = w.complete(ctx, early)
		return err
	})
	return result, err
}

// within does one session's work at the runs folder, which nobody else works in meanwhile.
func within(ctx context.Context, o Options, do func(*work) error) error {
	return locked(ctx, o.Dir, o.LockWait, func(dir *os.Root, j *journal.Journal) error {
		w := &work{o: o, dir: dir, journal: j, began: time.Now()}
		if err := w.connect(ctx); err != nil {
			return err
		}
		defer w.client.Close()
		return do(w)
	})
}

// interrupted returns why ctx ended, if it has: then err is only what came of it.
func interrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// timed returns ctx until --max-duration is over.
func (w *work) timed(ctx context.Context) (context.Context, context.CancelFunc) {
	if w.o.MaxDuration <= 0 {
		return ctx, func() {}
	}
	return context.WithDeadlineCause(ctx, w.began.Add(w.o.MaxDuration), errDuration)
}

// complete takes a run that has begun to its end. Early is ctx for what is done before the sending.
func (w *work) complete(ctx, early context.Context) (*Result, error) {
	after, files, done := ending(ctx)
	defer done()
	defer context.AfterFunc(ctx, func() {
		w.o.Log.Warn("stopping: what is under way is waited for, a second signal ends at once",
			zap.Error(context.Cause(ctx)), zap.Duration("grace", w.o.Send.Grace))
	})()
	err := interrupted(early, w.decide(early))
	if err == nil {
		err = w.checkSpace()
	}
	if err == nil {
		err = interrupted(early, w.start(early))
	}
	switch {
	case errors.Is(err, errRefused):
		return w.finish(after, files, err)
	case err != nil && !w.resumed:
		return nil, w.drop(after, err)
	case err != nil:
		return nil, w.end(after, w.run.State, err)
	}
	stopped := w.send(ctx)
	w.learn(after)
	return w.finish(after, files, w.prove(ctx, after, stopped))
}

// openDir opens the folder that holds all that is kept, and makes it if need be.
func openDir(path string) (*os.Root, error) {
	path = filepath.Clean(path) // with a slash at its end, a link would pass for the folder behind it
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSymlink != 0 {
		return nil, &Failure{Exit: ExitUsage, Text: fmt.Sprintf("the runs folder %q is a symbolic link", path),
			Do: "give --runs the folder that it points to"}
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, &Failure{Exit: ExitBooks, Text: "the runs folder cannot be made", Err: err}
	}
	dir, err := os.OpenRoot(path)
	if err != nil {
		return nil, &Failure{Exit: ExitBooks, Text: "the runs folder cannot be opened", Err: err}
	}
	return dir, nil
}

// books makes a failure of an error of the journal or the reports. What is one already stays as it is.
func books(err error) error {
	var own *Failure
	var hinted interface{ Hint() string }
	switch {
	case errors.As(err, &own):
		return err
	case errors.As(err, &hinted):
		return &Failure{Exit: ExitBooks, Text: "the books cannot be kept", Err: err}
	}
	return &Failure{Exit: ExitBooks, Text: "the books cannot be kept", Err: err,
		Do: "make room or mend the disk, then give the same command again: it goes on where this one stopped"}
}

func lockFailure(ctx context.Context, err error) error {
	if locked := (*journal.Locked)(nil); errors.As(err, &locked) {
		return &Failure{Exit: ExitLocked, Err: err}
	}
	return interrupted(ctx, books(err))
}
