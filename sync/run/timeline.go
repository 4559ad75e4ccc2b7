package run

import (
	"maps"
	"slices"
	"time"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/journal"
)

// A timeline sorts what the journal has summed up by the spans of time in which it happened.
type timeline struct {
	began time.Time // the run
	spans map[time.Time]*reports.Span
}

func (l timeline) span(start time.Time) *reports.Span {
	s := l.spans[start]
	if s == nil {
		s = &reports.Span{Start: start, Length: journal.TallySpan, Requests: make(map[int]int64), Reads: make(map[int]int64)}
		l.spans[start] = s
	}
	return s
}

func (l timeline) add(t journal.Tally) {
	switch t.Kind {
	case journal.Attempt:
		l.span(t.Start).Requests[t.HTTPStatus] += t.Count
	case journal.Read:
		l.span(t.Start).Reads[t.HTTPStatus] += t.Count
	case journal.Rate:
		l.span(t.Start).Rate = t.PerSecond
	case journal.Pause:
		l.span(t.Start).Pauses += t.Count
		l.pause(t.Start, t.Total)
	}
}

// pause spreads a pause over the spans that it took. The journal knows in which of them it ended.
func (l timeline) pause(end time.Time, total time.Duration) {
	for at := end; total > 0 && !at.Add(journal.TallySpan).Before(l.began); at = at.Add(-journal.TallySpan) {
		s := l.span(at)
		part := min(total, s.Length-s.Paused)
		s.Paused += part
		total -= part
	}
}

// all returns the spans in the order of time.
func (l timeline) all() (all []reports.Span) {
	for _, start := range slices.SortedFunc(maps.Keys(l.spans), time.Time.Compare) {
		all = append(all, *l.spans[start])
	}
	return all
}
