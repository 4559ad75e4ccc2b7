package journal

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/statussync/statussync/sync/row"
)

func TestTally(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	j := openAt(t, dir)
	s := begin(t, j, "a", 3)
	at := time.Date(2026, 11, 23, 15, 41, 5, 0, time.UTC)
	events := []Event{
		{Kind: Attempt, At: at, HTTPStatus: 200, Took: 31 * time.Millisecond},
		{Kind: Attempt, At: at.Add(10 * time.Second), HTTPStatus: 200, Took: 50 * time.Millisecond},
		{Kind: Attempt, At: at.Add(16 * time.Second), HTTPStatus: 200, Took: 51 * time.Millisecond},
		{Kind: Attempt, At: at, Took: 30 * time.Second},
		{Kind: Pause, At: at, HTTPStatus: 429, Took: 7 * time.Second},
		{Kind: Rate, At: at, PerSecond: 4.9},
	}
	var observers sync.WaitGroup
	for range 100 {
		for _, e := range events {
			observers.Go(func() { s.Tally(e) })
		}
	}
	observers.Wait()
	record(t, s, 1, 1, row.Succeeded, false)
	ok(t, s.Flush(ctx))
	s.Tally(Event{Kind: Rate, At: at, PerSecond: 2.5})
	ok(t, s.End(ctx, 5, "", ""))
	s = resume(t, j, "a")
	s.Tally(events[0])
	ok(t, j.Close())
	j = openAt(t, dir)
	span := time.Date(2026, 11, 23, 15, 41, 0, 0, time.UTC)
	want := []Tally{
		{Attempt, span, 0, 50 * time.Second, 100, 3000 * time.Second, 0},
		{Attempt, span, 200, 50 * time.Millisecond, 201, 8131 * time.Millisecond, 0},
		{Pause, span, 429, 10 * time.Second, 100, 700 * time.Second, 0},
		{Rate, span, 0, time.Millisecond, 101, 0, 2.5},
		{Attempt, span.Add(20 * time.Second), 200, 100 * time.Millisecond, 100, 5100 * time.Millisecond, 0},
	}
	var got []Tally
	for t, err := range j.Tallies(ctx, "a") {
		if err != nil {
			break
		}
		got = append(got, t)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestTallyPages reads more sums than one page holds.
func TestTallyPages(t *testing.T) {
	t.Parallel()
	j := openAt(t, t.TempDir())
	s := begin(t, j, "a", 3)
	at := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for i := range 2*pageRows + 7 {
		s.Tally(Event{Kind: Attempt, At: at.Add(time.Duration(i/2) * TallySpan), HTTPStatus: 200 + i%2*300})
	}
	ok(t, s.End(t.Context(), 0, "", ""))
	n := 0
	for tally, err := range j.Tallies(t.Context(), "a") {
		ok(t, err)
		if !tally.Start.Equal(at.Add(time.Duration(n/2)*TallySpan)) || tally.HTTPStatus != 200+n%2*300 {
			t.Fatalf("sum %d is %+v", n, tally)
		}
		n++
	}
	if n != 2*pageRows+7 {
		t.Errorf("%d sums", n)
	}
}

func TestUpTo(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]time.Duration{
		-1: time.Millisecond, 0: time.Millisecond, time.Millisecond: time.Millisecond,
		time.Millisecond + 1: 2 * time.Millisecond, 3 * time.Millisecond: 5 * time.Millisecond,
		999 * time.Millisecond: time.Second, 31 * time.Second: 50 * time.Second,
		1<<63 - 1: upTo(1<<63 - 1),
	} {
		if got := upTo(d); got != want {
			t.Errorf("upTo(%v) = %v, want %v", d, got, want)
		}
	}
}
