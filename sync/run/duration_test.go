package run

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph/simulator"
)

// expiring begins a run that may last an hour, and decides it.
func (w *world) expiring(path string) corpse {
	w.Helper()
	w.opt.MaxDuration = time.Hour
	c := w.begun(path)
	c.began, w.opt.MaxDuration = time.Now(), 0
	check(w, c.decide(w.Context()))
	return c
}

// expire lets the hour of the run be over.
func (c corpse) expire() { c.began = time.Now().Add(-time.Hour) }

// ends finishes the run, and compares its exit status.
func (c corpse) ends(t *testing.T, exit int, stopped error) *Result {
	t.Helper()
	r, err := c.finish(t.Context(), t.Context(), stopped)
	check(t, err)
	c.close()
	if r.Exit != exit {
		t.Fatalf("exit status %d (%v), want %d", r.Exit, r.Stopped, exit)
	}
	return r
}

// TestMaxDuration ends the sending, and the same command goes on.
func TestMaxDuration(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	path := w.file("users.csv", table(1, 10))
	c := w.expiring(path)
	c.expire()
	r := c.ends(t, ExitUnfinished, c.send(t.Context()))
	if d := w.document(r.ID); d.State != "open" || !strings.Contains(d.Stopped, "--max-duration is over") || w.sent() != 0 {
		t.Errorf("%+v, %d writes", d, w.sent())
	}
	if again := w.run(ExitOK, path); again.ID != r.ID {
		t.Errorf("%s, not %s", again.ID, r.ID)
	}
}

// TestMaxDurationAtOnce sends nothing when the time is over before anything is decided.
func TestMaxDurationAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	w.opt.MaxDuration = 1
	err := w.fails(ExitUnfinished, w.file("users.csv", table(1, 10)))
	if !has(err, "nothing was sent: --max-duration is over", "longer") || w.sent() != 0 {
		t.Errorf("%v, %d writes", err, w.sent())
	}
}

// TestMaxDurationWhileListing sends nothing and keeps nothing when the time is over before Graph has said what it holds.
func TestMaxDurationWhileListing(t *testing.T) {
	t.Parallel()
	p := newProver(t, unlimited)
	p.opt.Compare = true
	early, over := context.WithCancelCause(t.Context())
	p.reading = func(int64) { over(errDuration) }
	c := p.begun(p.file("users.csv", table(1, 10)))
	defer c.close()
	if _, err := c.complete(t.Context(), early); !errors.Is(err, errDuration) || p.sent() != 0 || len(p.folders()) != 0 {
		t.Errorf("%v, %d writes, folders %q", err, p.sent(), p.folders())
	}
}

// TestMaxDurationWhileReadingBack: what was not read by then is unread, and read when the same command is given again.
func TestMaxDurationWhileReadingBack(t *testing.T) {
	t.Parallel()
	p := newProver(t, unlimited)
	path := p.file("users.csv", table(1, 10))
	c := p.expiring(path)
	stopped := c.send(t.Context())
	c.expire()
	r := c.ends(t, ExitUnfinished, c.prove(t.Context(), t.Context(), stopped))
	if r.Stopped == nil || !has(r.Stopped, "10 rows could not be read back: --max-duration is over", "once more") {
		t.Errorf("stopped by %v", r.Stopped)
	}
	if d := p.document(r.ID); d.State != "open" || d.Counts["succeeded"] != 10 || p.proof(r.ID).Unread != 10 {
		t.Errorf("%+v, %+v", d, p.proof(r.ID))
	}
	if again := p.run(ExitOK, path); again.ID != r.ID || p.sent() != 10 || p.proof(r.ID).Equal != 10 {
		t.Errorf("%s, %d writes, %+v", again.ID, p.sent(), p.proof(r.ID))
	}
}

// TestMaxDurationWhileResolving changes nothing: nobody has asked for a proof.
func TestMaxDurationWhileResolving(t *testing.T) {
	t.Parallel()
	p := newResolver(t, simulator.Rule{Method: http.MethodPatch, ID: "r3", Fault: simulator.Fault{Status: 504}})
	c := p.expiring(p.file("users.csv", table(1, 10)))
	stopped := c.send(t.Context())
	c.expire()
	r := c.ends(t, ExitUnfinished, c.prove(t.Context(), t.Context(), stopped))
	if r.Stopped != nil || !p.said("not every row could be read back") || p.verdicts(r.ID) != "9 succeeded, 1 unknown" {
		t.Errorf("stopped by %v: %s", r.Stopped, p.verdicts(r.ID))
	}
}

// TestMaxDurationIsNoSignal keeps the two apart, which end a context alike.
func TestMaxDurationIsNoSignal(t *testing.T) {
	t.Parallel()
	err := error(&dispatch.Stop{Reason: dispatch.Signal, Err: errDuration})
	if !errors.Is(err, errDuration) || stopStatus(err) != ExitUnfinished || strings.Contains(err.Error(), "SIG") {
		t.Errorf("%v ends with %d", err, stopStatus(err))
	}
}
