package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph/simulator"
	"github.com/statussync/statussync/sync/journal"
)

// TestTimeline sorts sums into spans. A pause lies before the span in which it ended, and in no span for longer than
// that lasts, nor long before the run.
func TestTimeline(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 11, 23, 12, 0, 5, 0, time.UTC)
	at := func(seconds int) time.Time { return began.Add(time.Duration(seconds-5) * time.Second) }
	l := timeline{began: began, spans: make(map[time.Time]*reports.Span)}
	for _, tally := range []journal.Tally{
		{Kind: journal.Attempt, Start: at(0), HTTPStatus: 204, Count: 40},
		{Kind: journal.Attempt, Start: at(0), HTTPStatus: 204, UpTo: time.Second, Count: 2},
		{Kind: journal.Attempt, Start: at(80), HTTPStatus: 429, Count: 1},
		{Kind: journal.Read, Start: at(80), HTTPStatus: 200, Count: 6},
		{Kind: journal.Read, Start: at(80), HTTPStatus: 200, UpTo: time.Second, Count: 1},
		{Kind: journal.Pause, Start: at(80), Count: 2, Total: 70 * time.Second},
		{Kind: journal.Rate, Start: at(80), Count: 3, PerSecond: 2.5},
		{Kind: journal.Pause, Start: at(100), Count: 1, Total: time.Hour},
		{Kind: journal.Sending, Start: at(120), Count: 1, Total: time.Hour},
	} {
		l.add(tally)
	}
	span := journal.TallySpan
	want := []reports.Span{
		{Start: at(0), Paused: span, Requests: map[int]int64{204: 42}},
		{Start: at(20), Paused: span, Requests: map[int]int64{}},
		{Start: at(40), Paused: span, Requests: map[int]int64{}},
		{Start: at(60), Paused: span, Requests: map[int]int64{}},
		{Start: at(80), Paused: span, Pauses: 2, Rate: 2.5, Requests: map[int]int64{429: 1},
			Reads: map[int]int64{200: 7}},
		{Start: at(100), Paused: span, Pauses: 1, Requests: map[int]int64{}},
	}
	for i := range want {
		want[i].Length = span
		if want[i].Reads == nil {
			want[i].Reads = map[int]int64{}
		}
	}
	if diff := cmp.Diff(want, l.all()); diff != "" {
		t.Error(diff)
	}
}

// TestPage looks for the page of a run with all its rooms: it is there with the files that have a line a row, and is
// written again with them.
func TestPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Config{
		Quota: simulator.Quota{Unlimited: true},
		Rules: []simulator.Rule{
			{At: 3, Times: 1, Fault: simulator.Fault{Status: 404}}, {At: 5, Times: 1, Fault: simulator.Fault{Status: 429}},
		},
	})
	w.opt.Send.Rate = dispatch.Rate{N: 4000, Per: 20 * time.Second}
	r := w.run(ExitFailed, w.file("users.csv", table(1, 30)))
	path := filepath.Join(w.opt.Dir, r.ID, reports.PageName)
	first, err := os.ReadFile(path)
	check(t, err)
	run := w.summaries[0].Run
	for _, want := range []string{
		"but 1 of 30 rows did not succeed.", `data-of="counts.succeeded">29<`, "quota 200/s", "told to wait (429)", app,
		"It is here; failed.csv has the rows to send again.", reports.Advice(404, "", run.Attention.Rows[0].Verdict),
	} {
		if !strings.Contains(string(first), want) {
			t.Errorf("%q is missing", want)
		}
	}
	var sum int64
	for _, s := range run.Timeline {
		for _, n := range s.Requests {
			sum += n
		}
	}
	if sum != 31 || run.Quota != 200 || len(run.Apps.Listed) != 1 || run.Files[0] != reports.PageName {
		t.Errorf("%d requests along the time, quota %v, %v, files %q", sum, run.Quota, run.Apps, run.Files)
	}
	check(t, os.Remove(path))
	check(t, Report(t.Context(), w.opt.Dir, "", "test", w.opt.Summarize))
	again, err := os.ReadFile(path)
	if check(t, err); string(again) != string(first) {
		t.Error("the page that is written again is another one")
	}
}
