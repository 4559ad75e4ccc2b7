package run

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/graph/simulator"
	"github.com/statussync/statussync/sync/journal"
	"github.com/statussync/statussync/sync/plan"
)

// verifyIn compares inputs with Graph.
func (w *world) verifyIn(ctx context.Context, inputs ...string) (v *Verified, changes []string, err error) {
	o := w.opt
	o.Inputs = inputs
	o.Changes = func(c Change) {
		line := fmt.Sprintf("%d %s", c.Row.Number, c.Unknown)
		for _, d := range c.Differences {
			line += fmt.Sprintf("%s %s→%s", d.Field, d.Before, d.After)
		}
		if (c.Held == nil) != (c.Unknown != "") || !slices.ContainsFunc(inputs, func(s string) bool { return s == c.File }) {
			line += fmt.Sprintf(" (%+v)", c)
		}
		changes = append(changes, line)
	}
	v, err = VerifyInput(ctx, o)
	return v, changes, err
}

// verifies compares inputs with Graph, and returns what differs.
func (w *world) verifies(want Verified, inputs ...string) []string {
	w.Helper()
	v, changes, err := w.verifyIn(w.Context(), inputs...)
	check(w, err)
	want.Requests = w.sim.Stats().Requests
	if (v.Stopped != nil) != (v.Unread > 0 && v.Exit != ExitRefused) {
		w.Errorf("%d rows were not read: %v", v.Unread, v.Stopped)
	}
	v.Stopped = nil
	if diff := cmp.Diff(&want, v); diff != "" {
		w.Errorf("(-want +got):\n%s", diff)
	}
	return changes
}

// TestVerify tells what Graph holds from what the rows say, in row order, and writes nothing anywhere.
func TestVerify(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 7)
	lock, err := journal.Acquire(t.Context(), w.opt.Dir, 0)
	check(t, err)
	before := w.remains("")
	got := w.verifies(Verified{Rows: 8, Equal: 2, Different: 3, Missing: 2, Duplicate: 1, Exit: ExitFailed},
		w.file("users.csv", unlike))
	want := []string{
		"2 installedDeviceCount 2→22", "3 id-unknown", "5 installedDeviceCount 4→44", "7 id-unknown",
		"8 installedDeviceCount 5→55",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if w.sent() != 0 || !slices.Equal(w.remains(""), before) {
		t.Errorf("%d writes; left: %q", w.sent(), w.remains(""))
	}
	check(t, lock.Release())
	check(t, os.RemoveAll(w.opt.Dir))
	w.sim.SetRules()
	v, _, err := w.verifyIn(t.Context(), w.file("good.csv", table(1, 7)))
	if err != nil || v.Exit != ExitOK || v.Equal != 7 {
		t.Errorf("%+v, %v", v, err)
	}
	if _, err := os.Stat(w.opt.Dir); err == nil {
		t.Error("a runs folder was made")
	}
}

// TestVerifyWithoutIDs finds ids by the users. One that Graph does not know, or knows twice, is invalid.
func TestVerifyWithoutIDs(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 7)
	w.sim.Put(app, simulator.Status{ID: "again", UserPrincipalName: "U3@contoso.example"})
	nameless := func(ids ...int) string {
		text := header
		for _, id := range ids {
			text += strings.Replace(line(id, id), fmt.Sprintf(",r%d,", id), ",,", 1)
		}
		return text
	}
	good := nameless(1, 2, 7) + line(4, 5) + strings.Replace(nameless(9)[len(header):], app, simulator.ReservedApp, 1)
	got := w.verifies(Verified{Rows: 5, Equal: 3, Different: 1, Missing: 1, Exit: ExitFailed}, w.file("good.csv", good))
	if diff := cmp.Diff([]string{"4 installedDeviceCount 4→5", "5 app-unknown"}, got); diff != "" {
		t.Error(diff)
	}
	if w.reads() != 3+1 { // the pages, and the app that is not known
		t.Errorf("%d reads", w.reads())
	}
	v, _, err := w.verifyIn(t.Context(), w.file("bad.csv", nameless(1, 3, 8)))
	check(t, err)
	if v.Invalid != 2 || v.Exit != ExitRefused || v.Equal != 0 || v.Unread != 1 || v.Requests != 3 {
		t.Errorf("%+v", v)
	}
	w.opt.SkipInvalid = true
	v, _, err = w.verifyIn(t.Context(), w.file("bad.csv", nameless(1, 3, 8)))
	check(t, err)
	if v.Invalid != 2 || v.Exit != ExitFailed || v.Equal != 1 || v.Unread != 0 {
		t.Errorf("%+v", v)
	}
}

// TestVerifyIDsUnlisted: without a list nobody can say which ids are meant.
func TestVerifyIDsUnlisted(t *testing.T) {
	t.Parallel()
	cfg := paged
	cfg.Rules = []simulator.Rule{{Method: http.MethodGet, Fault: simulator.Fault{Status: 400}}}
	w := comparing(t, cfg, 3)
	_, _, err := w.verifyIn(t.Context(), w.file("users.csv", header+app+",,,u1@contoso.example,1,0,0\n"))
	if ExitStatus(err) != ExitStopped || !has(err, "ids that rows lack", "add the column id") {
		t.Errorf("%d: %v", ExitStatus(err), err)
	}
}

// TestVerifyDuplicates settles rows that share a key as a run does.
func TestVerifyDuplicates(t *testing.T) {
	t.Parallel()
	content := header + line(1, 1) + line(1, 2) + line(1, 2)
	for policy, want := range map[plan.Duplicates]Verified{
		plan.First:  {Rows: 3, Equal: 1, Duplicate: 2},
		plan.Last:   {Rows: 3, Different: 1, Duplicate: 2, Exit: ExitFailed},
		plan.Refuse: {Rows: 3, Invalid: 3, Exit: ExitRefused},
	} {
		t.Run(policy.String(), func(t *testing.T) {
			t.Parallel()
			w := comparing(t, paged, 3)
			w.opt.Duplicates = policy
			w.verifies(want, w.file("users.csv", content))
		})
	}
}

// TestVerifyInvalid reads nothing of an input with invalid rows, unless these are to be passed over.
func TestVerifyInvalid(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 7)
	path := w.file("users.csv", table(1, 3)+line(-1, -1))
	w.verifies(Verified{Rows: 4, Invalid: 1, Unread: 3, Exit: ExitRefused}, path)
	if len(w.findings) != 1 || len(w.findings[0].Problems) != 1 || w.reads() != 0 {
		t.Errorf("%+v, %d reads", w.findings, w.reads())
	}
	w.opt.SkipInvalid = true
	w.verifies(Verified{Rows: 4, Equal: 3, Invalid: 1, Exit: ExitFailed}, path)
}

// TestVerifyUnread: rows that could not be read are no proof of anything.
func TestVerifyUnread(t *testing.T) {
	t.Parallel()
	cfg := paged
	cfg.Rules = []simulator.Rule{{Method: http.MethodGet, Fault: simulator.Fault{Status: 500}}}
	w := comparing(t, cfg, 7)
	w.opt.Send.Attempts = 1
	w.verifies(Verified{Rows: 3, Unread: 3, Exit: ExitUnfinished}, w.file("users.csv", table(1, 3)))
	w.sim.SetRules(simulator.Rule{Method: http.MethodGet, Times: 1, Fault: simulator.Fault{Status: 500}})
	v, _, err := w.verifyIn(t.Context(), w.file("few.csv", table(1, 1)))
	if err != nil || v.Unread != 1 || v.Requests != 1 || !has(v.Stopped, "1 row could not", "500", "once more") {
		t.Errorf("%+v, %v", v, err)
	}
	for status, exit := range map[int]int{403: ExitSignIn, 405: ExitStopped} {
		w.sim.SetRules(simulator.Rule{Method: http.MethodGet, Fault: simulator.Fault{Status: status}})
		v, _, err := w.verifyIn(t.Context(), w.file("users.csv", table(1, 3)))
		if err != nil || v.Exit != exit || !has(v.Stopped, "3 rows could not", fmt.Sprint(status)) {
			t.Errorf("%d: %+v, %v", status, v, err)
		}
	}
}

// TestVerifyEnds: a signal, a refused sign-in, and a Graph that serves no reading end it.
func TestVerifyEnds(t *testing.T) {
	t.Parallel()
	cfg := paged
	cfg.Tokens = []string{"another"}
	w := comparing(t, cfg, 7)
	if _, _, err := w.verifyIn(t.Context(), w.file("users.csv", table(1, 3))); ExitStatus(err) != ExitSignIn {
		t.Errorf("%d: %v", ExitStatus(err), err)
	}
	w = comparing(t, paged, 7)
	listing(simulator.Fault{Status: 404})(w)
	_, _, err := w.verifyIn(t.Context(), w.file("users.csv", table(1, 3)))
	if ExitStatus(err) != ExitStopped || !has(err, "404", "check --base-url; see the README") || has(err, "--compare") {
		t.Errorf("%d: %v", ExitStatus(err), err)
	}
	p := newProver(t, paged)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	p.reading = func(int64) { cancel(Signal(2)) }
	if _, _, err := p.verifyIn(ctx, p.file("users.csv", table(1, 3))); err != Signal(2) {
		t.Errorf("got %v", err)
	}
}
