package run

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/journal"
)

// tallies fills in what the journal has summed up of requests, pauses and rates.
func (r *renderer) tallies(ctx context.Context) error {
	r.report.Requests, r.report.Reads = make(map[int]int64), make(map[int]int64)
	took := make(map[time.Duration]int64) // answered requests that sent a row, by the bound of their duration
	line := timeline{began: r.run.Started, spans: make(map[time.Time]*reports.Span)}
	for t, err := range r.journal.Tallies(ctx, r.run.ID) {
		if err != nil {
			return err
		}
		line.add(t)
		switch t.Kind {
		case journal.Attempt:
			r.report.Requests[t.HTTPStatus] += t.Count
			if t.HTTPStatus != 0 {
				took[t.UpTo] += t.Count
			}
		case journal.Read:
			r.report.Reads[t.HTTPStatus] += t.Count
		case journal.Pause:
			r.report.Throttling.Pauses += t.Count
			r.report.Throttling.Paused += t.Total
		case journal.Sending:
			r.report.Sending += t.Total
		case journal.Resent:
			r.report.Resent += t.Count
		case journal.Rate:
			r.report.Throttling.RateChanges += t.Count
		}
	}
	r.report.Timeline, r.report.Quota = line.all(), quotaOf(r.run.Settings)
	for _, answers := range []map[int]int64{r.report.Requests, r.report.Reads} {
		r.report.Throttling.Answers += answers[http.StatusTooManyRequests]
	}
	r.report.Latency = reports.Latency{
		P50: percentile(took, 0.50), P95: percentile(took, 0.95), P99: percentile(took, 0.99),
	}
	return nil
}

// percentile returns the bound below which the share of the requests lies, 0 if there are none.
func percentile(took map[time.Duration]int64, share float64) time.Duration {
	var all, below int64
	for _, n := range took {
		all += n
	}
	for _, bound := range slices.Sorted(maps.Keys(took)) {
		if below += took[bound]; float64(below) >= share*float64(all) {
			return bound
		}
	}
	return 0
}
