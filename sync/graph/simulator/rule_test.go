package simulator_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/graph/simulator"
)

func TestRulesFit(t *testing.T) {
	t.Parallel()
	fault := simulator.Fault{Status: 503}
	for _, test := range []struct {
		name  string
		rules []simulator.Rule
		want  string // statuses of six requests
	}{
		{"none", nil, "200 200 200 200 200 200"},
		{"always", []simulator.Rule{{Fault: fault}}, "503 503 503 503 503 503"},
		{"one ordinal", []simulator.Rule{{At: 3, Times: 1, Fault: fault}}, "200 200 503 200 200 200"},
		{"from an ordinal on", []simulator.Rule{{At: 5, Fault: fault}}, "200 200 200 200 503 503"},
		{"one id", []simulator.Rule{{ID: "b", Fault: fault}}, "200 503 200 200 503 200"},
		{"one id, once", []simulator.Rule{{ID: "b", Times: 1, Fault: fault}}, "200 503 200 200 200 200"},
		{"an app without regard to case", []simulator.Rule{{App: strings.ToUpper(appB), Fault: fault}},
			"200 200 200 503 503 503"},
		{"one key", []simulator.Rule{{App: appB, ID: "a", Fault: fault}}, "200 200 200 503 200 200"},
		{"a list", []simulator.Rule{{List: true, Fault: fault}}, "200 200 200 200 200 503"},
		{"a method", []simulator.Rule{{Method: "GET", Fault: fault}}, "200 200 200 200 200 503"},
		{"the first wins, then the second", []simulator.Rule{
			{ID: "a", Times: 1, Fault: simulator.Fault{Status: 500}}, {Fault: fault},
		}, "500 503 503 503 503 503"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := simulator.New(simulator.Config{Rules: test.rules})
			var got []string
			for _, r := range [][3]string{
				{"PATCH", appA, "a"}, {"PATCH", appA, "b"}, {"PATCH", appA, "c"},
				{"PATCH", appB, "a"}, {"PATCH", appB, "b"}, {"GET", appB, ""},
			} {
				text := fmt.Sprintf(`{"id":%q}`, r[2])
				if r[0] == "GET" {
					text = ""
				}
				got = append(got, fmt.Sprint(direct(s, request(t.Context(), r[0], "http://sim"+list(r[1]), text)).Code))
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
}

// attempts sends n attempts for each of some keys, key by key or in turn, and returns the statuses of each key.
func attempts(t *testing.T, s *simulator.Server, keys, n int, inTurn bool) map[string][]int {
	got := make(map[string][]int)
	for i := range keys * n {
		id := fmt.Sprint("u", i/n)
		if inTurn {
			id = fmt.Sprint("u", i%keys)
		}
		r := request(t.Context(), http.MethodPatch, "http://sim"+list(appA)+"/"+id, "{}")
		got[id] = append(got[id], direct(s, r).Code)
	}
	return got
}

func TestChanceIsSeeded(t *testing.T) {
	t.Parallel()
	const keys, n = 150, 20
	outcomes := func(seed uint64, forget, inTurn bool) map[string][]int {
		return attempts(t, simulator.New(simulator.Config{
			Seed: seed, Forget: forget, Quota: simulator.Quota{Unlimited: true},
			Rules: []simulator.Rule{
				{Rate: 0.1, Fault: simulator.Fault{Status: 503}}, {Rate: 0.3, Fault: simulator.Fault{Status: 500, Applied: true}},
			},
		}), keys, n, inTurn)
	}
	first := outcomes(1, false, false)
	if !reflect.DeepEqual(first, outcomes(1, false, true)) {
		t.Error("the order of arrival changes what a key meets")
	}
	if reflect.DeepEqual(first, outcomes(2, false, false)) {
		t.Error("the seed changes nothing")
	}
	for _, got := range []map[string][]int{first, outcomes(1, true, false)} {
		count := make(map[int]int)
		for _, statuses := range got {
			for _, status := range statuses {
				count[status]++
			}
		}
		for status, share := range map[int]float64{503: 0.1, 500: 0.27, 200: 0.63} {
			if got := float64(count[status]) / (keys * n); got < share-0.03 || got > share+0.03 {
				t.Errorf("share of %d is %v, want %v", status, got, share)
			}
		}
	}
}

func TestEveryday(t *testing.T) {
	t.Parallel()
	if simulator.Everyday(0) != nil {
		t.Error("faults at a rate of 0")
	}
	for _, rate := range []float64{0.07, 1} {
		rules := simulator.Everyday(rate)
		pass := 1.0
		for _, r := range rules {
			if err := r.Check(); err != nil {
				t.Error(err)
			}
			if share := pass * r.Rate; share < rate/7-1e-9 || share > rate/7+1e-9 {
				t.Errorf("rate %v: share %v", rate, share)
			}
			pass *= 1 - r.Rate
		}
	}
	s := start(t, simulator.Config{Rules: simulator.Everyday(1), Quota: simulator.Quota{Unlimited: true}})
	for i := range 100 {
		patch(t, s, list(appA)+fmt.Sprint("/u", i), "{}")
	}
	stats := s.Stats()
	statuses := slices.Sorted(maps.Keys(stats.ByStatus))
	if !slices.Equal(statuses, []int{429, 500, 502, 503, 504}) || stats.Resets == 0 || stats.Applied == 0 {
		t.Errorf("%+v", stats)
	}
}

func TestParseRule(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		want simulator.Rule
	}{
		{"status=503", simulator.Rule{Fault: simulator.Fault{Status: 503}}},
		{"at=10, times=3, status=429, wait=5s, retry-after=twice", simulator.Rule{At: 10, Times: 3, Fault: simulator.Fault{
			Status: 429, Wait: 5 * time.Second, RetryAfter: simulator.RetryAfterTwice}}},
		{"rate=0.25,method=PATCH,app=x,id=a=b,reset=after", simulator.Rule{Rate: 0.25, Method: "PATCH", App: "x", ID: "a=b",
			Fault: simulator.Fault{Reset: simulator.ResetAfter}}},
		{"status=500,applied,code=X,body=intune,delay=1m", simulator.Rule{Fault: simulator.Fault{
			Status: 500, Applied: true, Code: "X", Body: simulator.BodyIntune, Delay: time.Minute}}},
		{"list,cut,raw={},location=/", simulator.Rule{List: true,
			Fault: simulator.Fault{Cut: true, Raw: "{}", Location: "/"}}},
	} {
		got, err := simulator.ParseRule(test.text)
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v, %v", test.text, got, err)
		}
	}
	for _, test := range []struct{ text, field string }{
		{"", "rule"}, {"status=503,,", "rule"}, {"sttus=503", "rule"}, {"status=x", "status"}, {"status=99", "status"},
		{"status=600", "status"}, {"rate=2", "rate"}, {"rate=-1", "rate"}, {"at=-1", "at"}, {"times=-1", "times"},
		{"wait=5", "wait"}, {"wait=-5s", "wait"}, {"delay=-5s", "delay"}, {"delay=x", "delay"}, {"at=x", "at"},
		{"times=x", "times"}, {"rate=x", "rate"}, {"body=xml", "body"}, {"reset=never", "reset"}, {"method=patch", "method"},
	} {
		_, err := simulator.ParseRule(test.text)
		var config *simulator.ConfigError
		if !errors.As(err, &config) || config.Field != test.field || err.Error() == "" {
			t.Errorf("%q: %v", test.text, err)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		cfg   simulator.Config
		field string
	}{
		{simulator.Config{}, ""},
		{simulator.Config{PauseGrace: -1, Answer: simulator.BodyAltered, ErrorBody: simulator.BodyNested, EmptyEvery: 2}, ""},
		{simulator.Config{Latency: -1}, "Latency"},
		{simulator.Config{Jitter: -1}, "Jitter"},
		{simulator.Config{Quota: simulator.Quota{Window: -1}}, "Quota.Window"},
		{simulator.Config{MaxBody: -1}, "MaxBody"},
		{simulator.Config{PageSize: -1}, "PageSize"},
		{simulator.Config{Trace: -1}, "Trace"},
		{simulator.Config{EmptyEvery: 1}, "EmptyEvery"},
		{simulator.Config{RateLimit: -1}, "RateLimit"},
		{simulator.Config{RateLimit: 101}, "RateLimit"},
		{simulator.Config{Shifts: []simulator.Shift{{After: 2}, {After: 1}}}, "Shifts.After"},
		{simulator.Config{Shifts: []simulator.Shift{{After: -1}}}, "Shifts.After"},
		{simulator.Config{Shifts: []simulator.Shift{{Quota: simulator.Quota{Window: -1}}}}, "Shifts.Quota.Window"},
		{simulator.Config{Login: &simulator.Login{Lifetime: -time.Second}}, "Login.Lifetime"},
		{simulator.Config{Login: &simulator.Login{Apps: []simulator.App{{}}}}, "Login.Apps.ID"},
		{simulator.Config{Login: &simulator.Login{Apps: []simulator.App{{ID: "a"}, {ID: "A"}}}}, "Login.Apps.ID"},
		{simulator.Config{Login: &simulator.Login{Identity: "id"}}, "Login.Identity"},
		{simulator.Config{Login: &simulator.Login{Rules: []simulator.Rule{{Rate: 2}}}}, "rate"},
		{simulator.Config{Answer: simulator.BodyIntune}, "Answer"},
		{simulator.Config{ErrorBody: simulator.BodyObject}, "ErrorBody"},
		{simulator.Config{Rules: []simulator.Rule{{}, {Rate: 2}}}, "rate"},
	} {
		err := test.cfg.Check()
		var config *simulator.ConfigError
		if errors.As(err, &config); (err == nil) != (test.field == "") || err != nil && config.Field != test.field {
			t.Errorf("%+v: %v", test.cfg, err)
		}
		want := 200
		if test.cfg.Login != nil {
			want = 401
		}
		if s := simulator.New(test.cfg); direct(s, request(t.Context(), "GET", "http://sim"+list(appA), "")).Code != want {
			t.Errorf("%+v: does not serve", test.cfg)
		}
	}
}
