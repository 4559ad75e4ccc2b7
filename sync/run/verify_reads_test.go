package run

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// TestVerifyReads lists where that is cheaper than single reads, and never costs more than twice the cheaper way.
func TestVerifyReads(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		held           int // statuses of the app, ten a page
		first, last    int // rows
		pages, singles int
	}{
		"one row":                           {1000, 1, 1, 0, 1},
		"one row that is missing":           {1000, 1001, 1001, 2, 1}, // after a 404 alone, whether there are lists
		"all rows":                          {1000, 1, 1000, 100, 0},
		"rows at the beginning":             {1000, 1, 20, 2, 0},
		"few rows at the end":               {1000, 996, 1000, 5, 5},
		"many rows at the end":              {1000, 801, 1000, 100, 0},
		"rows at the end, in a short list":  {50, 41, 50, 5, 0},
		"the rest costs as much as a page":  {1000, 1, 11, 1, 1},
		"all but a few are on one page":     {10, 1, 11, 1, 1},
		"more are missing than pages":       {10, 1, 12, 1, 2}, // the first is there, which says nothing of those
		"as many are missing as pages":      {40, 30, 44, 4, 4},
		"nothing is there":                  {0, 1, 9, 1, 1},
		"half of a page, and the next half": {40, 6, 15, 2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := paged
			cfg.PageSize = 10
			w := comparing(t, cfg, c.held)
			v, _, err := w.verifyIn(t.Context(), w.file("users.csv", table(c.first, c.last)))
			check(t, err)
			pages, singles := w.asked()
			if pages != c.pages || singles != c.singles || v.Requests != int64(pages+singles) {
				t.Errorf("%d pages and %d single statuses were read, want %d and %d", pages, singles, c.pages, c.singles)
			}
			rows, missing := c.last-c.first+1, max(0, c.last-max(c.held, c.first-1))
			if v.Equal != int64(rows-missing) || v.Missing != int64(missing) || v.Unread != 0 {
				t.Errorf("%+v", v)
			}
		})
	}
}

// TestVerifyListIsWrong asks for the rows one by one when the list lacks a row that is there.
func TestVerifyListIsWrong(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"empty":      {Status: 200, Raw: `{"value":[]}`},
		"not served": {Status: 404},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := comparing(t, paged, 5)
			w.sim.SetRules(simulator.Rule{Method: http.MethodGet, Times: 1, Fault: fault})
			w.verifies(Verified{Rows: 7, Equal: 5, Missing: 2, Exit: ExitFailed}, w.file("users.csv", table(1, 7)))
			if pages, singles := w.asked(); pages != 1 || singles != 7 {
				t.Errorf("%d pages and %d single statuses were read", pages, singles)
			}
		})
	}
}

// TestVerifyUnknownApp asks once for the app, once for a row of it, and once for any app.
func TestVerifyUnknownApp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, paged)
	text := strings.ReplaceAll(table(1, 3), app, simulator.ReservedApp)
	got := w.verifies(Verified{Rows: 3, Missing: 3, Exit: ExitFailed}, w.file("users.csv", text))
	if pages, singles := w.asked(); pages != 2 || singles != 1 {
		t.Errorf("%d pages and %d single statuses were read", pages, singles)
	}
	if diff := cmp.Diff([]string{"1 app-unknown", "2 app-unknown", "3 app-unknown"}, got); diff != "" {
		t.Error(diff)
	}
}

// otherApp returns the GUID of the n-th of other apps.
func otherApp(n int) string { return fmt.Sprintf("3b1f7c52-8a44-4f0e-9d1b-%012x", n) }

// TestVerifyManyApps reads apps side by side, their lists and single statuses alike.
func TestVerifyManyApps(t *testing.T) {
	t.Parallel()
	for _, rows := range []int{1, 2} {
		t.Run(fmt.Sprint(rows), func(t *testing.T) {
			t.Parallel()
			p := newProver(t, unlimited)
			var b strings.Builder
			b.WriteString(header)
			for n := range 40 {
				for i := range rows {
					p.sim.Put(otherApp(n), holds(i, i))
					b.WriteString(strings.Replace(line(i, i), app, otherApp(n), 1))
				}
			}
			met, together := make(chan bool), p.opt.Send.Concurrency
			p.atOnce = func(n int64) {
				if n == int64(together) {
					close(met)
				}
				select {
				case <-met: // as many as may be are there
				case <-t.Context().Done():
				}
			}
			p.verifies(Verified{Rows: int64(40 * rows), Equal: int64(40 * rows)}, p.file("users.csv", b.String()))
			if s := p.sim.Stats(); s.Requests != 40 {
				t.Errorf("%d requests", s.Requests)
			}
		})
	}
}
