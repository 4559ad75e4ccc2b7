package simulator_test

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// TestReadBack holds that what was carried out can be read, however the PATCH was answered.
func TestReadBack(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		fault simulator.Fault
		held  bool
	}{
		{"answered", simulator.Fault{}, true},
		{"500, applied", simulator.Fault{Status: 500, Applied: true}, true},
		{"504, applied", simulator.Fault{Status: 504, Applied: true, Body: simulator.BodyNested}, true},
		{"500", simulator.Fault{Status: 500}, false},
		{"reset after", simulator.Fault{Reset: simulator.ResetAfter}, true},
		{"reset before", simulator.Fault{Reset: simulator.ResetBefore}, false},
		{"too slow an answer", simulator.Fault{Delay: time.Hour}, true},
		{"a success that is none", simulator.Fault{Status: 200, Body: simulator.BodyObject}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, simulator.Config{Rules: []simulator.Rule{{Method: "PATCH", Fault: test.fault}}})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if test.fault.Delay > 0 {
				go func() {
					for s.Applied(appA, "u1") == 0 { // the client loses patience no earlier
						runtime.Gosched()
					}
					cancel()
				}()
			}
			a := do(t, request(ctx, http.MethodPatch, s.URL()+list(appA), body))
			if test.fault.Delay > 0 && !errors.Is(a.err, context.Canceled) {
				t.Errorf("%+v", a)
			}
			want := map[bool]int{false: 404, true: 200}[test.held]
			a = get(t, s, list(appA)+"/u1")
			if a.status != want || test.held != strings.Contains(a.body, `"failedDeviceCount":2,`) {
				t.Errorf("read back: %+v", a)
			}
			if a := get(t, s, list(appA)); a.status != 200 || test.held != strings.Contains(a.body, `"failedDeviceCount":2,`) {
				t.Errorf("listed: %+v", a)
			}
			if got := s.Stats(); got.Writes != 1 || got.Singles != 1 || got.Lists != 1 || got.Requests != 3 {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestAnyApp(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Config{})
	all := strings.TrimSuffix(list(appA), "/"+appA+"/userStatuses")
	if a := get(t, s, all+"?$top=1"); a.status != 200 || a.body != `{"value":[]}` {
		t.Errorf("%+v", a)
	}
	put(s, appA, "u1")
	if a := get(t, s, all); a.status != 200 || a.body != `{"value":[{"id":"`+appA+`"}]}` {
		t.Errorf("%+v", a)
	}
	if a := patch(t, s, all, body); a.status != 400 {
		t.Errorf("%+v", a)
	}
}

func TestNoLists(t *testing.T) {
	t.Parallel()
	for status, code := range map[int]string{400: "No method match route template", 405: "MethodNotAllowed"} {
		s := start(t, simulator.Config{Rules: []simulator.Rule{simulator.NoLists(status)}})
		s.Put(appA, adele)
		if a := get(t, s, list(appA)+"?$top=1"); a.status != status || a.problem(t).Error.Code != code {
			t.Errorf("%+v", a)
		}
		if a := patch(t, s, list(appA), body); a.status != 200 {
			t.Errorf("%+v", a)
		}
		if a := get(t, s, list(appA)+"/u1"); a.status != 200 {
			t.Errorf("%+v", a)
		}
	}
}

func TestLinksLeadElsewhere(t *testing.T) {
	t.Parallel()
	for _, root := range []string{"", "http://u:p@127.0.0.1:1", "https://other.example"} {
		s := start(t, simulator.Config{PageSize: 1, LinkRoot: root})
		put(s, appA, "u1", "u2")
		want := root
		if want == "" {
			want = s.URL()
		}
		a := get(t, s, list(appA))
		if !strings.Contains(a.body, `"@odata.nextLink":"`+want+list(appA)+`?$top=1&$skiptoken=`) {
			t.Errorf("%q: %+v", root, a)
		}
	}
}

// TestReadsPassDuringAPauseOfWrites: the quota of reads is another one.
func TestReadsPassDuringAPauseOfWrites(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Config{Quota: simulator.Quota{ClientWrites: 1, ClientRequests: 4}})
	for i, step := range []struct {
		method string
		status int
	}{{"PATCH", 200}, {"PATCH", 429}, {"GET", 200}, {"GET", 200}, {"GET", 429}} {
		text := ""
		if step.method == "PATCH" {
			text = body
		}
		if a := do(t, request(t.Context(), step.method, s.URL()+list(appA), text)); a.status != step.status {
			t.Errorf("%d: %+v", i, a)
		}
	}
}
