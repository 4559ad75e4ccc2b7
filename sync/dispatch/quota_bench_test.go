package dispatch

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statussync/statussync/sync/graph/simulator"
	"github.com/statussync/statussync/sync/row"
)

// BenchmarkQuota spends the published quota on a million rows in virtual time, 55 hours of it, without knowing it: the
// configured rate is four times what is granted. It reports the share of the quota that was accepted and the share of
// the requests that were answered 429, both in percent.
func BenchmarkQuota(b *testing.B) {
	const rows = 1_000_000
	for _, s := range services() {
		b.Run(s.name, func(b *testing.B) {
			for range b.N {
				c := &spend(bubbled(b), s.cfg, 1, 1, rows, 400).clients[0]
				var all spent
				all.add(c, 0, len(c.accepted)-1, simulator.DefaultClientWrites)
				accepted, refused := all.shares()
				b.ReportMetric(100*accepted, "%quota")
				b.ReportMetric(100*refused, "%429")
			}
		})
	}
}

// bubbled runs f in virtual time: a bubble needs a test, which a benchmark is not.
func bubbled(b *testing.B) func(func(testing.TB)) {
	return func(f func(testing.TB)) {
		ok := testing.RunTests(func(_, _ string) (bool, error) { return true, nil }, []testing.InternalTest{{
			Name: "bubble", F: func(t *testing.T) { synctest.Test(t, func(t *testing.T) { f(t) }) },
		}})
		if !ok {
			b.Fatal("the bubble failed")
		}
	}
}

// BenchmarkQuotaLoopback does it in real time over loopback, with a quota of 100 writes in 2 s, for five windows: with
// as much configured, and with four times as much. A pause is a second at least, which is half of such a window.
func BenchmarkQuotaLoopback(b *testing.B) {
	b.Run("known", func(b *testing.B) { loopback(b, 100) })
	b.Run("unknown", func(b *testing.B) { loopback(b, 400) })
}

func loopback(b *testing.B, configured int) {
	const window, windows = 2 * time.Second, 5
	for range b.N {
		sim := simulator.New(simulator.Config{Forget: true, Quota: simulator.Quota{Window: window, TenantWrites: -1}})
		server := httptest.NewServer(sim)
		ctx, cancel := context.WithTimeout(b.Context(), windows*window)
		d := New(Options{Rate: Rate{configured, window}, Burst: 2, Concurrency: 8, Attempts: 5, Adaptive: true})
		_ = d.Run(ctx, tasks(1_000_000), over(server), func(row.Outcome) error { return nil }) // until the time is over
		cancel()
		server.Close()
		stats := sim.Stats()
		b.ReportMetric(float64(stats.Applied)/windows, "%quota")
		b.ReportMetric(100*float64(stats.ByStatus[http.StatusTooManyRequests])/float64(stats.Requests), "%429")
	}
}

// over returns what sends one row to a server.
func over(server *httptest.Server) Call {
	return func(ctx context.Context, _ *row.Status) (row.Answer, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPatch, server.URL+statusURL.Path, strings.NewReader(statusBody))
		if err != nil {
			return row.Answer{}, err
		}
		r.Header.Set("Authorization", "Bearer client")
		r.Header.Set("Content-Type", "application/json")
		res, err := server.Client().Do(r)
		if err != nil {
			return row.Answer{}, silence()
		}
		res.Body.Close()
		if res.StatusCode == http.StatusTooManyRequests {
			s, _ := strconv.Atoi(res.Header.Get("Retry-After"))
			return row.Answer{HTTPStatus: res.StatusCode}, throttled(time.Duration(s) * time.Second)
		}
		return row.Answer{HTTPStatus: res.StatusCode}, nil
	}
}
