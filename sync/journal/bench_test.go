//go:build unix

package journal

import (
	"iter"
	"math"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/statussync/statussync/sync/row"
)

const benchRows = 1_000_000

// meter reports the CPU time, user and system, that f takes for each of the benchRows.
func meter(b *testing.B, unit string, f func()) {
	used := func() int64 {
		var r syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
			b.Fatal(err)
		}
		return r.Utime.Nano() + r.Stime.Nano()
	}
	before := used()
	f()
	b.ReportMetric(float64(used()-before)/1e3/benchRows, unit)
}

// BenchmarkJournal records a million outcomes of rows that succeed, from eight goroutines, then reads them.
func BenchmarkJournal(b *testing.B) {
	ids := make([]string, 4096)
	for i := range ids {
		ids[i] = uuid.NewString()
	}
	for b.Loop() {
		dir := b.TempDir()
		j := openAt(b, dir)
		s := begin(b, j, "a", benchRows)
		meter(b, "µs-CPU/row", func() {
			var recorders sync.WaitGroup
			for w := range int64(8) {
				recorders.Go(func() { recordEighth(b, s, w, ids) })
			}
			recorders.Wait()
			ok(b, s.End(b.Context(), 0, "", ""))
		})
		info, err := os.Stat(filepath.Join(dir, fileName))
		ok(b, err)
		b.ReportMetric(float64(info.Size())/benchRows, "bytes/row")
		meter(b, "µs-CPU/row-read", func() {
			ok(b, lastError(j.Outcomes(b.Context(), "a")))
		})
		meter(b, "µs-CPU/row-counted", func() {
			_, _, err := j.Counts(b.Context(), "a")
			ok(b, err)
		})
		ok(b, j.Close())
	}
}

func recordEighth(b *testing.B, s *Session, part int64, ids []string) {
	for n := part + 1; n <= benchRows; n += 8 {
		err := s.Record(row.Outcome{Row: n, Line: n + 1, Verdict: row.Succeeded, Attempts: 1, At: time.Now(),
			Duration: 20*time.Millisecond + time.Duration(n*7919%100_000_000),
			Answer:   row.Answer{HTTPStatus: 200, RequestID: ids[n%4096], ClientRequestID: ids[(n+99)%4096]}})
		if err != nil {
			b.Error(err)
			return
		}
	}
}

// BenchmarkApplied takes in what a million rows did, in key order: into nothing, the same again, and other values. Then
// it reads what the target holds.
func BenchmarkApplied(b *testing.B) {
	for b.Loop() {
		ctx, j := b.Context(), openAt(b, b.TempDir())
		ok(b, j.Begin(ctx, Run{ID: "a", Target: "t"}))
		meter(b, "µs-CPU/row-new", func() { ok(b, j.Refresh(ctx, "a", spread(1))) })
		meter(b, "µs-CPU/row-same", func() { ok(b, j.Refresh(ctx, "a", spread(1))) })
		meter(b, "µs-CPU/row-other", func() { ok(b, j.Refresh(ctx, "a", spread(2))) })
		meter(b, "µs-CPU/row-scan", func() {
			ok(b, lastError(j.Applied(ctx, "t")))
		})
		ok(b, j.Close())
	}
}

// spread yields benchRows keys in order, all over the range of keys.
func spread(value byte) iter.Seq2[Applied, error] {
	return func(yield func(Applied, error) bool) {
		const step = math.MaxUint64 / benchRows
		for i := range int64(benchRows) {
			a := Applied{Key: row.Key(math.MinInt64 + i*step), Fingerprint: row.Fingerprint{byte(i), byte(i >> 8), value}}
			if !yield(a, nil) {
				return
			}
		}
	}
}

// lastError reads seq to its end.
func lastError[T any](seq iter.Seq2[T, error]) (last error) {
	for _, err := range seq {
		last = err
	}
	return last
}
