package run

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/plan"
)

// flawed returns an input with good rows and so many rows that are wrong in one of two ways.
func flawed(bad int) string {
	var b strings.Builder
	b.WriteString(table(1, 5))
	for i := range bad {
		fmt.Fprintf(&b, "%s,bad%d,,u@contoso.example,%s,0,0\n", app, i, []string{"-1", "5.0"}[i%2])
	}
	return b.String()
}

// TestRefused sends nothing when rows are invalid, and reports all the same.
func TestRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	path := w.file("users.csv", flawed(30))
	r := w.run(ExitRefused, path)
	if w.sent() != 0 || r.Stopped != nil {
		t.Errorf("%d rows were sent, stopped by %v", w.sent(), r.Stopped)
	}
	want := []string{"input", "invalid.csv", "report.html", "report.json", "rows.csv", "rows.jsonl"}
	if diff := cmp.Diff(want, w.remains(r.ID)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if got := w.verdicts(r.ID); got != "5 unsent, 30 invalid" {
		t.Error(got)
	}
	d := w.document(r.ID)
	if d.State != "refused" || d.ExitStatus != ExitRefused || !d.Balance.Balanced || d.Stopped != "" {
		t.Errorf("report: %+v", d)
	}
	if w.latest() != r.ID || len(w.summaries) != 1 {
		t.Errorf("latest leads to %s, %d summaries", w.latest(), len(w.summaries))
	}
	f := w.findings[0]
	if len(w.findings) != 1 || len(f.Problems) != 20 || !strings.HasPrefix(f.Problems[0], path+":7:") {
		t.Errorf("findings, %d times: %q", len(w.findings), f.Problems)
	}
	if diff := cmp.Diff(map[string]int64{"count-negative": 15, "count-not-integer": 15}, f.Kinds); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
	if got := len(w.ids(r.ID, "invalid.csv")); got != 30 {
		t.Errorf("%d rows to mend", got)
	}
	w.opt.SkipInvalid = true
	second := w.run(ExitFailed, path) // a refused run is not taken up, so other settings are no question
	if second.ID == r.ID || w.verdicts(second.ID) != "5 succeeded, 30 invalid" {
		t.Error(w.verdicts(second.ID))
	}
}

// TestContradictions are shown like what is wrong with a single row.
func TestContradictions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	a := w.file("a.csv", header+line(1, 1)+line(2, 2)+line(3, 3))
	b := w.file("b.csv", header+line(2, 2)+line(3, 4))
	r := w.run(ExitRefused, a, b)
	if got := w.verdicts(r.ID); got != "1 duplicate, 2 unsent, 2 invalid" {
		t.Error(got)
	}
	f := w.findings[0]
	if f.Kinds[plan.Contradiction] != 2 || !strings.HasPrefix(f.Problems[1], b+":3:1: contradicts "+a+":4") {
		t.Errorf("findings: %+v", f)
	}
	w.opt.Duplicates = plan.Last
	r = w.run(ExitOK, a, b)
	if got := w.verdicts(r.ID); got != "3 succeeded, 2 duplicate" {
		t.Error(got)
	}
	if s, _ := w.sim.Value(app, "r3"); s.InstalledDeviceCount != 4 {
		t.Errorf("r3 has %d devices, want what the last row says", s.InstalledDeviceCount)
	}
}

// TestRefusedFiles leaves no folder behind when the input as a whole is refused, and the runs of before as they are.
func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	good := w.file("good.csv", table(1, 3))
	bad, cut := w.file("bad.csv", "a,b\n1,2\n"), w.file("cut.csv", table(1, 1)+app+",\"r2")
	for _, test := range []struct {
		name   string
		set    func(*Options)
		inputs []string
		words  []string
	}{
		{"missing", nil, []string{good, good + "x"}, []string{"good.csvx", "no such file"}},
		{"a folder", nil, []string{w.home}, []string{"is a folder"}},
		{"two that are refused", nil, []string{bad, good, cut}, []string{bad, cut}},
		{"no rows", nil, []string{w.file("head.csv", header)}, []string{"no rows", "--allow-empty"}},
		{"fewer rows", func(o *Options) { o.ExpectRows = 4 }, []string{good},
			[]string{"3 rows, 4 were expected", "--expect-rows"}},
	} {
		before := w.opt
		if test.set != nil {
			test.set(&w.opt)
		}
		if err := w.fails(ExitRefused, test.inputs...); !has(err, test.words...) {
			t.Errorf("%s: %v", test.name, err)
		}
		w.opt = before
		if names := w.folders(); len(names) > 0 {
			t.Fatalf("%s: folders %q are left", test.name, names)
		}
	}
	if _, states := w.states(); !slices.Equal(states, []string{"refused", "refused", "refused"}) {
		t.Errorf("the runs are %q", states)
	}
	if w.sent() != 0 || len(w.summaries) > 0 {
		t.Errorf("%d rows were sent, %d summaries", w.sent(), len(w.summaries))
	}
	if n := len(w.findings); n != 3 {
		t.Errorf("%d times findings, want one for each input that could be taken in", n)
	}
}

// TestEmpty lets an input without rows pass when that is as it should be.
func TestEmpty(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	w.opt.AllowEmpty, w.opt.ExpectRows = true, 0
	r := w.run(ExitOK, w.file("head.csv", header), w.file("empty.csv", ""))
	if d := w.document(r.ID); d.State != "finished" || d.Rows != 0 || !d.Balance.Balanced {
		t.Errorf("report: %+v", d)
	}
	if len(w.lines(r.ID)) != 0 || w.sent() != 0 {
		t.Error("rows were told of that nobody gave")
	}
}

// TestExpectRows counts rows of all kinds over all inputs; a warning about one of them is passed on with its place.
func TestExpectRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	w.opt.ExpectRows, w.opt.SkipInvalid = 9, true
	b := w.file("b.csv", strings.TrimSuffix(header+line(1, 1)+line(2, 2)+line(9, 9), "\n"))
	w.run(ExitFailed, w.file("a.csv", flawed(1)), b)
	if got := w.findings[0].Warnings; len(got) != 1 || !strings.HasPrefix(got[0], b+":4: ") {
		t.Errorf("warnings %q", got)
	}
}

// TestRefusedHint says what to do about the first file that is refused.
func TestRefusedHint(t *testing.T) {
	t.Parallel()
	err := error(&Failure{Exit: ExitRefused, Err: errors.Join(
		&input.Error{Name: "a.csv", Text: "is odd", HintText: "mend it"}, &input.Error{Name: "b.csv", Text: "is odd too"})})
	if !has(err, "a.csv", "b.csv", "mend it") {
		t.Errorf("%v", err)
	}
}
