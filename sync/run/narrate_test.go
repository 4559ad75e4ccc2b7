package run

import (
	"slices"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/statussync/statussync/sync/dispatch"
)

// TestNarrator tells of a pause again if it has become notably longer, or another one.
func TestNarrator(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zap.DebugLevel)
	n := narrator{log: zap.New(core)}
	began := time.Now()
	pause := func(at, until time.Duration, outage bool) {
		n.tell(dispatch.Event{
			Kind: dispatch.Pause, At: began.Add(at), Until: began.Add(until), Outage: outage, HTTPStatus: 429,
		})
	}
	for i := range time.Duration(10) {
		pause(i*time.Millisecond, 10*time.Second+i*100*time.Millisecond, false)
	}
	pause(time.Second, 11*time.Second, false)
	for i := range time.Duration(3) {
		pause(2*time.Second, (20+5*i)*time.Second, true)
	}
	pause(31*time.Second, 40*time.Second, false)
	n.tell(dispatch.Event{Kind: dispatch.Resume, Duration: 39 * time.Second})
	pause(40*time.Second, 41*time.Second, false)
	var got []time.Duration
	for _, e := range logs.All() {
		for _, name := range []string{"for", "paused"} {
			if d, ok := e.ContextMap()[name].(time.Duration); ok {
				got = append(got, d/time.Second)
			}
		}
	}
	if want := []time.Duration{10, 10, 18, 9, 39, 1}; !slices.Equal(got, want) {
		t.Errorf("told of %d, want %d", got, want)
	}
}

// TestListingPaused has apps that are listed at the same time, all of which are refused once: each pause is told of
// once, with the status of the answers.
func TestListingPaused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, paged)
	w.opt.Compare = true
	text := header
	for n := range w.opt.Send.Concurrency {
		w.sim.Put(otherApp(n), holds(1, 1))
		text += otherApp(n) + ",r1,,u1@contoso.example,1,0,0\n"
	}
	rule := throttledOnce
	rule.Times, rule.Fault.Wait = int64(w.opt.Send.Concurrency), 400*time.Millisecond
	w.sim.SetRules(rule)
	w.run(ExitOK, w.file("users.csv", text))
	lines, over := w.logs.FilterMessage("paused").All(), w.logs.FilterMessage("the pause is over").Len()
	if len(lines) == 0 || len(lines) != over || lines[0].ContextMap()["status"] != int64(429) {
		t.Errorf("%d pauses are over, told was of %+v", over, lines)
	}
}
