package run

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/graph/simulator"
	"github.com/statussync/statussync/sync/row"
)

// mixed returns an input in which every way to leave occurs: rows to send, among them some on an app that does not
// exist and one whose answer differs, rows that say the same as another, and rows that are invalid.
func mixed(rows int) string {
	var b strings.Builder
	b.WriteString(header)
	for i := 1; i <= rows; i++ {
		switch {
		case i%40 == 0: // the row before, once more
			b.WriteString(line(i-1, i-1))
		case i%37 == 0:
			fmt.Fprintf(&b, "%s,bad%d,,u@contoso.example,-1,0,0\n", app, i)
		case i%31 == 0:
			fmt.Fprintf(&b, "%s,gone%d,,u@contoso.example,1,0,0\n", simulator.ReservedApp, i)
		default:
			b.WriteString(line(i, i))
		}
	}
	return b.String()
}

// everyday are the faults of a real service, of which only a few ask for a pause: each lasts a second at least.
func everyday(pauses int64) []simulator.Rule {
	rules := simulator.Everyday(0.3)
	for i := range rules {
		if rules[i].Status == http.StatusTooManyRequests {
			rules[i].Times = pauses
		}
	}
	altered := simulator.Rule{ID: "r7", Fault: simulator.Fault{Body: simulator.BodyAltered}}
	return append([]simulator.Rule{altered}, rules...)
}

// law holds a run against what the simulator saw: every row has left exactly once, no row is told better than it is,
// the numbers add up, and the exit status follows from them.
func (w *world) law(r *Result, rows int) {
	w.Helper()
	seen := make(map[string]bool)
	for _, a := range w.sim.Arrivals() {
		seen[a.ID] = true
	}
	counts := make(map[string]int64)
	var resend []string
	lines := w.lines(r.ID)
	for _, l := range lines {
		counts[l.Verdict]++
		applied := w.sim.Applied(app, l.ID)
		switch {
		case (l.Verdict == "succeeded" || l.Verdict == "mismatched") && applied == 0:
			w.Errorf("%s is told to have %s and was never applied", l.ID, l.Verdict)
		case (l.Verdict == "unsent" || l.Verdict == "invalid") && seen[l.ID]:
			w.Errorf("%s is told to be %s and was seen", l.ID, l.Verdict)
		case l.Verdict == "failed" && applied > 0:
			w.Errorf("%s is told to have failed and was applied", l.ID)
		}
		if l.Verdict == "failed" || l.Verdict == "unknown" || l.Verdict == "unsent" {
			resend = append(resend, l.ID)
		}
	}
	if len(lines) != rows {
		w.Errorf("%d of %d rows are told of", len(lines), rows)
	}
	if diff := cmp.Diff(resend, w.ids(r.ID, "failed.csv")); diff != "" {
		w.Errorf("rows to send again (-lines +failed.csv):\n%s", diff)
	}
	w.numbers(r, counts)
	if s := w.sim.Stats(); s.PeakPerKey > 1 {
		w.Errorf("%d requests for one key at once", s.PeakPerKey)
	}
}

// numbers holds report.json against the lines.
func (w *world) numbers(r *Result, counts map[string]int64) {
	w.Helper()
	d := w.document(r.ID)
	var sum int64
	for _, v := range row.Verdicts() {
		if d.Counts[v.String()] != counts[v.String()] {
			w.Errorf("%d rows are counted as %s, %d lines say so", d.Counts[v.String()], v, counts[v.String()])
		}
		sum += d.Counts[v.String()]
	}
	if sum != d.Rows || !d.Balance.Balanced {
		w.Errorf("%d rows, %d accounted for: %+v", d.Rows, sum, d.Balance)
	}
	want := ExitOK
	switch {
	case r.Stopped != nil:
		want = 143
	case d.Retryable > 0:
		want = ExitUnfinished
	case counts["failed"]+counts["mismatched"]+counts["invalid"]+counts["unknown"] > 0:
		want = ExitFailed
	}
	if r.Exit != want || d.ExitStatus != want {
		w.Errorf("exit status %d, in the report %d, want %d", r.Exit, d.ExitStatus, want)
	}
	if finished := d.Retryable == 0; finished != (d.State == "finished") {
		w.Errorf("%d rows are left, yet the run is %s", d.Retryable, d.State)
	}
}

// once lets Run do one session, whatever it ends with, and returns the result.
func (w *world) once(stopAt int64, path string) *Result {
	w.Helper()
	if stopAt > 0 {
		return w.stopped(stopAt, path)
	}
	o := w.opt
	o.Inputs = []string{path}
	r, err := Run(w.Context(), o)
	check(w, err)
	return r
}

func TestLaw(t *testing.T) {
	t.Parallel()
	const rows = 100
	scaled := simulator.Quota{Window: 900 * time.Millisecond, ClientWrites: 50}
	for seed, test := range []struct {
		name   string
		quota  simulator.Quota
		stopAt int64 // of the first session; 0: it is left alone
		pauses int64
	}{
		{"faults", simulator.Quota{Unlimited: true}, 0, 2},
		{"faults and a quota", scaled, 0, 1},
		{"faults and a signal", simulator.Quota{Unlimited: true}, 40, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, simulator.Config{
				Seed: uint64(seed) + 1, Rules: everyday(test.pauses), Quota: test.quota, Trace: 1 << 16,
			})
			w.opt.SkipInvalid, w.opt.Send.Concurrency, w.opt.Send.Attempts = true, 32, 2
			path := w.file("users.csv", mixed(rows))
			r := w.once(test.stopAt, path)
			w.law(r, rows)
			w.sim.SetRules()
			last := w.once(0, path)
			if last.ID != r.ID {
				t.Error("the run was not taken up")
			}
			w.law(last, rows)
			w.mended(r.ID)
		})
	}
}

// mended sees to it that only rows that nothing can help are left.
func (w *world) mended(id string) {
	w.Helper()
	for _, l := range w.lines(id) {
		want := "succeeded"
		switch {
		case l.ID == "r7":
			want = "mismatched"
		case l.Row%40 == 0:
			want = "duplicate"
		case l.Row%37 == 0:
			want = "invalid"
		case l.Row%31 == 0 && l.Verdict != "unknown": // refused now, but an earlier attempt may have been applied
			want = "failed"
		case l.Row%31 == 0:
			continue
		}
		if l.Verdict != want {
			w.Errorf("row %d (%s) is %s in the end, want %s", l.Row, l.ID, l.Verdict, want)
		}
	}
}
