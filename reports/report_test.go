package reports

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/statussync/statussync/sync/row"
)

// sampleRun is the run of sampleEntries.
func sampleRun() *Run {
	start := time.Date(2026, 11, 23, 15, 41, 0, 0, time.UTC)
	run := &Run{
		ID: "20261123T154100Z-3f9a", Version: "v1.0.0", State: "open", ExitStatus: 5,
		Started: start, Ended: start.Add(83*time.Second + 400*time.Millisecond), Sessions: 2,
		Inputs: []Source{
			{Name: "users.csv", SHA256: strings.Repeat("0a", 32), Bytes: 1234, Rows: 9},
			{Name: "more users.jsonl", SHA256: strings.Repeat("1b", 32), Bytes: 567, Rows: 5},
		},
		Target:   "https://graph.microsoft.com/beta",
		Settings: []byte(`{"duplicates":"refuse","onInvalid":"skip"}`),
		Rows:     14, Counts: Counts{}, Retryable: 4, Resent: 1,
		Requests:   map[int]int64{200: 2, 204: 1, 404: 1, 403: 1, 429: 3, 503: 5, 0: 1},
		Reads:      map[int]int64{200: 7, 429: 1},
		Sending:    61 * time.Second,
		Latency:    Latency{P50: 81 * time.Millisecond, P95: 250 * time.Millisecond, P99: 1234567 * time.Microsecond},
		Throttling: Throttling{Answers: 4, Pauses: 2, Paused: 40 * time.Second, RateChanges: 1},
		Quota:      5,
		Timeline: []Span{
			{Start: start, Length: 20 * time.Second, Requests: map[int]int64{200: 2, 204: 1, 429: 3, 0: 1},
				Reads: map[int]int64{200: 7, 429: 1}, Rate: 2.5},
			{Start: start.Add(20 * time.Second), Length: 20 * time.Second, Paused: 20 * time.Second},
			{Start: start.Add(40 * time.Second), Length: 20 * time.Second, Pauses: 2, Paused: 20 * time.Second},
			{Start: start.Add(60 * time.Second), Length: 20 * time.Second, Requests: map[int]int64{403: 1, 404: 1}},
			{Start: start.Add(80 * time.Second), Length: 20 * time.Second, Requests: map[int]int64{503: 5}},
		},
		Files: []string{"report.json", "rows.jsonl", "rows.csv", "failed-1.csv", "failed-2.jsonl"},
	}
	for _, e := range sampleEntries() {
		run.Counts[e.Outcome.Verdict]++
	}
	return run
}

func sampleGroups() *Groups {
	g := new(Groups)
	for _, e := range sampleEntries() {
		g.Add(e.Outcome)
	}
	return g
}

func TestReportGolden(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := WriteJSON(dir, sampleRun(), sampleGroups()); err != nil {
		t.Fatal(err)
	}
	golden(t, reportName, []byte(content(t, dir)[reportName]))
}

// TestReportOfNothing holds what every report has, also that of a run that has not ended.
func TestReportOfNothing(t *testing.T) {
	t.Parallel()
	b, err := render(&Run{ID: "r", State: "open", Rows: 3, Counts: Counts{row.Unsent: 2}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	none := []any{}
	want := map[string]any{
		"schema": Schema, "run": "r", "state": "open", "sessions": 0.0, "target": "", "inputs": none, "rows": 3.0,
		"counts": map[string]any{
			"succeeded": 0.0, "unchanged": 0.0, "duplicate": 0.0, "mismatched": 0.0, "failed": 0.0, "unknown": 0.0,
			"unsent": 2.0, "invalid": 0.0,
		},
		"retryable": 0.0, "resent": 0.0, "balance": map[string]any{"rows": 3.0, "accounted": 2.0, "balanced": false},
		"errors": none, "requests": map[string]any{"total": 0.0, "byStatus": map[string]any{}},
		"reads":      map[string]any{"total": 0.0, "byStatus": map[string]any{}},
		"timings":    map[string]any{"sendingSeconds": 0.0, "requestsPerSecond": 0.0},
		"throttling": map[string]any{"answers429": 0.0, "pauses": 0.0, "pausedSeconds": 0.0, "rateChanges": 0.0},
		"timeline":   none, "files": none,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReportIsPrintable(t *testing.T) {
	t.Parallel()
	evil := "\x1b[31m\u009b\u202e\r\n\x7f\xff<script>"
	run := sampleRun()
	run.Stopped, run.Target, run.Inputs[0].Name = evil, evil, evil
	g := new(Groups)
	o := answered(row.Failed, 400, evil, evil)
	o.RequestID = evil
	g.Add(o)
	b, err := render(run, g)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if !printable(strings.TrimSuffix(line, "\n")) {
			t.Errorf("%q", line)
		}
	}
	if !json.Valid(b) {
		t.Errorf("not JSON: %s", b)
	}
}

func TestReportRefusesBrokenSettings(t *testing.T) {
	t.Parallel()
	if err := WriteJSON(t.TempDir(), &Run{Settings: []byte("{")}, nil); err == nil {
		t.Error("settings that are no JSON were written")
	}
}

// TestGroupsAnyOrder shuffles the outcomes: the report stays the same.
func TestGroupsAnyOrder(t *testing.T) {
	t.Parallel()
	var outcomes []row.Outcome
	for i := range 200 {
		o := answered(row.Failed, 400+i%3, fmt.Sprint("code", i%5), fmt.Sprint("message ", i))
		o.Row, o.Line = int64(i+1), int64(i+2)
		outcomes = append(outcomes, o)
	}
	var want []byte
	for range 20 {
		g := new(Groups)
		for _, o := range outcomes {
			g.Add(o)
		}
		got, err := render(sampleRun(), g)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Fatal(diff)
		}
		rand.Shuffle(len(outcomes), func(i, j int) { outcomes[i], outcomes[j] = outcomes[j], outcomes[i] })
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	g := new(Groups)
	for i := range 10 {
		o := answered(row.Failed, 404, "NotFound", strings.Repeat("ü", 2000))
		o.Row, o.Line = int64(10-i), int64(20-i)
		g.Add(o)
	}
	for _, v := range []row.Verdict{row.Succeeded, row.Unchanged, row.Duplicate, row.Unsent} {
		g.Add(row.Outcome{Verdict: v})
	}
	all := g.sorted()
	if len(all) != 1 {
		t.Fatalf("%d groups", len(all))
	}
	in := all[0]
	if in.rows != 10 || in.first != (place{1, 0, 11}) || in.last != (place{10, 0, 20}) {
		t.Errorf("got %+v", in)
	}
	for i, s := range in.samples {
		if s.row != int64(i+1) || s.message != strings.Repeat("ü", 512) {
			t.Errorf("sample %d: row %d, %d bytes", i, s.row, len(s.message))
		}
	}
	if len(in.samples) != maxSamples {
		t.Errorf("%d samples", len(in.samples))
	}
}

// TestGroupsAreBounded invents a code per row, as a broken service may.
func TestGroupsAreBounded(t *testing.T) {
	t.Parallel()
	g := new(Groups)
	for i := range 10000 {
		v := []row.Verdict{row.Failed, row.Unknown}[i%2]
		o := answered(v, 400, fmt.Sprint(i), "")
		o.Row = int64(i + 1)
		g.Add(o)
	}
	if n := len(g.all); n != maxGroups+2 {
		t.Errorf("%d groups", n)
	}
	failed := g.rows(row.Failed)
	unknown := g.rows(row.Unknown)
	if failed != 5000 || unknown != 5000 {
		t.Errorf("%d, %d rows", failed, unknown)
	}
}

func TestExitWord(t *testing.T) {
	t.Parallel()
	seen := make(map[string]int)
	for _, status := range []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 129, 130, 143} {
		word := ExitWord(status)
		if other, ok := seen[word]; ok {
			t.Errorf("%d and %d are both %q", status, other, word)
		}
		seen[word] = status
	}
	if got := ExitWord(77); got != "error" {
		t.Errorf("an unknown status is %q", got)
	}
}
