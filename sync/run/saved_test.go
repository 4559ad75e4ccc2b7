package run

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/journal"
)

// saves keeps a plan over inputs and returns the id of its run.
func (w *world) saves(inputs ...string) string {
	w.Helper()
	o := w.opt
	o.Save, o.Inputs = true, inputs
	p, err := Plan(w.Context(), o)
	check(w, err)
	if p.Exit != ExitOK || p.ID == "" {
		w.Fatalf("planned %+v", p)
	}
	return p.ID
}

// sends makes a run of the plan with that id, which ends with the status exit.
func (w *world) sends(exit int, id string) *Result {
	w.Helper()
	before := w.opt
	defer func() { w.opt = before }()
	w.opt.SavedRun, w.opt.MaxPlanAge = id, 24*time.Hour
	return w.run(exit)
}

// refuses has the plan with that id refused for a reason with these words; it stays as it is.
func (w *world) refuses(id string, words ...string) {
	w.Helper()
	sent, before := w.sent(), w.opt
	defer func() { w.opt = before }()
	if w.opt.SavedRun = id; w.opt.MaxPlanAge == 0 {
		w.opt.MaxPlanAge = 24 * time.Hour
	}
	if err := w.fails(ExitUsage); !has(err, words...) {
		w.Errorf("%v does not say %q", err, words)
	}
	if w.sent() != sent {
		w.Errorf("%d rows were sent all the same", w.sent()-sent)
	}
}

// TestSaved sends exactly what was planned: neither is Graph read again, nor the file.
func TestSaved(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 7)
	path := w.file("users.csv", unlike)
	o := w.opt
	o.Save, o.Inputs = true, []string{path}
	var lines []int64
	o.Changes = func(c Change) { lines = append(lines, c.Row.Line) }
	p, err := Plan(t.Context(), o)
	check(t, err)
	if c := p.Counts; c.Send != 3 || c.Unchanged != 2 || c.Duplicate != 1 || c.Failed != 2 || p.Disk < 16<<20 {
		t.Errorf("planned %+v", p)
	}
	if !slices.Equal(lines, []int64{3, 4, 6, 8, 9}) || w.sent() != 0 {
		t.Errorf("changes of the lines %d, %d writes", lines, w.sent())
	}
	if got := w.remains(p.ID); !slices.Equal(got, []string{beforeFile, inputDir}) {
		t.Errorf("kept are %q", got)
	}
	held, reads := w.heldBefore(p.ID), w.reads()
	check(t, os.Remove(path))
	w.opt.Compare = false // of no account: the plan was made with it
	r := w.sends(ExitFailed, p.ID)
	if r.ID != p.ID || w.sent() != 3 || w.reads() != reads || !cmp.Equal(held, w.heldBefore(r.ID)) {
		t.Errorf("run %s of %s, %d writes, %d reads", r.ID, p.ID, w.sent(), w.reads()-reads)
	}
	if got := w.verdicts(r.ID); got != "3 succeeded, 2 unchanged, 1 duplicate, 2 failed" {
		t.Error(got)
	}
	if d := w.document(r.ID); d.State != "finished" || d.Sessions != 1 || !d.Balance.Balanced {
		t.Errorf("report: %+v", d)
	}
	w.refuses(p.ID, "it has been sent already")
}

// TestSavedIsLeftAlone has other runs over the same input and others begin and end, and none touches the plan.
func TestSavedIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	path := w.file("users.csv", table(1, 5))
	id := w.saves(path)
	if r := w.run(ExitOK, path); r.ID == id {
		t.Error("the plan was taken up by itself")
	}
	w.run(ExitOK, w.file("other.csv", table(6, 9)))
	if ids, states := w.states(); ids[2] != id || states[2] != string(journal.StateSaved) {
		t.Errorf("runs %q are %q", ids, states)
	}
	if err := Report(t.Context(), w.opt.Dir, id, "test", w.opt.Summarize); !has(err, "kept", "--run "+id) {
		t.Errorf("report: %v", err)
	}
	second := w.saves(path)
	check(t, Report(t.Context(), w.opt.Dir, "", "test", w.opt.Summarize)) // the newest that has begun
	past, err := History(t.Context(), w.opt.Dir)
	check(t, err)
	if p := past[0]; p.ID != second || p.State != "saved" || p.Exit != "-" || p.Left != 5 || p.Duration != 0 {
		t.Errorf("history: %+v", p)
	}
	w.opt.Keep = 2
	w.run(ExitOK, path)
	if ids, _ := w.states(); len(ids) != 2 || ids[1] != second || len(w.folders()) != 2 {
		t.Errorf("runs %q in %q, want the two newest", ids, w.folders())
	}
}

// TestSavedLeavesOthersAlone plans beside an unfinished run over the same input, which goes on afterwards.
func TestSavedLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	path := w.file("users.csv", table(1, 30))
	first := w.stopped(3, path)
	if id := w.saves(path); id == first.ID {
		t.Error("the unfinished run became a plan")
	}
	if r := w.run(ExitOK, path); r.ID != first.ID {
		t.Error("the unfinished run does not go on")
	}
}

// TestSavedRefused has why a plan is not sent. What is mended is sent after all.
func TestSavedRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	path := w.file("users.csv", table(1, 5))
	id := w.saves(path)
	input := filepath.Join(w.opt.Dir, id, inputDir, "1.csv")
	w.refuses("../"+id, `"../`+id+`"`, "statussync runs")
	w.opt.Tenant = "fabrikam"
	w.refuses(id, "tenant contoso", "tenant fabrikam")
	w.opt.Tenant, w.opt.MaxPlanAge = "contoso", 1
	w.refuses(id, "longer than --max-plan-age", "plan --save")
	w.opt.MaxPlanAge = 0
	check(t, os.Rename(input, input+"x"))
	w.refuses(id, input+`" is gone`)
	check(t, os.WriteFile(input, []byte(table(1, 6)), 0o600))
	w.refuses(id, input+`" is another one`)
	check(t, os.Rename(input+"x", input))
	w.opt.SavedRun = id
	if err := w.fails(ExitUsage, path); !has(err, "has its own input") {
		t.Errorf("%v", err)
	}
	w.opt.ExpectRows, w.opt.MaxPlanAge = 4, time.Hour
	if err := w.fails(ExitRefused); !has(err, "5 rows, 4 were expected") {
		t.Errorf("%v", err)
	}
	w.opt.SavedRun, w.opt.ExpectRows = "", -1
	if _, states := w.states(); w.sent() != 0 || states[0] != "saved" {
		t.Errorf("%d writes, the runs are %q", w.sent(), states)
	}
	w.sends(ExitOK, id)
	if w.sent() != 5 {
		t.Errorf("%d writes", w.sent())
	}
}

// TestSavedAge counts from when the plan was made, whatever was tried with it since.
func TestSavedAge(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	id := w.saves(w.file("users.csv", table(1, 5)))
	w.exec(`UPDATE run SET started = ?`, time.Now().Add(-2*time.Hour).UnixNano())
	w.opt.MaxPlanAge = time.Hour
	w.refuses(id, "planned 2h0m", "--max-plan-age 1h")
	w.opt.MaxPlanAge = 3 * time.Hour
	w.opt.SavedRun = id
	w.run(ExitOK)
}

// TestSavedStopped goes on with a plan that was begun, by its id or as with any run.
func TestSavedStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	path := w.file("users.csv", table(1, 60))
	id := w.saves(path)
	w.opt.SavedRun, w.opt.MaxPlanAge = id, time.Hour
	w.stopped(10)
	w.opt.Send.Limit = 5
	w.opt.MaxPlanAge = 1 // is for those that were not begun
	w.run(ExitUnfinished)
	w.opt.Send.Limit = 0
	w.opt.ResumeWithin = 0
	w.refuses(id, "--resume-within")
	w.opt.ResumeWithin, w.opt.SavedRun = time.Hour, ""
	if r := w.run(ExitOK, path); r.ID != id || w.sent() != 60 {
		t.Errorf("run %s after %s, %d writes", r.ID, id, w.sent())
	}
	w.law(&Result{ID: id}, 60)
}

// TestSavedKilled goes on with a plan whose process was killed once it was begun.
func TestSavedKilled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	id := w.saves(w.file("users.csv", table(1, 5)))
	w.opt.SavedRun, w.opt.MaxPlanAge = id, time.Hour
	for killed := range 2 { // first as a plan, then as a run that was begun
		dead := w.begun()
		check(t, dead.decide(t.Context()))
		if killed == 1 {
			check(t, dead.start(t.Context()))
		}
		dead.close()
	}
	w.opt.SavedRun = ""
	if r := w.sends(ExitOK, id); w.sent() != 5 || w.document(r.ID).Sessions != 2 {
		t.Errorf("%d writes in %d sessions", w.sent(), w.document(r.ID).Sessions)
	}
}

// TestSavedTakesOver abandons what is unfinished at the same target, and nothing else.
func TestSavedTakesOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	id := w.saves(w.file("users.csv", counted(1, 20, 2)))
	w.opt.Tenant = "fabrikam"
	w.stopped(3, w.file("elsewhere.csv", table(1, 30)))
	w.opt.Tenant = "contoso"
	w.stopped(3, w.file("other.csv", table(1, 30)))
	w.begun(w.file("third.csv", table(1, 3))).close()
	w.sends(ExitOK, id)
	if _, states := w.states(); !slices.Equal(states, []string{"abandoned", "abandoned", "open", "finished"}) {
		t.Errorf("the runs are %q", states)
	}
	if len(w.folders()) != 3 {
		t.Errorf("folders %q", w.folders())
	}
}

// TestSavedAfterOthers knows what the target holds by the order in which rows were sent, not planned.
func TestSavedAfterOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	users := w.file("users.csv", counted(1, 20, 2))
	id := w.saves(users)
	other := w.file("other.csv", counted(1, 20, 1))
	w.killed(15, 15, other)
	w.sends(ExitOK, id)
	w.opt.SkipUnchanged = true
	if got := w.planned(users); got != "0 to send, 20 unchanged" {
		t.Error(got)
	}
	if got := w.planned(other); got != "20 to send, 0 unchanged" {
		t.Error(got)
	}
}

// TestSavedWithInvalid sends the good rows as they were decided, whatever this command says of others.
func TestSavedWithInvalid(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	w.opt.SkipInvalid = true
	id := w.saves(w.file("users.csv", flawed(2)))
	w.opt.SkipInvalid = false
	r := w.sends(ExitFailed, id)
	if got := w.verdicts(r.ID); got != "5 succeeded, 2 invalid" {
		t.Error(got)
	}
	if !w.said("a plan that was kept is sent") || w.said("over the same input goes on") {
		t.Error("the log tells something else")
	}
}
