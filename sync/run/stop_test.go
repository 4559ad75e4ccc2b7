package run

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph/simulator"
)

// refuse makes the simulator answer with a status to all writes of which id is the key, or to all.
func refuse(status int, ids ...string) []simulator.Rule {
	f := simulator.Fault{Status: status}
	if len(ids) == 0 {
		return []simulator.Rule{{Method: http.MethodPatch, Fault: f}}
	}
	var rules []simulator.Rule
	for _, id := range ids {
		rules = append(rules, simulator.Rule{ID: id, Fault: f})
	}
	return rules
}

func threshold(text string) dispatch.Threshold {
	t, err := dispatch.ParseThreshold(text)
	if err != nil {
		panic(err)
	}
	return t
}

// stops are ways in which a run ends before its last row.
var stops = []struct {
	name  string
	set   func(w *world)
	exit  int
	sent  int64
	words []string
	left  string // verdicts after the same command again; "": it is not given again
}{
	{"limit", func(w *world) { w.opt.Send.Limit = 7 }, ExitUnfinished, 7,
		[]string{"more are left"}, "30 succeeded"},
	{"max-errors", func(w *world) {
		w.opt.Send.MaxErrors = threshold("2")
		w.sim.SetRules(refuse(404, "r3", "r5", "r9", "r11")...)
	}, ExitStopped, 9, []string{"3 rows ended badly"}, "27 succeeded, 3 failed"},
	{"one refusal for all", func(w *world) { w.sim.SetRules(refuse(404)...) }, ExitStopped, 20,
		[]string{"first 20 rows", "404"}, ""},
	{"403 at first", func(w *world) { w.sim.SetRules(refuse(403)...) }, ExitSignIn, 1,
		[]string{"refuses the write (403", "ReadWrite.All"}, "30 succeeded"},
	{"no such route", func(w *world) { w.sim.SetRouteRemoved(true) }, ExitStopped, 1,
		[]string{"does not serve the route", "400", "README"}, ""},
	{"another token", func(w *world) { w.sim.SetTokens("other") }, ExitSignIn, 2, []string{"401"}, ""},
	{"nobody there", func(w *world) {
		w.opt.Graph.BaseURL = "http://127.0.0.1:1/beta"
		w.opt.Send.Attempts, w.opt.Send.MaxWait = 1, time.Millisecond
	}, ExitUnfinished, 0, []string{"no decisive answer"}, ""},
}

// TestStopped has each way in which a run ends before its last row: the exit status, how many rows were sent by then,
// and what the user is told. The same command goes on once the reason is gone.
func TestStopped(t *testing.T) {
	t.Parallel()
	for _, test := range stops {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, unlimited)
			w.opt.Send.Concurrency = 1 // so that it is clear who was sent
			before := w.opt
			test.set(w)
			path := w.file("users.csv", table(1, 30))
			r := w.run(test.exit, path)
			if r.Stopped == nil || !has(r.Stopped, test.words...) {
				t.Errorf("stopped by %v", r.Stopped)
			}
			if got := w.sent(); got != test.sent {
				t.Errorf("%d writes, want %d", got, test.sent)
			}
			if d := w.document(r.ID); d.State != "open" || d.ExitStatus != test.exit || d.Stopped != r.Stopped.Error() ||
				!d.Balance.Balanced {
				t.Errorf("report: %+v", d)
			}
			if test.left == "" {
				return
			}
			w.opt = before
			w.sim.SetRules()
			o := w.opt
			o.Inputs = []string{path}
			again, err := Run(t.Context(), o)
			check(t, err)
			if got := w.verdicts(again.ID); again.ID != r.ID || got != test.left {
				t.Errorf("run %s after %s: %s, want %s", again.ID, r.ID, got, test.left)
			}
		})
	}
}

// TestNoClient keeps nothing of a run that cannot reach any Graph.
func TestNoClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	w.opt.Graph.BaseURL = "ftp://x"
	w.fails(ExitUsage, w.file("users.csv", table(1, 3)))
	if names := w.folders(); len(names) != 0 {
		t.Errorf("folders %q", names)
	}
}

// TestOneBadRow does not stop for a 400 to the first row, when the route is served.
func TestOneBadRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	w.opt.Send.Concurrency = 1 // or another row may be the first
	w.sim.SetRules(refuse(400, "r1")...)
	r := w.run(ExitFailed, w.file("users.csv", table(1, 5)))
	if got := w.verdicts(r.ID); got != "4 succeeded, 1 failed" {
		t.Error(got)
	}
	if reads := w.sim.Stats().Requests - w.sent(); reads != 1 {
		t.Errorf("%d reads, want one", reads)
	}
}

// TestEnding has the time that is left for the row files after a signal.
func TestEnding(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		books, files, done := ending(ctx)
		time.Sleep(time.Hour)
		cancel(Signal(15))
		time.Sleep(rowFilesAfter - 1)
		synctest.Wait()
		if files.Err() != nil {
			t.Error("the files' time ends too early")
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if files.Err() == nil || books.Err() != nil {
			t.Errorf("9 s after the signal: %v for the files, %v for the books", files.Err(), books.Err())
		}
		done()
		_, files, done = ending(ctx)
		done()
		synctest.Wait() // no goroutine is left
		if files.Err() == nil {
			t.Error("it outlives its end")
		}
	})
}

// TestObserve logs what a person wants to know of, and counts it for the report.
func TestObserve(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	c := w.begun(w.file("users.csv", table(1, 1)))
	defer c.close()
	check(t, c.decide(t.Context()))
	now := time.Now()
	for _, e := range []dispatch.Event{
		{Kind: dispatch.Attempt, At: now, HTTPStatus: 200, Duration: time.Millisecond},
		{Kind: dispatch.Attempt, At: now, HTTPStatus: 429},
		{Kind: dispatch.Attempt, At: now, HTTPStatus: 200, Read: true, Duration: time.Hour},
		{Kind: dispatch.Attempt, At: now},
		{Kind: dispatch.Pause, At: now, Until: now.Add(time.Second), Outage: true},
		{Kind: dispatch.Pause, At: now, Until: now.Add(time.Second), Outage: true, Unmade: true, Message: "login.example"},
		{Kind: dispatch.Pause, At: now, Until: now.Add(time.Second), Asked: true},
		{Kind: dispatch.Pause, At: now, Until: now.Add(3 * time.Second)}, // notably longer
		{Kind: dispatch.Resume, At: now, Duration: 3 * time.Second},
		{Kind: dispatch.RateChange, At: now, Rate: 5},
	} {
		c.observe(e)
	}
	var said []string
	for _, e := range w.logs.FilterMessage("paused").All() {
		said = append(said, fmt.Sprint(e.ContextMap()["why"]))
	}
	if len(said) != 4 || len(slices.Compact(said)) != 4 || !w.said("the pause is over") ||
		!strings.Contains(said[1], "login.example") || strings.Contains(said[1], "Graph") {
		t.Errorf("reasons of pauses: %q", said)
	}
	check(t, c.session.Flush(t.Context()))
	r := renderer{journal: c.journal, run: c.run}
	check(t, r.tallies(t.Context()))
	p := r.report
	if p.Requests[200] != 1 || p.Reads[200] != 1 || p.Requests[0] != 1 || p.Throttling.Answers != 1 ||
		p.Throttling.Pauses != 1 || p.Throttling.Paused != 3*time.Second || p.Throttling.RateChanges != 1 ||
		p.Latency.P50 != time.Millisecond {
		t.Errorf("counted: %+v", p)
	}
}
