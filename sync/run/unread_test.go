package run

import (
	"fmt"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// TestProveUnreadable: reads that fail change no verdict, and are not made for ever.
func TestProveUnreadable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault simulator.Fault
		exit  int
		state string
		words []string
	}{
		"forbidden":  {simulator.Fault{Status: 403}, ExitSignIn, "open", []string{"403", "ReadWrite.All"}},
		"out":        {simulator.Fault{Status: 503}, ExitUnfinished, "open", []string{"503", "reads once more"}},
		"nonsense":   {simulator.Fault{Raw: "{}"}, ExitUnfinished, "open", []string{"200", "reads once more"}},
		"not served": {simulator.Fault{Status: 405}, ExitStopped, "finished", []string{"does not serve", "405"}},
		"no route": {simulator.Fault{Status: 404, Raw: "<html>"}, ExitStopped, "finished",
			[]string{"does not serve", "404", "answers to the writes"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := unlimited
			cfg.Rules = []simulator.Rule{{Method: http.MethodGet, Fault: c.fault}}
			p := newProver(t, cfg)
			p.opt.Send.Attempts = 1
			path := p.file("users.csv", table(1, 200))
			r := p.run(c.exit, path)
			if r.Stopped == nil || !has(r.Stopped, append(c.words, "200 rows could not be read back")...) {
				t.Errorf("%v", r.Stopped)
			}
			if d := p.document(r.ID); d.State != c.state || d.Counts["succeeded"] != 200 {
				t.Errorf("%+v", d)
			}
			if got := p.proof(r.ID); got.Unread != 200 || got.Requests > mostFailures+int64(p.opt.Send.Concurrency) {
				t.Errorf("%+v", got)
			}
			if !p.said("not every row could be read back") {
				t.Error("nothing is said of it")
			}
			p.sim.SetRules()
			if again := p.run(ExitOK, path); c.state == "open" && (again.ID != r.ID || p.sent() != 200) {
				t.Errorf("%s, %d writes", again.ID, p.sent())
			}
		})
	}
}

// TestProveInDoubt changes no verdict where all is answered 404 and Graph does not say whether it serves reading.
func TestProveInDoubt(t *testing.T) {
	t.Parallel()
	p := newProver(t, unlimited)
	p.opt.Send.Attempts = 1
	p.sim.SetRules(simulator.Rule{Method: http.MethodGet, App: app, Fault: simulator.Fault{Status: 404}},
		simulator.Rule{Method: http.MethodGet, Fault: simulator.Fault{Status: 503}})
	r := p.run(ExitUnfinished, p.file("users.csv", table(1, 20)))
	if r.Stopped == nil || !has(r.Stopped, "20 rows could not be read back", "503", "reads once more") {
		t.Errorf("%v", r.Stopped)
	}
	if d := p.document(r.ID); d.State != "open" || d.Counts["succeeded"] != 20 {
		t.Errorf("%+v", d)
	}
}

// TestProveWithoutList reads rows one by one where the service does not serve the list.
func TestProveWithoutList(t *testing.T) {
	t.Parallel()
	p := newProver(t, unlimited)
	var rules []simulator.Rule
	for i := 1; i <= 12; i++ { // a rule without a fault shields the rows from the one behind
		rules = append(rules, simulator.Rule{Method: http.MethodGet, ID: fmt.Sprint("r", i)})
	}
	p.sim.SetRules(append(rules, simulator.Rule{Method: http.MethodGet, Fault: simulator.Fault{Status: 400}})...)
	r := p.run(ExitOK, p.file("users.csv", table(1, 12)))
	if got := p.proof(r.ID); got != (proof{12, 12, 0, 0, 0, 0, 13}) {
		t.Errorf("%+v", got)
	}
}

// TestProveOnAFullDisk: a proof that was asked for and for which there is no room is not had.
func TestProveOnAFullDisk(t *testing.T) {
	t.Parallel()
	p := newProver(t, unlimited)
	c := p.begun(p.file("users.csv", table(1, 3)))
	defer c.close()
	check(t, c.decide(t.Context()))
	check(t, c.send(t.Context()))
	c.o.Dir = filepath.Join(t.TempDir(), "gone")
	err := c.prove(t.Context(), t.Context(), nil)
	if err != nil || c.unread == nil || c.unread.Exit != ExitBooks || !c.cut {
		t.Errorf("%v, %v", err, c.unread)
	}
}
