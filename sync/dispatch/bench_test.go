package dispatch

import (
	"context"
	"iter"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/statussync/statussync/sync/row"
)

// BenchmarkRun measures the dispatcher's own cost of a row against that of a bare errgroup pool which makes the same
// calls: nothing else is done per row.
func BenchmarkRun(b *testing.B) {
	const workers = 64
	call := func(context.Context, *row.Status) (row.Answer, error) { return row.Answer{HTTPStatus: 200}, nil }
	record := func(row.Outcome) error { return nil }
	b.Run("bare", func(b *testing.B) {
		b.ReportAllocs()
		feed := make(chan Task)
		g, ctx := errgroup.WithContext(b.Context())
		for range workers {
			g.Go(func() error {
				for t := range feed {
					a, err := call(ctx, &t.Status)
					if err := record(row.Outcome{Row: t.Number, Verdict: row.Succeeded, Answer: a}); err != nil {
						return err
					}
					if err != nil {
						return err
					}
				}
				return nil
			})
		}
		for t := range many(b.N) {
			feed <- t
		}
		close(feed)
		if err := g.Wait(); err != nil {
			b.Fatal(err)
		}
	})
	for name, opt := range map[string]Options{
		"dispatch":   {Timeout: 30 * time.Second},
		"no-timeout": {},
		"limiter":    {Timeout: 30 * time.Second, Rate: Rate{N: 1 << 30, Per: time.Second}, Burst: 1 << 20},
		"adaptive":   {Timeout: 30 * time.Second, Rate: Rate{N: 1 << 30, Per: time.Second}, Burst: 1 << 20, Adaptive: true},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			opt.Concurrency, opt.Attempts = workers, 5
			opt.RowDeadline, opt.MaxWait, opt.Grace = 15*time.Minute, 15*time.Minute, 5*time.Second
			if err := New(opt).Run(b.Context(), many(b.N), call, record); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// many yields n tasks.
func many(n int) iter.Seq2[Task, error] {
	return func(yield func(Task, error) bool) {
		for i := range n {
			t := Task{Row: row.Row{Number: int64(i + 1), Line: int64(i + 2)}}
			t.AppID, t.ID = "5f0d9a2c-6b1e-4c7f-8a3d-2e9b7c4d1f60", "user-id"
			if !yield(t, nil) {
				return
			}
		}
	}
}
