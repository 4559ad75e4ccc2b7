package simulator_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// accepted sends n writes at once and returns how many were let through.
func accepted(t *testing.T, s *simulator.Server, token string, n int) (passed int) {
	t.Helper()
	for range n {
		if status, _ := send(t, s, "", token); status == http.StatusOK {
			passed++
		}
	}
	return passed
}

// TestSetQuota holds that the windows keep their count through changes, in both kinds of windows.
func TestSetQuota(t *testing.T) {
	t.Parallel()
	for _, fixed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			writes := func(n int) simulator.Quota {
				return simulator.Quota{ClientWrites: n, Fixed: fixed, ThrottledFree: true}
			}
			s := simulator.New(simulator.Config{Quota: writes(100)})
			begin := time.Now()
			for i, step := range []struct {
				at                       time.Duration
				limit, n, passed         int
				moreSliding, moreInFixed int // that pass after those
			}{
				{0, 100, 70, 70, 30, 30},
				{1 * sec, 50, 1, 0, 0, 0},       // a hundred are within the window
				{20 * sec, 50, 60, 50, 0, 0},    // and no longer
				{21 * sec, 100, 100, 50, 0, 0},  // fifty more
				{40 * sec, 100, 10, 10, 40, 90}, // 50 of the sliding window went, all of the fixed one
			} {
				time.Sleep(step.at - time.Since(begin))
				s.SetQuota(writes(step.limit))
				if got := accepted(t, s, "", step.n); got != step.passed {
					t.Errorf("fixed %v, step %d: %d passed, want %d", fixed, i, got, step.passed)
				}
				more := step.moreSliding
				if fixed {
					more = step.moreInFixed
				}
				if got := accepted(t, s, "", 150); got != more {
					t.Errorf("fixed %v, step %d: %d more passed, want %d", fixed, i, got, more)
				}
			}
			s.SetQuota(simulator.Quota{Unlimited: true})
			if got := accepted(t, s, "", 500); got != 500 {
				t.Errorf("without a limit %d passed", got)
			}
		})
	}
}

// TestQuotaGrowsBeyondTheRing holds that a quota that was never so high keeps what the smaller one remembered.
func TestQuotaGrowsBeyondTheRing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := simulator.New(simulator.Config{Quota: simulator.Quota{ClientWrites: 3, ThrottledFree: true}})
		for range 4 { // goes round the ring
			time.Sleep(7 * sec)
			accepted(t, s, "", 1)
		}
		s.SetQuota(simulator.Quota{ClientWrites: 10, ThrottledFree: true})
		for _, want := range []int{7, 1, 1, 8} {
			if got := accepted(t, s, "", 20); got != want {
				t.Errorf("%d passed, want %d", got, want)
			}
			time.Sleep(7 * sec)
		}
	})
}

// TestShifts runs ten windows at 100, ten at 50, ten at 100.
func TestShifts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := simulator.Config{Quota: simulator.Quota{ThrottledFree: true}, Shifts: []simulator.Shift{
			{After: 200 * sec, Quota: simulator.Quota{ClientWrites: 50, ThrottledFree: true}}, {After: 400 * sec},
		}}
		if err := cfg.Check(); err != nil {
			t.Fatal(err)
		}
		s := simulator.New(cfg)
		for i := range 30 {
			want := 100
			if i/10 == 1 {
				want = 50
			}
			if got := accepted(t, s, "", 120); got != want {
				t.Errorf("window %d: %d passed, want %d", i, got, want)
			}
			time.Sleep(20 * sec)
		}
	})
}

// TestTwoClientsShareATenant holds that each may spend the whole of the tenant's quota, and both together no more.
func TestTwoClientsShareATenant(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		quota := simulator.Quota{ClientWrites: 100, TenantWrites: 100, ThrottledFree: true}
		s := simulator.New(simulator.Config{Quota: quota})
		for i, step := range []struct {
			token     string
			n, passed int
		}{{"a", 100, 100}, {"b", 10, 0}, {"b", 40, 40}, {"a", 70, 60}, {"a", 50, 50}, {"b", 60, 50}} {
			if i%2 == 0 && i > 0 {
				time.Sleep(20 * sec)
			}
			if got := accepted(t, s, step.token, step.n); got != step.passed {
				t.Errorf("step %d: %d passed, want %d", i, got, step.passed)
			}
		}
	})
}

func TestRateLimitHeaders(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		from  int // percent
		quota simulator.Quota
		want  []string // limit, remaining and reset, after each of some writes that come 3 s apart
	}{
		{"off", 0, simulator.Quota{ClientWrites: 2}, []string{"", "", ""}},
		{"sliding", 1, simulator.Quota{ClientWrites: 3}, []string{"3 2 20", "3 1 17", "3 0 14", "3 0 14"}},
		{"fixed", 1, simulator.Quota{ClientWrites: 3, Fixed: true}, []string{"3 2 20", "3 1 17", "3 0 14", "3 0 11", "3 0 8",
			"3 0 5", "3 0 2", "3 2 19"}},
		{"from a share on", 75, simulator.Quota{ClientWrites: 4}, []string{"", "", "4 1 14", "4 0 11"}},
		{"the tenant's", 1, simulator.Quota{TenantWrites: 2}, []string{"2 1 20", "2 0 17", "2 0 17"}},
		{"no limit", 1, simulator.Quota{Unlimited: true}, []string{""}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := simulator.New(simulator.Config{RateLimit: test.from, Quota: test.quota})
				for i, want := range test.want {
					h := direct(s, request(t.Context(), "PATCH", "http://sim"+list(appA), body)).Header()
					got := ""
					if h.Get("RateLimit-Limit") != "" {
						got = fmt.Sprint(h.Get("RateLimit-Limit"), " ", h.Get("RateLimit-Remaining"), " ", h.Get("RateLimit-Reset"))
					}
					if got != want {
						t.Errorf("write %d: %q, want %q", i, got, want)
					}
					h = direct(s, request(t.Context(), "GET", "http://sim"+list(appA), "")).Header()
					if h.Get("RateLimit-Limit") != "" {
						t.Error("a read has the headers")
					}
					time.Sleep(3 * sec)
				}
			})
		})
	}
}
