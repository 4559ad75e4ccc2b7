package simulator_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statussync/statussync/sync/graph/simulator"
)

func TestFaultStatuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fault   simulator.Fault
		code    string
		retry   string
		applied bool
	}{
		{fault: simulator.Fault{Status: 400}, code: "BadRequest"},
		{fault: simulator.Fault{Status: 401}, code: "InvalidAuthenticationToken"},
		{fault: simulator.Fault{Status: 403}, code: "Forbidden"},
		{fault: simulator.Fault{Status: 409, Code: "Directory_ConcurrencyViolation"}, code: "Directory_ConcurrencyViolation"},
		{fault: simulator.Fault{Status: 429}, code: "TooManyRequests", retry: "1"},
		{fault: simulator.Fault{Status: 429, RetryAfter: simulator.RetryAfterNone}, code: "TooManyRequests"},
		{fault: simulator.Fault{Status: 429, Wait: time.Minute}, code: "TooManyRequests", retry: "60"},
		{fault: simulator.Fault{Status: 500}, code: "InternalServerError"},
		{fault: simulator.Fault{Status: 500, Applied: true}, code: "InternalServerError", applied: true},
		{fault: simulator.Fault{Status: 502}, code: "BadGateway"},
		{fault: simulator.Fault{Status: 503}, code: "ServiceUnavailable"},
		{fault: simulator.Fault{Status: 503, RetryAfter: simulator.RetryAfterDecimal}, code: "ServiceUnavailable",
			retry: "1.000"},
		{fault: simulator.Fault{Status: 504, Applied: true}, code: "GatewayTimeout", applied: true},
		{fault: simulator.Fault{Status: 509}, code: "BandwidthLimitExceeded"},
	} {
		t.Run(fmt.Sprintf("%+v", test.fault), func(t *testing.T) {
			t.Parallel()
			s := start(t, simulator.Config{Rules: []simulator.Rule{{Fault: test.fault}}})
			a := patch(t, s, list(appA), body)
			if a.status != test.fault.Status || a.problem(t).Error.Code != test.code ||
				a.header.Get("Retry-After") != test.retry {
				t.Errorf("%+v", a)
			}
			if _, held := s.Value(appA, "u1"); held != test.applied {
				t.Errorf("applied: %v", held)
			}
		})
	}
}

func TestFaultsKeepTheServicesOwnRefusal(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Config{Rules: []simulator.Rule{{Fault: simulator.Fault{Status: 500, Applied: true}}}})
	if a := patch(t, s, list(simulator.ReservedApp), body); a.status != 404 {
		t.Errorf("%+v", a)
	}
}

func TestSuccessThatIsNone(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fault   simulator.Fault
		kind    string
		has     string
		applied bool
	}{
		{simulator.Fault{Status: 200, Body: simulator.BodyHTML}, "text/html; charset=utf-8", "<h1>", false},
		{simulator.Fault{Body: simulator.BodyHTML}, "text/html; charset=utf-8", "<h1>", true},
		{simulator.Fault{Status: 200, Body: simulator.BodyObject}, "", `"installedDeviceCount":1,`, false},
		{simulator.Fault{Status: 200}, "", "", false},
		{simulator.Fault{Body: simulator.BodyAltered}, "", `"installedDeviceCount":2,`, true},
		{simulator.Fault{Raw: "[]"}, "", "[]", true},
		{simulator.Fault{Raw: "x", Header: http.Header{"content-type": {"text/plain"}}}, "text/plain", "x", true},
	} {
		s := start(t, simulator.Config{Rules: []simulator.Rule{{Fault: test.fault}}})
		a := patch(t, s, list(appA), body)
		if a.status != 200 || !strings.Contains(a.body, test.has) ||
			test.kind != "" && a.header.Get("Content-Type") != test.kind {
			t.Errorf("%+v: %+v", test.fault, a)
		}
		if _, held := s.Value(appA, "u1"); held != test.applied {
			t.Errorf("%+v: applied %v", test.fault, held)
		}
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := start(t, simulator.Config{Rules: []simulator.Rule{{Times: 1, Fault: simulator.Fault{Status: status}}}})
		a := patch(t, s, list(appA)+"/u%2F1", body)
		want := s.URL() + "/elsewhere" + strings.TrimPrefix(list(appA), "/beta") + "/u%2F1"
		if a.status != status || a.header.Get("Location") != want || a.body != "" {
			t.Errorf("%+v", a)
		}
		if follow := get(t, s, strings.TrimSuffix(strings.TrimPrefix(want, s.URL()), "/u%2F1")); follow.status != 200 {
			t.Errorf("%d leads to %+v", status, follow)
		}
	}
	away := simulator.Fault{Status: 302, Location: "//other.example/"}
	s := start(t, simulator.Config{Rules: []simulator.Rule{{Fault: away}}})
	if a := patch(t, s, list(appA), body); a.header.Get("Location") != "//other.example/" {
		t.Errorf("%+v", a)
	}
}

func TestResets(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		reset   simulator.Reset
		applied int64
	}{{simulator.ResetBefore, 0}, {simulator.ResetAfter, 1}} {
		s := start(t, simulator.Config{Rules: []simulator.Rule{{Times: 1, Fault: simulator.Fault{Reset: test.reset}}}})
		a := patch(t, s, list(appA), body)
		if !errors.Is(a.err, syscall.ECONNRESET) {
			t.Errorf("%s: %+v", test.reset, a)
		}
		if n := s.Applied(appA, "u1"); n != test.applied {
			t.Errorf("%s: applied %d times", test.reset, n)
		}
		if a := patch(t, s, list(appA), body); a.status != 200 {
			t.Errorf("%s: then %+v", test.reset, a)
		}
		if stats := s.Stats(); stats.Resets != 1 || stats.ByStatus[200] != 1 || len(stats.ByStatus) != 1 {
			t.Errorf("%s: %+v", test.reset, stats)
		}
	}
}

func TestResetBelowTLS(t *testing.T) {
	t.Parallel()
	for _, h2 := range []bool{false, true} {
		reset := simulator.Fault{Reset: simulator.ResetAfter}
		s := simulator.New(simulator.Config{Rules: []simulator.Rule{{Times: 1, Fault: reset}}})
		server := httptest.NewUnstartedServer(s)
		server.EnableHTTP2 = h2
		server.StartTLS()
		defer server.Close()
		transport := server.Client().Transport
		resp, err := transport.RoundTrip(request(t.Context(), http.MethodPatch, server.URL+list(appA), body))
		if err == nil {
			t.Errorf("HTTP/2 %v: status %d", h2, resp.StatusCode)
		}
		resp, err = transport.RoundTrip(request(t.Context(), http.MethodPatch, server.URL+list(appA), body))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || !strings.Contains(string(text), `"@odata.context":"https://`) || s.Applied(appA, "u1") != 2 {
			t.Errorf("HTTP/2 %v: %s, %v, applied %d times", h2, text, err, s.Applied(appA, "u1"))
		}
	}
}

func TestCutBody(t *testing.T) {
	t.Parallel()
	for _, f := range []simulator.Fault{{Cut: true}, {Cut: true, Status: 500}, {Cut: true, Body: simulator.BodyEmpty}} {
		s := start(t, simulator.Config{Rules: []simulator.Rule{{Fault: f}}})
		a := patch(t, s, list(appA), body)
		if a.status == 0 || !errors.Is(a.err, io.ErrUnexpectedEOF) {
			t.Errorf("%+v: %+v", f, a)
		}
	}
}

func TestEndlessBody(t *testing.T) {
	t.Parallel()
	endless := simulator.Fault{Body: simulator.BodyEndless}
	s := start(t, simulator.Config{Rules: []simulator.Rule{{Times: 1, Fault: endless}}})
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(request(t.Context(), http.MethodPatch, s.URL()+list(appA), body))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.CopyN(io.Discard, resp.Body, 10<<20); err != nil {
		t.Errorf("%d bytes: %v", n, err)
	}
	_ = resp.Body.Close()
	if got := s.Stats(); got.ByStatus[200] != 1 || got.InFlight != 0 {
		t.Errorf("%+v", got)
	}
}

func TestHostileBodies(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		body simulator.Body
		size int64
	}{{simulator.BodyDeep, 200_000}, {simulator.BodyHuge, 8 << 20}, {simulator.BodyBomb, 16 << 20}} {
		s := start(t, simulator.Config{Rules: []simulator.Rule{{Fault: simulator.Fault{Body: test.body}}}})
		a := patch(t, s, list(appA), body)
		size := int64(len(a.body))
		if a.header.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(strings.NewReader(a.body))
			if err != nil {
				t.Fatal(err)
			}
			if size, err = io.Copy(io.Discard, z); err != nil || len(a.body) > 1<<20 {
				t.Errorf("%d bytes packed: %v", len(a.body), err)
			}
		}
		if a.status != 200 || a.err != nil || size < test.size {
			t.Errorf("%s: status %d, %d bytes, %v", test.body, a.status, size, a.err)
		}
	}
}

func TestSlow(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		cfg     simulator.Config
		applied int64
	}{
		{"latency", simulator.Config{Latency: time.Hour}, 0},
		{"jitter", simulator.Config{Jitter: 10000 * time.Hour, Seed: 1}, 0},
		{"delay", simulator.Config{Rules: []simulator.Rule{{Fault: simulator.Fault{Delay: time.Hour}}}}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, test.cfg)
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				for s.Stats().InFlight == 0 { // a request that was never read cannot be abandoned
					runtime.Gosched()
				}
				cancel()
			}()
			a := do(t, request(ctx, http.MethodPatch, s.URL()+list(appA), body))
			if !errors.Is(a.err, context.Canceled) {
				t.Errorf("%+v", a)
			}
			for s.Stats().Abandoned == 0 { // the server learns of it from the connection
				runtime.Gosched()
			}
			if n := s.Applied(appA, "u1"); n != test.applied {
				t.Errorf("applied %d times", n)
			}
		})
	}
}

func TestLatencyIsExact(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := simulator.Config{
			Latency: 20 * time.Millisecond, Jitter: 10 * time.Millisecond, Quota: simulator.Quota{Unlimited: true},
		}
		s := simulator.New(cfg)
		seen := make(map[time.Duration]bool)
		for range 200 {
			begin := time.Now()
			send(t, s, "", "")
			took := time.Since(begin)
			if took < cfg.Latency || took >= cfg.Latency+cfg.Jitter {
				t.Fatalf("took %v", took)
			}
			seen[took] = true
		}
		if len(seen) < 150 {
			t.Errorf("%d different latencies", len(seen))
		}
		s.SetRules(simulator.Rule{Fault: simulator.Fault{Delay: time.Minute}})
		begin := time.Now()
		if status, _ := send(t, s, "", ""); status != 200 || time.Since(begin) < time.Minute+cfg.Latency {
			t.Errorf("status %d after %v", status, time.Since(begin))
		}
	})
}
