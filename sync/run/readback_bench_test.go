package run

import (
	"context"
	"net/http/httptest"
	"runtime"
	"testing"

	"go.uber.org/zap"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/graph/simulator"
	"github.com/statussync/statussync/sync/row"
)

// BenchmarkReadBack reads all rows of an app back that has twice as many statuses. It measures what a row keeps in
// memory until it is compared.
func BenchmarkReadBack(b *testing.B) {
	const rows = 100_000
	sim := simulator.New(unlimited)
	server := httptest.NewServer(sim)
	b.Cleanup(server.Close)
	status := func(i int) row.Status {
		s := holds(i, i)
		return row.Status{AppID: app, ID: s.ID, UserPrincipalName: s.UserPrincipalName, Installed: s.InstalledDeviceCount}
	}
	for i := range 2 * rows {
		sim.Put(app, holds(i, i))
	}
	o := Options{Log: zap.NewNop(), Send: dispatch.Options{Concurrency: 8, Attempts: 1}}
	o.Graph = graph.Config{BaseURL: server.URL + "/beta", Tokens: token("t")}
	client, d, err := reach(o.Graph, o.Send)
	check(b, err)
	defer client.Close()
	for b.Loop() {
		before := living()
		r, err := newReadBack(client, d, &o, b.TempDir())
		check(b, err)
		r.each = func(_ context.Context, visit func(*input.Record, *row.Outcome) error) error {
			for i := range rows {
				if err := visit(&input.Record{Row: row.Row{Number: int64(i + 1), Status: status(2 * i)}}, nil); err != nil {
					return err
				}
			}
			return nil
		}
		check(b, r.collect(b.Context()))
		check(b, r.fetch(b.Context()))
		b.ReportMetric(float64(living()-before)/rows, "B/row")
		equal := 0
		check(b, r.compare(b.Context(), func(_ *input.Record, _ *row.Outcome, f finding) error {
			if f.state == seen && f.differences == nil {
				equal++
			}
			return nil
		}))
		if equal != rows {
			b.Fatalf("%d rows are equal", equal)
		}
		r.close()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/rows/float64(b.N), "ns/row")
}

func living() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
