package run

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// counted returns a CSV file with rows from first to last that all have so many installed devices.
func counted(first, last, installed int) string {
	var b strings.Builder
	b.WriteString(header)
	for i := first; i <= last; i++ {
		b.WriteString(line(i, installed))
	}
	return b.String()
}

// planned returns what Plan counts: "3 to send, 2 unchanged".
func (w *world) planned(inputs ...string) string {
	w.Helper()
	o := w.opt
	o.Inputs = inputs
	p, err := Plan(w.Context(), o)
	check(w, err)
	return fmt.Sprintf("%d to send, %d unchanged", p.Counts.Send, p.Counts.Unchanged)
}

// TestUnchanged passes over rows that are equal to what was last applied, and over no others.
func TestUnchanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	w.run(ExitOK, w.file("users.csv", table(1, 4)))
	w.opt.SkipUnchanged = true
	path := w.file("users.csv", header+line(1, 1)+line(2, 9)+line(3, 3)+line(3, 3)+line(5, 5))
	if got := w.planned(path); got != "2 to send, 2 unchanged" {
		t.Error(got)
	}
	before := w.sent()
	r := w.run(ExitOK, path)
	if got := w.verdicts(r.ID); got != "2 succeeded, 2 unchanged, 1 duplicate" || w.sent() != before+2 {
		t.Errorf("%s with %d writes", got, w.sent()-before)
	}
	r = w.run(ExitOK, path)
	if got := w.verdicts(r.ID); got != "4 unchanged, 1 duplicate" || w.sent() != before+2 {
		t.Errorf("%s with %d writes", got, w.sent()-before)
	}
	w.opt.Tenant = "fabrikam" // of which nothing is known
	if got := w.planned(path); got != "4 to send, 0 unchanged" {
		t.Error(got)
	}
	w.opt.Tenant = ""
	if err := w.fails(ExitUsage, path); !has(err, "--skip-unchanged", "--tenant") {
		t.Errorf("%v", err)
	}
	o := w.opt
	o.Inputs = []string{path}
	if _, err := Plan(t.Context(), o); ExitStatus(err) != ExitUsage {
		t.Errorf("plan: %v", err)
	}
}

// TestNotKnown sends rows again whose last touch was anything but a confirmation.
func TestNotKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	users := w.file("users.csv", counted(1, 5, 1))
	w.run(ExitOK, users)
	w.sim.SetRules(
		simulator.Rule{ID: "r1", Fault: simulator.Fault{Body: simulator.BodyAltered}},
		simulator.Rule{ID: "r2", Fault: simulator.Fault{Status: http.StatusBadGateway}},
		simulator.Rule{ID: "r3", Fault: simulator.Fault{Status: http.StatusNotFound}},
	)
	w.opt.Send.Attempts = 1
	r := w.run(ExitUnfinished, w.file("other.csv", counted(1, 4, 2)))
	if got := w.verdicts(r.ID); got != "1 succeeded, 1 mismatched, 1 failed, 1 unknown" {
		t.Fatal(got)
	}
	w.sim.SetRules()
	w.opt.SkipUnchanged = true
	before := w.sent()
	r = w.run(ExitOK, users)
	if got := w.verdicts(r.ID); got != "4 succeeded, 1 unchanged" || w.sent() != before+4 {
		t.Errorf("%s with %d writes", got, w.sent()-before)
	}
}

// TestNotKnownAfterKill counts what a killed process did as touches: all rows up to its fence, whether it could say so
// or not. Plan sees the same.
func TestNotKnownAfterKill(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	users := w.file("users.csv", counted(1, 40, 1))
	w.run(ExitOK, users)
	w.killed(10, 4, w.file("other.csv", counted(1, 40, 2)))
	w.opt.SkipUnchanged = true
	if got := w.planned(users); got != "15 to send, 25 unchanged" {
		t.Errorf("planned: %s", got)
	}
	if r := w.run(ExitOK, users); w.verdicts(r.ID) != "15 succeeded, 25 unchanged" {
		t.Error(w.verdicts(r.ID))
	}
}

// TestOlderKill lets what a later run did outdo what a killed one did before, also when the killed one is settled last.
func TestOlderKill(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	users := w.file("users.csv", counted(1, 20, 1))
	w.killed(12, 20, users)
	w.run(ExitOK, w.file("other.csv", counted(1, 20, 2)))
	w.opt.SkipUnchanged = true
	if got := w.planned(users); got != "20 to send, 0 unchanged" {
		t.Errorf("planned: %s", got)
	}
	if r := w.run(ExitOK, users); w.verdicts(r.ID) != "20 succeeded" {
		t.Error(w.verdicts(r.ID))
	}
	if s, _ := w.sim.Value(app, "r1"); s.InstalledDeviceCount != 1 {
		t.Errorf("r1 has %d devices in the end", s.InstalledDeviceCount)
	}
}

// TestKilledAndGone removes the folder of a killed run by hand: nothing of its target is known any more, and that once.
func TestKilledAndGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	users := w.file("users.csv", counted(1, 20, 1))
	w.run(ExitOK, users)
	id := w.killed(12, 20, w.file("other.csv", counted(1, 5, 2)+counted(6, 20, 1)[len(header):]))
	check(t, os.RemoveAll(filepath.Join(w.opt.Dir, id)))
	w.opt.SkipUnchanged = true
	if got := w.planned(users); got != "20 to send, 0 unchanged" {
		t.Errorf("planned: %s", got)
	}
	w.run(ExitOK, users)
	if got := w.planned(users); got != "0 to send, 20 unchanged" {
		t.Errorf("planned after that: %s", got)
	}
}
