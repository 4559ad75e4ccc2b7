package dispatch

import (
	"testing"
	"testing/synctest"

	"github.com/statussync/statussync/sync/graph/simulator"
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
