package reports

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var midnight = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// steady returns a span for every 20 s, each with so many requests.
func steady(start time.Time, spans int, requests int64) (all []Span) {
	for i := range spans {
		at := start.Add(time.Duration(i) * 20 * time.Second)
		all = append(all, Span{Start: at, Length: 20 * time.Second, Requests: map[int]int64{204: requests}})
	}
	return all
}

// TestTimelineIsBounded holds the places of a timeline against runs of a minute to a year, with and without holes: none
// of the requests is lost.
func TestTimelineIsBounded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		spans []Span
		width time.Duration
	}{
		{"a minute", steady(midnight, 3, 100), 20 * time.Second},
		{"40 minutes", steady(midnight, 120, 100), 20 * time.Second},
		{"41 minutes", steady(midnight, 123, 100), 40 * time.Second},
		{"a day and a half", steady(midnight, 6480, 100), 20 * time.Minute},
		{"half a year", steady(midnight, 180*24*180, 1), 48 * time.Hour},
		{"two evenings", append(steady(midnight, 30, 100), steady(midnight.Add(30*time.Hour), 30, 100)...), 20 * time.Second},
	} {
		for i := range test.spans {
			test.spans[i].Reads = map[int]int64{200: 1}
		}
		run := Run{Timeline: test.spans}
		got := run.timeline()
		if n := len(got.slots()); n > maxSlots || got.width != test.width {
			t.Errorf("%s: %d places of %v, want %v", test.name, n, got.width, test.width)
		}
		var before, after int64
		for _, s := range test.spans {
			before += sum(s.Requests) + sum(s.Reads)
		}
		for _, s := range got.spans {
			after += sum(s.Requests) + sum(s.Reads)
		}
		if before != after {
			t.Errorf("%s: %d requests became %d", test.name, before, after)
		}
	}
}

// TestTimelineOfLoneSpans has each span far away from all others.
func TestTimelineOfLoneSpans(t *testing.T) {
	t.Parallel()
	run := new(Run)
	for i := range 1000 {
		run.Timeline = append(run.Timeline, steady(midnight.Add(time.Duration(i)*25*time.Minute), 1, 1)...)
	}
	got := run.timeline()
	if n := len(got.slots()); n > maxSlots {
		t.Errorf("%d places of %v", n, got.width)
	}
}

// TestTimelineSums merges spans: pauses add up to the width at most, the last rate counts.
func TestTimelineSums(t *testing.T) {
	t.Parallel()
	spans := steady(midnight.Add(20*time.Second), 4, 10)
	spans[0].Requests = map[int]int64{204: 5, 429: 2}
	spans[0].Pauses, spans[0].Paused, spans[0].Rate = 1, 15*time.Second, 4
	spans[1].Paused, spans[1].Rate = 20*time.Second, 2
	spans[0].Reads, spans[1].Reads = map[int]int64{200: 3}, map[int]int64{200: 1, 429: 1}
	want := []Span{
		{Start: midnight, Length: time.Minute, Requests: map[int]int64{204: 15, 429: 2},
			Reads: map[int]int64{200: 4, 429: 1}, Pauses: 1, Paused: 35 * time.Second, Rate: 2},
		{Start: midnight.Add(time.Minute), Length: time.Minute, Requests: map[int]int64{204: 20}, Reads: map[int]int64{}},
	}
	if diff := cmp.Diff(want, merge(spans, time.Minute)); diff != "" {
		t.Error(diff)
	}
}

// TestTimelineIsCut holds the ends of a timeline against those of its run.
func TestTimelineIsCut(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		start, end  time.Duration // of the run
		first, last time.Duration // their lengths
	}{
		{7 * time.Second, 45 * time.Second, 13 * time.Second, 5 * time.Second},
		{-time.Hour, time.Hour, 20 * time.Second, 20 * time.Second},
		{20 * time.Second, 40 * time.Second, time.Second, time.Second}, // clocks that disagree
	} {
		run := Run{
			Started: midnight.Add(test.start), Ended: midnight.Add(test.end), Timeline: steady(midnight, 3, 10),
		}
		got := run.timeline().spans
		first, last := got[0], got[len(got)-1]
		if first.Length != test.first || last.Length != test.last {
			t.Errorf("from %v to %v: %v and %v", test.start, test.end, first.Length, last.Length)
		}
		if !first.end().Equal(midnight.Add(20*time.Second)) || !last.Start.Equal(midnight.Add(40*time.Second)) {
			t.Errorf("from %v to %v: %v, %v", test.start, test.end, first, last)
		}
	}
	open := Run{Started: midnight, Timeline: steady(midnight, 1, 10)} // it has not ended
	if got := open.timeline().spans[0]; got.Length != 20*time.Second || got.perSecond(10) != 0.5 {
		t.Errorf("got %v", got)
	}
}

// TestTimelineSlots draws short holes to scale, and long ones as breaks.
func TestTimelineSlots(t *testing.T) {
	t.Parallel()
	spans := steady(midnight, 2, 10)
	spans = append(spans, steady(midnight.Add(80*time.Second), 1, 10)...)
	spans = append(spans, steady(midnight.Add(time.Hour), 1, 10)...)
	run := Run{Timeline: spans}
	var got []string
	for _, s := range run.timeline().slots() {
		switch {
		case s.gap > 0:
			got = append(got, s.start.Format("4:05 ")+s.gap.String())
		case s.Span == nil:
			got = append(got, s.start.Format("4:05 nothing"))
		default:
			got = append(got, s.start.Format("4:05"))
		}
	}
	want := []string{"0:00", "0:20", "0:40 nothing", "1:00 nothing", "1:20", "1:40 58m20s", "0:00"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
