package run

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph/simulator"
)

// hang lets every read hang until the test is over. It returns how many have come.
func (p *prover) hang() (reads func() int64) {
	over := make(chan struct{})
	p.Cleanup(func() { close(over) })
	p.atOnce = func(int64) { <-over }
	return func() int64 {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.requests
	}
}

// TestMaxDurationWhileListing sends nothing when the time is over before Graph has said what it holds.
func TestMaxDurationWhileListing(t *testing.T) {
	t.Parallel()
	p := newProver(t, unlimited)
	p.opt.Compare, p.opt.MaxDuration = true, time.Second
	reads := p.hang()
	err := p.fails(ExitUnfinished, p.file("users.csv", table(1, 10)))
	if !has(err, "--max-duration was over before anything", "longer") || p.sent() != 0 || reads() != 1 {
		t.Errorf("%v, %d writes, %d reads", err, p.sent(), reads())
	}
	if names := p.folders(); len(names) != 0 {
		t.Errorf("folders %q are left", names)
	}
}

// TestMaxDurationWhileReadingBack: what was not read by then is unread, and read when the same command is given again.
func TestMaxDurationWhileReadingBack(t *testing.T) {
	t.Parallel()
	p := newProver(t, unlimited)
	p.opt.MaxDuration = 2 * time.Second
	p.hang()
	path := p.file("users.csv", table(1, 10))
	r := p.run(ExitUnfinished, path)
	if r.Stopped == nil || !has(r.Stopped, "10 rows could not be read back: --max-duration is over", "once more") {
		t.Errorf("stopped by %v", r.Stopped)
	}
	if d := p.document(r.ID); d.State != "open" || d.Counts["succeeded"] != 10 || p.proof(r.ID).Unread != 10 {
		t.Errorf("%+v, %+v", d, p.proof(r.ID))
	}
	p.atOnce, p.opt.MaxDuration = nil, 0
	if again := p.run(ExitOK, path); again.ID != r.ID || p.sent() != 10 || p.proof(r.ID).Equal != 10 {
		t.Errorf("%s, %d writes, %+v", again.ID, p.sent(), p.proof(r.ID))
	}
}

// TestMaxDurationWhileResolving changes nothing: nobody has asked for a proof.
func TestMaxDurationWhileResolving(t *testing.T) {
	t.Parallel()
	p := newResolver(t, simulator.Rule{Method: http.MethodPatch, ID: "r3", Fault: simulator.Fault{Status: 504}})
	p.opt.MaxDuration = 2 * time.Second
	p.hang()
	r := p.run(ExitUnfinished, p.file("users.csv", table(1, 10)))
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
