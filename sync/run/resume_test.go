package run

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/journal"
)

// TestResume stops a run in the middle; the same command goes on with it and sends what is left, nothing else.
func TestResume(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	path := w.file("users.csv", table(1, 60))
	first := w.stopped(20, path)
	w.law(first, 60)
	if d := w.document(first.ID); d.State != "open" || !strings.Contains(d.Stopped, "SIGTERM") || d.Counts["unsent"] == 0 {
		t.Errorf("%s after %q: %v", d.State, d.Stopped, d.Counts)
	}
	if w.latest() != first.ID {
		t.Errorf("latest leads to %s", w.latest())
	}
	again := w.run(ExitOK, path)
	if again.ID != first.ID || again.Stopped != nil || !w.said("goes on") {
		t.Errorf("run %s, stopped by %v, after %s", again.ID, again.Stopped, first.ID)
	}
	w.law(again, 60)
	if got := w.sent(); got != 60 {
		t.Errorf("%d writes for 60 rows", got)
	}
	if d := w.document(again.ID); d.State != "finished" || d.Stopped != "" || d.Sessions != 2 || d.Resent != 0 {
		t.Errorf("%s after %d sessions, %q, %d rows sent again", d.State, d.Sessions, d.Stopped, d.Resent)
	}
	if names := w.remains(again.ID); slices.Contains(names, "failed.csv") {
		t.Errorf("rows to send again are left among %q", names)
	}
	if third := w.run(ExitOK, path); third.ID == first.ID {
		t.Error("a finished run was taken up")
	}
	if len(w.summaries) != 3 {
		t.Errorf("%d summaries of 3 sessions", len(w.summaries))
	}
}

// secondRuns are runs that follow an unfinished one.
var secondRuns = []struct {
	name   string
	change func(w *world, paths []string) []string // returns the inputs of the second run
	same   bool
	state  journal.State // of the first run in the end
	said   string
}{
	{"the same", func(_ *world, p []string) []string { return p }, true, journal.StateFinished, "goes on"},
	{"another name", func(w *world, p []string) []string {
		return []string{w.file("renamed.csv", table(1, 6)), p[1]}
	}, true, journal.StateFinished, "goes on"},
	{"another order", func(_ *world, p []string) []string { return []string{p[1], p[0]} }, false,
		journal.StateAbandoned, "the input is another one"},
	{"other input", func(w *world, p []string) []string { return p[:1] }, false,
		journal.StateAbandoned, "the input is another one"},
	{"fresh", func(w *world, p []string) []string { w.opt.Fresh = true; return p }, false,
		journal.StateAbandoned, "--fresh was given"},
	{"too old", func(w *world, p []string) []string { w.opt.ResumeWithin = 0; return p }, false,
		journal.StateAbandoned, "longer than --resume-within"},
	{"another target", func(w *world, p []string) []string { w.opt.Target = "elsewhere"; return p }, false,
		journal.StateOpen, "a run begins"},
}

// TestTakenUp has what decides whether an unfinished run is taken up, and what becomes of it if not.
func TestTakenUp(t *testing.T) {
	t.Parallel()
	origin := newWorld(t, unlimited)
	origin.opt.Target, origin.opt.Send.Limit = anywhere, 3
	first := origin.run(ExitUnfinished, origin.file("a.csv", table(1, 6)), origin.file("b.csv", table(7, 10)))
	for _, test := range secondRuns {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, unlimited)
			paths := origin.copyTo(w, "a.csv", "b.csv")
			second := w.run(ExitOK, test.change(w, paths)...)
			if same := first.ID == second.ID; same != test.same {
				t.Errorf("taken up: %v", same)
			}
			ids, states := w.states()
			if oldest := len(ids) - 1; ids[oldest] != first.ID || states[oldest] != string(test.state) {
				t.Errorf("the first run is %s, want %s", states[oldest], test.state)
			}
			if !w.said(test.said) {
				t.Errorf("nobody said %q", test.said)
			}
			if sent, all := w.sent(), int64(len(w.lines(second.ID))); sent != all && !(test.same && sent == all-3) {
				t.Errorf("%d writes for %d rows", sent, all)
			}
			if w.opt.Target == anywhere {
				return
			}
			w.opt.Target = anywhere
			if third := w.run(ExitOK, paths...); third.ID != first.ID {
				t.Error("back at the first target, its run is not taken up")
			}
		})
	}
}

// TestOtherSettings takes neither of two answers that could be wrong.
func TestOtherSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	path := w.file("users.csv", table(1, 30))
	first := w.stopped(5, path)
	before := w.sent()
	w.opt.SkipInvalid = true
	err := w.fails(ExitUsage, path)
	if !has(err, "--on-invalid was refuse, is skip", "--fresh", first.ID) {
		t.Errorf("%v", err)
	}
	if w.sent() != before || len(w.folders()) != 1 || len(w.summaries) != 1 {
		t.Errorf("%d rows were sent, folders %q", w.sent()-before, w.folders())
	}
	w.opt.SkipInvalid = false
	if again := w.run(ExitOK, path); again.ID != first.ID {
		t.Error("the first settings do not go on with the run")
	}
}

// earlySignals are moments before the first request at which a signal may come.
var earlySignals = []struct {
	name string
	set  func(w *world, stop func()) []string
}{
	{"before it begins", func(w *world, stop func()) []string {
		stop()
		return []string{w.file("users.csv", table(1, 3))}
	}},
	{"while it reads standard input", func(w *world, stop func()) []string {
		end := make(chan struct{})
		w.Cleanup(func() { close(end) })
		w.opt.Stdin = readerFunc(func([]byte) (int, error) {
			stop()
			<-end // nobody interrupts a read of a terminal
			return 0, io.EOF
		})
		return []string{"-"}
	}},
	{"when it has read standard input", func(w *world, stop func()) []string {
		w.opt.Stdin = readerFunc(func([]byte) (int, error) {
			stop()
			return 0, io.EOF
		})
		return []string{"-"}
	}},
	{"while it decides", func(w *world, stop func()) []string {
		w.opt.Found = func(*Findings) { stop() }
		return []string{w.file("users.csv", table(1, 3))}
	}},
	{"while it goes on", func(w *world, stop func()) []string {
		path := w.file("users.csv", table(1, 30))
		w.stopped(3, path)
		stop()
		return []string{path}
	}},
}

// TestStoppedEarly is stopped by a signal before anything is sent: the books hold no trace that needs mending.
func TestStoppedEarly(t *testing.T) {
	t.Parallel()
	for _, test := range earlySignals {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, unlimited)
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			inputs := test.set(w, func() { cancel(Signal(2)) })
			before := w.sent()
			o := w.opt
			o.Inputs = inputs
			result, err := Run(ctx, o) // where it has decided in spite of the signal, there is a result
			if got := ExitStatus(err); got != 130 && (err != nil || result.Exit != 130) || w.sent() != before {
				t.Errorf("%d rows were sent, then %+v, %v", w.sent()-before, result, err)
			}
			w.opt.Found = func(*Findings) {}
			if len(w.folders()) > 0 { // then it goes on
				w.run(ExitOK, inputs...)
			}
		})
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestLocked is refused while another run is at work, or waits for it.
func TestLocked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	path := w.file("users.csv", table(1, 3))
	lock, err := journal.Acquire(t.Context(), w.opt.Dir, 0)
	check(t, err)
	if err := w.fails(ExitLocked, path); !has(err, "another run holds the lock", "--lock-wait") {
		t.Errorf("%v", err)
	}
	if err := Report(t.Context(), w.opt.Dir, "", "test", w.opt.Summarize); ExitStatus(err) != ExitLocked {
		t.Errorf("report: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	w.opt.LockWait = time.Minute
	cancel(Signal(15))
	w.failsIn(ctx, 143, path)
	time.AfterFunc(time.Millisecond, func() { lock.Release() })
	w.run(ExitOK, path)
}

// TestRunsFolder is refused where it is a link, and made where it is missing.
func TestRunsFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	path := w.file("users.csv", table(1, 1))
	real := filepath.Join(w.home, "a", "b")
	w.opt.Dir = real
	w.run(ExitOK, path)
	link := filepath.Join(w.home, "link")
	check(t, os.Symlink(real, link))
	for _, dir := range []string{link, link + "/"} {
		w.opt.Dir = dir
		if err := w.fails(ExitUsage, path); !has(err, "is a symbolic link", "--runs") {
			t.Errorf("%s: %v", dir, err)
		}
	}
	for _, dir := range []string{path, filepath.Join(path, "below")} {
		w.opt.Dir = dir
		w.fails(ExitBooks, path)
	}
}
