package run

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestHistory lists a run of each kind.
func TestHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	if past, err := History(t.Context(), w.opt.Dir); err != nil || past != nil {
		t.Errorf("before the first run: %v, %v", past, err)
	}
	users := w.file("users.csv", header+line(1, 1)+line(1, 1)+line(2, 2))
	w.run(ExitOK, users)
	w.run(ExitRefused, w.file("flawed.csv", flawed(2)))
	w.opt.ExpectRows = 9
	w.fails(ExitRefused, users)
	w.opt.ExpectRows, w.opt.SkipInvalid, w.opt.Send.Limit = -1, true, 3
	w.run(ExitUnfinished, w.file("flawed.csv", flawed(2)))
	w.opt.Send.Limit = 0
	w.killed(2, 0, w.file("more.csv", table(1, 20)))
	got, err := History(t.Context(), w.opt.Dir)
	check(t, err)
	want := []Past{
		{Rows: 20, Left: 20, State: "open", Exit: "-"},
		{Rows: 7, Succeeded: 3, Failed: 2, Left: 2, State: "abandoned", Exit: "5 unfinished"},
		{State: "refused", Exit: "3 refused"},
		{Rows: 7, Failed: 2, Left: 5, State: "refused", Exit: "3 refused"},
		{Rows: 3, Succeeded: 3, State: "finished", Exit: "0 done"},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Past{}, "ID", "Started", "Duration")); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	for i, p := range got {
		if age := time.Since(p.Started); age < 0 || age > time.Hour || p.Duration < 0 || (p.Duration == 0) != (i == 0) {
			t.Errorf("run %d began %s ago and took %s", i, age, p.Duration)
		}
	}
}

// TestReport renders runs again, the newest if none is named, as they were rendered before.
func TestReport(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	report := func(id string) error {
		return Report(t.Context(), w.opt.Dir, id, w.opt.Version, w.opt.Summarize)
	}
	if err := report(""); ExitStatus(err) != ExitUsage || !has(err, "no run to report on") {
		t.Errorf("without a run: %v", err)
	}
	w.opt.SkipInvalid = true
	first := w.run(ExitFailed, w.file("flawed.csv", flawed(3)))
	second := w.run(ExitOK, w.file("users.csv", table(1, 3)))
	w.opt.ExpectRows = 9
	w.fails(ExitRefused, w.file("users.csv", table(1, 3))) // has no report: the newest is the one before
	before := w.files(first.ID)
	for name := range before {
		check(t, os.Remove(filepath.Join(w.opt.Dir, first.ID, name)))
	}
	check(t, report(first.ID))
	if diff := cmp.Diff(before, w.files(first.ID)); diff != "" {
		t.Errorf("rendered again (-before +after):\n%s", diff)
	}
	if w.latest() != second.ID {
		t.Errorf("latest leads to %s", w.latest())
	}
	check(t, os.Remove(filepath.Join(w.opt.Dir, "latest")))
	check(t, report(""))
	if w.latest() != second.ID || w.summaries[len(w.summaries)-1].Run.ID != second.ID {
		t.Errorf("latest leads to %s", w.latest())
	}
	if err := report("20000101T000000Z-0000"); ExitStatus(err) != ExitUsage || !has(err, "statussync runs") {
		t.Errorf("of no run: %v", err)
	}
}

// files returns the contents of a run's files.
func (w *world) files(id string) map[string]string {
	w.Helper()
	contents := make(map[string]string)
	for _, name := range w.remains(id) {
		if name == inputDir {
			continue
		}
		b, err := os.ReadFile(filepath.Join(w.opt.Dir, id, name))
		check(w, err)
		contents[name] = string(b)
	}
	return contents
}

// TestReportDropped passes over a run that was decided and given up for want of room: its folder is gone.
func TestReportDropped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	first := w.run(ExitOK, w.file("users.csv", table(1, 3)))
	c := w.begun(w.file("more.csv", table(1, 4)))
	check(t, c.decide(t.Context()))
	if err := c.drop(t.Context(), &Failure{Exit: ExitBooks, Text: "no room"}); ExitStatus(err) != ExitBooks {
		t.Errorf("the run was given up with %v", err)
	}
	c.close()
	check(t, Report(t.Context(), w.opt.Dir, "", "test", w.opt.Summarize))
	if got := w.summaries[1].Run.ID; got != first.ID || w.latest() != first.ID {
		t.Errorf("a report on %s", got)
	}
}

// TestPrune keeps the newest runs.
func TestPrune(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	w.opt.Keep = 1
	path := w.file("users.csv", table(1, 2))
	var ids []string
	for range 2 {
		ids = append(ids, w.run(ExitOK, path).ID)
	}
	if diff := cmp.Diff(ids[1:], w.folders()); diff != "" {
		t.Errorf("folders (-want +got):\n%s", diff)
	}
	if known, _ := w.states(); len(known) != 1 || known[0] != ids[1] {
		t.Errorf("runs %q are known", known)
	}
	w.opt.SkipUnchanged = true
	if r := w.run(ExitOK, path); w.verdicts(r.ID) != "2 unchanged" {
		t.Errorf("%s: what was applied went with the runs", w.verdicts(r.ID))
	}
}
