package reports

import "time"

// A Span is what happened in one stretch of time while rows were sent or read.
type Span struct {
	Start    time.Time
	Length   time.Duration
	Requests map[int]int64 // by HTTP status; 0 stands for no answer
	Reads    map[int]int64 // likewise
	Pauses   int64         // pauses that ended in it
	Paused   time.Duration // so much of it nobody sent, since the service asked for it or was out
	Rate     float64       // requests a second that were allowed after its last change in it; 0: it did not change
}

// requests returns the number of requests with a status from first to last.
func (s *Span) requests(first, last int) (sum int64) {
	for status, n := range s.Requests {
		if first <= status && status <= last {
			sum += n
		}
	}
	return sum
}

func (s *Span) end() time.Time { return s.Start.Add(s.Length) }

// perSecond returns n over the length of the span, which is never 0.
func (s *Span) perSecond(n int64) float64 { return float64(n) / s.Length.Seconds() }

// A timeline is what happened while rows were sent or read, in a bounded number of spans of about one width.
type timeline struct {
	width time.Duration
	spans []Span // the first and the last are cut to the time of the run
}

const (
	maxSlots = 120              // spans of a timeline, with the time between them
	longGap  = 20 * time.Minute // a longer one is a break: between two sessions, say
)

// widths are what the spans of a timeline may be wide, each a whole number of the spans that a run comes with.
var widths = []time.Duration{
	20 * time.Second, 40 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute,
	30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 24 * time.Hour,
}

// timeline returns the run's timeline in the smallest of the widths, or doubles of the last, that gives few enough
// spans.
func (r *Run) timeline() timeline {
	if len(r.Timeline) == 0 {
		return timeline{}
	}
	least := widths[0] * time.Duration(len(r.Timeline)) / maxSlots
	for i, last := 0, len(widths)-1; ; i++ {
		width := widths[min(i, last)] << max(i-last, 0)
		if width < least {
			continue
		}
		if t := (timeline{width, merge(r.Timeline, width)}); len(t.slots()) <= maxSlots {
			return t.cut(r.Started, r.Ended)
		}
	}
}

// merge sums spans up that begin within the same stretch of the width.
func merge(spans []Span, width time.Duration) (merged []Span) {
	for _, s := range spans {
		start := s.Start.Truncate(width)
		if n := len(merged); n == 0 || !merged[n-1].Start.Equal(start) {
			merged = append(merged, Span{
				Start: start, Length: width, Requests: make(map[int]int64), Reads: make(map[int]int64),
			})
		}
		in := &merged[len(merged)-1]
		for status, n := range s.Requests {
			in.Requests[status] += n
		}
		for status, n := range s.Reads {
			in.Reads[status] += n
		}
		in.Pauses += s.Pauses
		in.Paused = min(in.Paused+s.Paused, width)
		if s.Rate > 0 {
			in.Rate = s.Rate
		}
	}
	return merged
}

// cut takes from the first span what lies before the run, and from the last what lies behind it, so that the requests a
// second are true there too. A second at least remains.
func (t timeline) cut(start, end time.Time) timeline {
	first, last := &t.spans[0], &t.spans[len(t.spans)-1]
	if over := min(start.Sub(first.Start), first.Length-time.Second); over > 0 {
		first.Start, first.Length = first.Start.Add(over), first.Length-over
	}
	if over := last.end().Sub(end); over > 0 && !end.IsZero() {
		last.Length = max(last.Length-over, time.Second)
	}
	for _, s := range []*Span{first, last} {
		s.Paused = min(s.Paused, s.Length)
	}
	return t
}

func (t timeline) end() time.Time { return t.spans[len(t.spans)-1].end() }

// A slot is one place of a chart: a span, a stretch of the same width in which nothing happened, or a break.
type slot struct {
	*Span
	start time.Time
	gap   time.Duration // of a break
}

// slots returns the timeline place by place.
func (t timeline) slots() (all []slot) {
	for i := range t.spans {
		s := &t.spans[i]
		if i > 0 {
			end := t.spans[i-1].end()
			switch gap := s.Start.Sub(end); {
			case gap > longGap:
				all = append(all, slot{start: end, gap: gap})
			default:
				for ; gap >= t.width; gap -= t.width {
					all = append(all, slot{start: s.Start.Add(-gap)})
				}
			}
		}
		all = append(all, slot{Span: s, start: s.Start})
	}
	return all
}
