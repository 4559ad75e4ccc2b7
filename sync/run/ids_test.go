package run

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// users is the head of Intune's own report of the users of an app.
const users = "UserName,UserPrincipalName,FailedCount,InstalledCount,NotInstalledCount,PendingInstallCount," +
	"NotApplicableCount,ApplicationId,UserId\n"

// reported is a line of such a report; the user's id is not that of the status.
func reported(id, installed int) string {
	return fmt.Sprintf(",u%d@contoso.example,0,%d,0,0,0,%s,5f0c3a6e-0000-4000-8000-%012d\n", id, installed, app, id)
}

// shared lets Graph hold a second status of the user u5.
func (w *world) shared() {
	second := holds(5, 5)
	second.ID = "r5 again"
	w.sim.Put(app, second)
}

// TestFilledIDs sends Intune's own report, whose rows have no ids, each to the one status that its user has.
func TestFilledIDs(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 6)
	w.shared()
	w.opt.SkipInvalid = true
	refused := strings.ToUpper(reported(4, 44)) // as it came, also among the rows to send again
	content := users + reported(1, 1) + refused + reported(8, 8) + reported(5, 9) + reported(2, 22)
	w.sim.SetRules(refuse(http.StatusNotFound, "r4")...)
	r := w.run(ExitFailed, w.file("users.csv", content))
	var got []string
	for _, l := range w.lines(r.ID) {
		got = append(got, strings.TrimSpace(fmt.Sprint(l.Line, " ", l.ID, " ", l.Verdict, " ", l.Code)))
	}
	want := []string{
		"2 r1 unchanged", "3 r4 failed ResourceNotFound", "4  invalid id-not-found", "5  invalid id-ambiguous",
		"6 r2 succeeded",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if s, _ := w.sim.Value(app, "r2"); s.InstalledDeviceCount != 22 || w.sent() != 2 || w.reads() != 3 {
		t.Errorf("r2 has %d devices after %d writes, %d reads", s.InstalledDeviceCount, w.sent(), w.reads())
	}
	b, err := os.ReadFile(filepath.Join(w.opt.Dir, r.ID, "failed.csv"))
	if check(t, err); !strings.Contains(string(b), strings.TrimSuffix(refused, "\n")+",failed,404") {
		t.Errorf("failed.csv is not what came:\n%s", b)
	}
	problems := strings.Join(w.findings[0].Problems, "\n")
	for _, words := range []string{
		":4:1: id is missing, and Graph holds no status of \"u8@contoso.example\"", ":5:1: ", "several",
	} {
		if !strings.Contains(problems, words) {
			t.Errorf("no word of %q in\n%s", words, problems)
		}
	}
}

// TestUnfilledRefuse refuses an input whose ids cannot be found, once that is known.
func TestUnfilledRefuse(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 3)
	r := w.run(ExitRefused, w.file("users.csv", users+reported(1, 9)+reported(8, 9)))
	if w.sent() != 0 || w.reads() != 1 || w.heldBefore(r.ID) != nil || w.verdicts(r.ID) != "1 unsent, 1 invalid" {
		t.Errorf("%d writes, %d reads, %s", w.sent(), w.reads(), w.verdicts(r.ID))
	}
	w.opt.Compare = false
	w.fails(ExitRefused, w.file("users.csv", users+reported(1, 9))) // nobody fills ids in
}

// TestNoIDAndNoApp fails rows of an app that Graph does not know, whatever they lack.
func TestNoIDAndNoApp(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 3)
	strange := strings.ReplaceAll(reported(1, 9)+reported(2, 9)+reported(2, 9), app, simulator.ReservedApp)
	r := w.run(ExitFailed, w.file("users.csv", users+strange+reported(3, 9)))
	if got := w.verdicts(r.ID); got != "1 succeeded, 1 duplicate, 2 failed" {
		t.Error(got)
	}
}

// TestFilledTwins settles rows of one key although only one of them has the id.
func TestFilledTwins(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 6)
	a, b := w.file("a.csv", header+line(1, 9)+line(2, 9)), w.file("b.csv", users+reported(1, 9)+reported(2, 8))
	r := w.run(ExitRefused, a, b)
	if got := w.verdicts(r.ID); got != "1 duplicate, 1 unsent, 2 invalid" || w.sent() != 0 {
		t.Errorf("%s, %d writes", got, w.sent())
	}
	w.opt.Duplicates = 2 // the last
	r = w.run(ExitOK, a, b)
	if got := w.verdicts(r.ID); got != "2 succeeded, 2 duplicate" {
		t.Error(got)
	}
	if s, _ := w.sim.Value(app, "r2"); s.InstalledDeviceCount != 8 {
		t.Errorf("r2 has %d devices", s.InstalledDeviceCount)
	}
}

// TestFilledResumed goes on with the ids that were found at first, renders them, and knows by them what was applied.
func TestFilledResumed(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 40)
	content := users
	for i := 1; i <= 40; i++ {
		content += reported(i, 100)
	}
	path := w.file("users.csv", content)
	first := w.stopped(5, path)
	reads := w.reads()
	for i := 1; i <= 40; i++ { // the users have other statuses now
		s := holds(i, i)
		s.UserPrincipalName = "someone@contoso.example"
		w.sim.Put(app, s)
	}
	if again := w.run(ExitOK, path); again.ID != first.ID || w.sent() != 40 || w.reads() != reads {
		t.Errorf("run %s after %s, %d writes, %d reads", again.ID, first.ID, w.sent(), w.reads()-reads)
	}
	before := w.files(first.ID)
	check(t, Report(t.Context(), w.opt.Dir, first.ID, w.opt.Version, w.opt.Summarize))
	if diff := cmp.Diff(before, w.files(first.ID)); diff != "" {
		t.Errorf("rendered again (-before +after):\n%s", diff)
	}
	if s, _ := w.sim.Value(app, "r40"); s.InstalledDeviceCount != 100 {
		t.Errorf("r40 has %d devices", s.InstalledDeviceCount)
	}
	w.opt.Compare, w.opt.SkipUnchanged = false, true
	if got := w.planned(w.file("other.csv", counted(1, 41, 100))); got != "1 to send, 40 unchanged" {
		t.Error(got)
	}
}

// TestIDsGone stops rather than send a row whose id is lost.
func TestIDsGone(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(path string) error{
		"gone": os.Remove, "damaged": func(path string) error { return os.WriteFile(path, []byte("{"), 0o600) },
	} {
		w := comparing(t, paged, 3)
		path := w.file("users.csv", users+reported(1, 9)+reported(2, 9))
		w.opt.Send.Limit = 1
		first := w.run(ExitUnfinished, path)
		check(t, damage(filepath.Join(w.opt.Dir, first.ID, inputDir, idsFile)))
		o := w.opt
		o.Inputs = []string{path}
		r, err := Run(t.Context(), o)
		if err == nil {
			err = r.Stopped
		}
		if stopStatus(err) != ExitBooks || !has(err, "ids that were filled in") || w.sent() != 1 {
			t.Errorf("%s: %v, %d writes", name, err, w.sent())
		}
	}
}

// TestPlanFills finds ids without keeping them.
func TestPlanFills(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 3)
	o := w.opt
	o.Inputs = []string{w.file("users.csv", users+reported(1, 9)+reported(2, 2)+reported(8, 9))}
	var ids []string
	o.Changes = func(c Change) { ids = append(ids, c.Row.ID) }
	p, err := Plan(t.Context(), o)
	check(t, err)
	if p.Exit != ExitRefused || p.Counts.Invalid != 1 || ids != nil {
		t.Errorf("planned %+v, changes of %q", p, ids)
	}
	o.SkipInvalid = true
	p, err = Plan(t.Context(), o)
	check(t, err)
	if c := p.Counts; c.Send != 1 || c.Unchanged != 1 || c.Invalid != 1 || strings.Join(ids, " ") != "r1" {
		t.Errorf("planned %+v, changes of %q", p, ids)
	}
}

// TestSavedWithIDs sends a plan whose ids were filled in.
func TestSavedWithIDs(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 3)
	id := w.saves(w.file("users.csv", users+reported(1, 9)+reported(2, 2)))
	w.sends(ExitOK, id)
	if s, _ := w.sim.Value(app, "r1"); s.InstalledDeviceCount != 9 || w.sent() != 1 {
		t.Errorf("r1 has %d devices after %d writes", s.InstalledDeviceCount, w.sent())
	}
}
