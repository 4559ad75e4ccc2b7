package simulator_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// A burst is n requests at once, at a time after the beginning.
type burst struct {
	at     time.Duration
	n      int
	method string // "": PATCH
	token  string // "": t0
	passed int    // how many must be let through
	retry  string // the last one's Retry-After
}

func send(t *testing.T, s *simulator.Server, method, token string) (status int, retry string) {
	if method == "" {
		method = http.MethodPatch
	}
	if token == "" {
		token = "t0"
	}
	text := body
	if method == http.MethodGet {
		text = ""
	}
	w := direct(s, request(t.Context(), method, "http://sim"+list(appA), text, "Authorization", "Bearer "+token))
	return w.Code, w.Header().Get("Retry-After")
}

const sec = time.Second

var quotas = []struct {
	name   string
	quota  simulator.Quota
	bursts []burst
}{
	{"writes of a client", simulator.Quota{}, []burst{
		{0, 100, "", "", 100, ""}, {0, 1, "", "", 0, "20"}, {20 * sec, 101, "", "", 100, "20"},
	}},
	{"the window slides", simulator.Quota{ThrottledFree: true}, []burst{
		{0, 50, "", "", 50, ""}, {19 * sec, 60, "", "", 50, "1"}, {20*sec - 1, 1, "", "", 0, "1"},
		{20 * sec, 60, "", "", 50, "19"}, {39 * sec, 51, "", "", 50, "1"},
	}},
	{"fixed windows", simulator.Quota{Fixed: true}, []burst{
		{19 * sec, 101, "", "", 100, "1"}, {20*sec - 1, 1, "", "", 0, "1"}, {20 * sec, 101, "", "", 100, "20"},
		{45 * sec, 1, "", "", 1, ""},
	}},
	{"refused calls count", simulator.Quota{}, []burst{
		{0, 100, "", "", 100, ""}, {10 * sec, 50, "", "", 0, "10"}, {20 * sec, 60, "", "", 50, "10"},
		{29 * sec, 1, "", "", 0, "1"},
		{30 * sec, 1, "", "", 1, ""},
	}},
	{"refused calls that go on lengthen the wait", simulator.Quota{ClientWrites: 2}, []burst{
		{0, 2, "", "", 2, ""}, {15 * sec, 2, "", "", 0, "20"}, {30 * sec, 2, "", "", 0, "20"}, {50 * sec, 1, "", "", 1, ""},
	}},
	{"writes of the tenant", simulator.Quota{}, []burst{
		{0, 100, "", "a", 100, ""}, {0, 100, "", "b", 100, ""}, {0, 1, "", "c", 0, "20"}, {20 * sec, 1, "", "c", 1, ""},
	}},
	{"another client is free", simulator.Quota{}, []burst{
		{0, 101, "", "a", 100, "20"}, {0, 1, "", "b", 1, ""},
	}},
	{"reads pass while writes do not", simulator.Quota{}, []burst{
		{0, 101, "", "", 100, "20"}, {0, 800, "GET", "", 800, ""},
	}},
	{"requests of a client", simulator.Quota{}, []burst{
		{0, 50, "", "", 50, ""}, {0, 951, "GET", "", 950, "20"}, {0, 1, "", "", 0, "20"}, {20 * sec, 1, "GET", "", 1, ""},
	}},
	{"requests of the tenant", simulator.Quota{}, []burst{
		{0, 1000, "GET", "a", 1000, ""}, {0, 1000, "GET", "b", 1000, ""}, {0, 1, "GET", "c", 0, "20"},
	}},
	{"scaled for a rehearsal", simulator.Quota{Window: 2 * sec}, []burst{
		{0, 101, "", "", 100, "2"}, {2 * sec, 1, "", "", 1, ""},
	}},
	{"no limit on a client", simulator.Quota{ClientWrites: -1}, []burst{{0, 201, "", "", 200, "20"}}},
	{"no limit at all", simulator.Quota{Unlimited: true}, []burst{{0, 3000, "", "", 3000, ""}}},
}

func TestQuota(t *testing.T) {
	t.Parallel()
	for _, test := range quotas {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sim := simulator.New(simulator.Config{Quota: test.quota})
				begin := time.Now()
				for _, b := range test.bursts {
					time.Sleep(b.at - time.Since(begin))
					passed, last := 0, ""
					for range b.n {
						status, retry := send(t, sim, b.method, b.token)
						if (status == 200) == (retry != "") || status != 200 && status != 429 {
							t.Fatalf("status %d, Retry-After %q", status, retry)
						}
						if status == 200 {
							passed++
						}
						last = retry
					}
					if passed != b.passed || last != b.retry {
						t.Errorf("at %v: %d of %d passed, Retry-After %q", b.at, passed, b.n, last)
					}
				}
			})
		})
	}
}

// TestRetryAfterIsTrue waits as it is told and must then be let through, at many fillings of the window.
func TestRetryAfterIsTrue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := simulator.New(simulator.Config{Quota: simulator.Quota{ClientWrites: 7}})
		refused := 0
		for i := range 500 {
			time.Sleep(time.Duration(i*i%37) * 100 * time.Millisecond)
			status, retry := send(t, s, "", "")
			if status == 200 {
				continue
			}
			refused++
			seconds, err := strconv.Atoi(retry)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(seconds) * time.Second)
			if status, _ := send(t, s, "", ""); status != 200 {
				t.Fatalf("%d: status %d after the wait", i, status)
			}
		}
		if refused < 10 || s.Stats().InsidePause != 0 {
			t.Errorf("%d refused, %+v", refused, s.Stats())
		}
	})
}

func TestRetryAfterForms(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		form  simulator.RetryAfter
		want  []string
		pause time.Duration // that a client must keep
	}{
		{"", []string{"2"}, 2 * time.Second},
		{simulator.RetryAfterSeconds, []string{"2"}, 2 * time.Second},
		{simulator.RetryAfterDecimal, []string{"1.251"}, 1251 * time.Millisecond},
		{simulator.RetryAfterDate, []string{"Sat, 01 Jan 2000 00:00:02 GMT"}, 2 * time.Second},
		{simulator.RetryAfterTwice, []string{"2", "4"}, 2 * time.Second},
		{simulator.RetryAfterZero, []string{"0"}, 0},
		{simulator.RetryAfterNegative, []string{"-5"}, 0},
		{simulator.RetryAfterWords, []string{"in a little while"}, 0},
		{simulator.RetryAfterHuge, []string{"9223372036854775807"}, 0},
		{simulator.RetryAfterNone, nil, 0},
		{"1, 2", []string{"1, 2"}, 0},
	} {
		t.Run(string(test.form), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := simulator.New(simulator.Config{RetryAfter: test.form, PauseGrace: -1})
				s.SetRules(simulator.Rule{Times: 1, Fault: simulator.Fault{Status: 429, Wait: 1250*time.Millisecond + 1}})
				w := direct(s, request(t.Context(), http.MethodPatch, "http://sim"+list(appA), body))
				if got := w.Result().Header["Retry-After"]; fmt.Sprint(got) != fmt.Sprint(test.want) || w.Code != 429 {
					t.Errorf("status %d, Retry-After %q", w.Code, got)
				}
				var inside int64
				for _, step := range []time.Duration{0, test.pause - 1, 1} { // at once, in the last instant, after it
					time.Sleep(step)
					if step > 1 {
						inside = 1
					}
					if status, _ := send(t, s, "", ""); status != 200 {
						t.Errorf("status %d", status)
					}
					if got := s.Stats().InsidePause; got != inside {
						t.Errorf("%d requests inside the pause, want %d", got, inside)
					}
				}
			})
		})
	}
}

func TestInsidePauseKnowsKindAndClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		wait := simulator.Fault{Status: 429, Wait: 10 * time.Second}
		s := simulator.New(simulator.Config{Rules: []simulator.Rule{{Times: 1, Fault: wait}}})
		send(t, s, "", "a")
		time.Sleep(simulator.DefaultPauseGrace)
		send(t, s, "", "a") // may have been under way
		time.Sleep(time.Second)
		send(t, s, "", "b")
		send(t, s, "GET", "a")
		if got := s.Stats().InsidePause; got != 0 {
			t.Errorf("%d inside the pause", got)
		}
		send(t, s, "", "a")
		if got := s.Stats().InsidePause; got != 1 {
			t.Errorf("%d inside the pause, want 1", got)
		}
	})
}
