package journal

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/statussync/statussync/sync/row"
)

func cpuTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

const benchRows = 1_000_000

func BenchmarkJournal(b *testing.B) {
	ctx := context.Background()
	ids := make([]string, 1<<16)
	for i := range ids {
		ids[i] = uuid.NewString()
	}
	for b.Loop() {
		dir := b.TempDir()
		j, err := Open(ctx, dir)
		if err != nil {
			b.Fatal(err)
		}
		if err := j.Begin(ctx, Run{ID: "bench"}); err != nil {
			b.Fatal(err)
		}
		s, err := j.BeginSession(ctx, "bench")
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Fence(ctx, benchRows); err != nil {
			b.Fatal(err)
		}
		start := cpuTime()
		var wg sync.WaitGroup
		for w := range int64(8) {
			wg.Go(func() {
				for n := w + 1; n <= benchRows; n += 8 {
					err := s.Record(row.Outcome{Row: n, Line: n + 1, Verdict: row.Succeeded, Attempts: 1,
						Answer: row.Answer{HTTPStatus: 200, RequestID: ids[n%(1<<16)], ClientRequestID: ids[(n*7)%(1<<16)]},
						At:     time.Now(), Duration: time.Duration(n*n%100_000_000) + 20*time.Millisecond})
					if err != nil {
						b.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if err := s.End(ctx, 0); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64((cpuTime()-start).Nanoseconds())/1e3/benchRows, "cpu-µs/row")
		fi, _ := os.Stat(filepath.Join(dir, fileName))
		b.ReportMetric(float64(fi.Size())/benchRows, "B/row")
		if os.Getenv("READ") != "" {
			start = cpuTime()
			n := 0
			if err := j.Planned(ctx, "bench", benchRows, nil); err != nil {
				b.Fatal(err)
			}
			for _, err := range j.Outcomes(ctx, "bench") {
				if n++; err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpuTime()-start).Nanoseconds())/1e3/benchRows, "read-µs/row")
			start = cpuTime()
			fmt.Println(j.Counts(ctx, "bench"))
			b.ReportMetric(float64((cpuTime()-start).Nanoseconds())/1e3/benchRows, "count-µs/row")
		}
		j.Close()
	}
}

func spread(add uint64) iter.Seq2[Applied, error] {
	return func(yield func(Applied, error) bool) {
		for i := range uint64(benchRows) {
			k := row.Key(int64(i*(1<<63/benchRows*2)) - 1<<62)
			if !yield(Applied{Key: k, Fingerprint: row.Fingerprint{byte(i), byte(i >> 8), byte(i >> 16), byte(add)}}, nil) {
				return
			}
		}
	}
}

func BenchmarkApplied(b *testing.B) {
	ctx := context.Background()
	for b.Loop() {
		j, err := Open(ctx, b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		if err := j.Begin(ctx, Run{ID: "bench"}); err != nil {
			b.Fatal(err)
		}
		m := func(name string, f func()) {
			start := cpuTime()
			f()
			b.ReportMetric(float64((cpuTime()-start).Nanoseconds())/1e3/benchRows, name)
		}
		for i, name := range []string{"first-µs", "same-µs", "other-µs"} {
			m(name, func() {
				if err := j.Refresh(ctx, "bench", spread(uint64(i/2))); err != nil {
					b.Fatal(err)
				}
			})
		}
		m("scan-µs", func() {
			n := 0
			for _, err := range j.Applied(ctx, "") {
				if n++; err != nil {
					b.Fatal(err)
				}
			}
			if n != benchRows {
				b.Fatal(n)
			}
		})
		j.Close()
	}
}
