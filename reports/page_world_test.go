package reports

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/statussync/statussync/sync/row"
)

// pageRun is a night of a tenant with 9,000 rows: two sessions, throttled for a while, with failures of many kinds.
func pageRun() (*Run, *Groups) {
	start := time.Date(2026, 11, 23, 21, 58, 7, 0, time.UTC)
	run := &Run{
		ID: "20261123T215807Z-3f9a", Version: "v1.0.0", State: "finished", ExitStatus: 4,
		Started: start, Ended: start.Add(34*time.Minute + 41*time.Second), Sessions: 1,
		Inputs: []Source{
			{Name: "users.csv", SHA256: strings.Repeat("5f", 32), Bytes: 1_204_511, Rows: 8200},
			{Name: "late.csv", SHA256: strings.Repeat("c3", 32), Bytes: 117_402, Rows: 800},
		},
		Target: "https://graph.microsoft.com/beta/deviceAppManagement/mobileApps/{mobileAppId}/userStatuses/{id}" +
			" tenant contoso",
		Settings: []byte(`{"deciding":{"duplicates":"refuse","on-invalid":"skip"},"effective":{"rate":"100/20s"}}`),
		Rows:     9000, Quota: 5, Requests: make(map[int]int64), Reads: make(map[int]int64),
		Latency: Latency{P50: 200 * time.Millisecond, P95: 500 * time.Millisecond, P99: 2 * time.Second},
		Files:   []string{PageName, "rows.jsonl", "rows.csv", "failed-1.csv", "failed-2.csv", "invalid-1.csv"},
	}
	groups := new(Groups)
	add := pageRows(run, groups)
	for n := int64(1); n <= run.Rows; n++ {
		add(n)
	}
	pageTime(run)
	return run, groups
}

// pageRows returns what adds a row to the figures of the run.
func pageRows(run *Run, groups *Groups) func(n int64) {
	kinds := []struct {
		every int64
		o     row.Outcome
	}{
		{1999, answered(row.Unknown, 0, "timeout", "")},
		{1511, answered(row.Unknown, 503, "serviceUnavailable", "The service is temporarily unavailable.")},
		{997, answered(row.Failed, 400, "InternalError", "An error has occurred - Operation ID (for customer support): 0")},
		{701, answered(row.Failed, 403, "Forbidden", "The user is not in the scope of this app's administrators.")},
		{97, answered(row.Failed, 404, "ResourceNotFound", `There is no status "…" for this app.`)},
		{613, answered(row.Mismatched, 200, "", "")},
		{41, row.Outcome{Verdict: row.Duplicate, Reason: "same as line 7"}},
		{5, row.Outcome{Verdict: row.Unchanged}},
		{1, answered(row.Succeeded, 204, "", "")},
	}
	var files Files
	run.Counts = Counts{}
	random := rand.New(rand.NewPCG(1, 2))
	return func(n int64) {
		e := entry(n, int(n/8201), n+1, guid(random.Uint64N(1<<40)), "", row.Outcome{})
		e.AppID, e.UserPrincipalName = guid(uint64(n*n%7)), fmt.Sprintf("adele.vance.%d@contoso.example", n)
		for _, kind := range kinds {
			if n%kind.every == 0 {
				e.Outcome = kind.o
				break
			}
		}
		o := &e.Outcome
		o.Row, o.Input, o.Line = n, e.Input, e.Line
		switch {
		case o.Verdict == row.Mismatched:
			o.Mismatch = fmt.Sprintf("installedDeviceCount: sent %d, came back 0", n%7)
		case n%3000 == 0:
			*o = row.Outcome{Row: n, Input: e.Input, Line: e.Line, Verdict: row.Invalid,
				Reason: fmt.Sprintf(`%d:115: installedDeviceCount "5.0" is not a whole number in plain digits`, n+1)}
			o.Code = "count-not-integer"
		}
		o.Retryable = o.Verdict == row.Unknown
		if o.Retryable {
			run.Retryable++
		}
		run.Counts[o.Verdict]++
		groups.Add(*o)
		files.apps.add(&e)
		files.attention.add(&e)
		if n == run.Rows {
			run.Apps, run.Attention = files.Apps(), files.Attention()
		}
	}
}

func guid(n uint64) string { return fmt.Sprintf("6f1a2c3d-52c3-4f3e-9d5b-%012x", n) }

// pageTime gives the run 20 s after 20 s at 98 requests, but for a while in which the service asks for patience.
func pageTime(run *Run) {
	random := rand.New(rand.NewPCG(3, 4))
	i := 0
	for at := run.Started.Truncate(20 * time.Second); at.Before(run.Ended); at = at.Add(20 * time.Second) {
		s := Span{Start: at, Length: 20 * time.Second, Requests: map[int]int64{204: 95 + random.Int64N(4)}}
		switch {
		case i == 0 || !at.Add(20*time.Second).Before(run.Ended):
			s.Requests[204], s.Reads = 36, map[int]int64{200: 90}
		case i == 38:
			s.Requests, s.Pauses, s.Paused, s.Rate = map[int]int64{204: 48, 429: 4}, 0, 9*time.Second, 2.5
		case i == 39:
			s.Requests, s.Paused = nil, 20*time.Second
		case i == 40:
			s.Requests, s.Pauses, s.Paused = map[int]int64{204: 24}, 1, 11*time.Second
			s.Reads = map[int]int64{429: 2}
		case i > 40 && i < 61:
			s.Rate = min(2.5+float64(i-40)*0.13, 5)
			s.Requests = map[int]int64{204: int64(s.Rate * 19)}
		case i%23 == 0:
			s.Requests[429], s.Requests[204], s.Pauses, s.Paused = 1, 70, 1, 5*time.Second
		}
		if i%4 == 1 && s.Requests != nil {
			s.Requests[404] = 2
		}
		if i == 70 {
			s.Requests[0], s.Requests[503], s.Requests[204] = 3, 8, 30
		}
		run.Timeline = append(run.Timeline, s)
		run.Throttling.Pauses += s.Pauses
		run.Throttling.Paused += s.Paused
		for status, n := range s.Requests {
			run.Requests[status] += n
		}
		for status, n := range s.Reads {
			run.Reads[status] += n
		}
		i++
	}
	run.Throttling.Answers = run.Requests[429] + run.Reads[429]
	run.Sending = run.Ended.Sub(run.Started) - 3*time.Second
}
