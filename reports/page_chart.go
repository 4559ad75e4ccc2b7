package reports

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// A chart is the requests a second over time. Lengths along the time are shares of the whole, so that it can be as
// wide as there is room; the others are pixels.
type chart struct {
	Label, Width string // what it shows, for those who do not see it; how long a bar is
	Bars         []bar
	Ticks        []tick
	Times        []timeMark
	Quota        *tick // nil: there is none
	Allowed      []step
	Throttled    bool // some answers were 429, to reads too
	Lost         bool // some requests were not accepted for another reason
	Paused       bool
	Lines        []chartLine
}

// A bar is one place along the time.
type bar struct {
	X, Width, Title  string
	Parts            []layer // from below
	Throttled, Break bool
	At, Wide         string // the place itself, which is wider than its bar
	PausedAt, Paused string // what of it nobody sent
}

type layer struct{ Y, Height, Class string }

type tick struct{ Y, TextY, Text string }

type timeMark struct{ X, Anchor, Text, Class string }

type step struct{ From, To, Y string }

// A chartLine is a bar in the table that says the same.
type chartLine struct {
	Start                              time.Time
	Length                             string
	Requests, Throttled, Lost, Silence int64 // Throttled: reads too
	Reads, ReadsThrottled              int64
	PerSecond, Paused                  string
}

const (
	chartTop    = 18  // pixels above the highest value, for a text
	chartHeight = 160 // pixels from there to 0
	fewSlots    = 12  // a chart has room for so many bars at least
)

// A plot lays a chart out.
type plot struct {
	t     timeline
	slots []slot
	room  float64 // slots that the width has room for
	top   float64 // the value at the top
}

func newChart(r *Run) *chart {
	t := r.timeline()
	if len(t.spans) == 0 {
		return nil
	}
	p := plot{t: t, slots: t.slots(), top: r.Quota}
	p.room = float64(max(len(p.slots), fewSlots))
	var peak float64
	for i := range t.spans {
		s := &t.spans[i]
		peak = max(peak, s.perSecond(s.requests(0, math.MaxInt)))
		p.top = max(p.top, s.Rate)
	}
	p.top = ceiling(max(p.top, peak))
	c := &chart{Width: span(t.width), Times: p.times(), Allowed: p.allowed(r.Quota)}
	c.Label = fmt.Sprintf("Requests a second over time, in bars of %s: %s at most", c.Width, decimal(peak))
	if r.Quota > 0 {
		c.Quota = p.tick(r.Quota, "quota "+decimal(r.Quota)+"/s")
		c.Label += ", where the quota is " + decimal(r.Quota)
	}
	c.Ticks = []tick{*p.tick(p.top, decimal(p.top)), *p.tick(p.top/2, decimal(p.top/2)), *p.tick(0, "0")}
	for i, s := range p.slots {
		b := p.bar(i, s)
		c.Bars = append(c.Bars, b)
		if s.Span != nil {
			line := newLine(s.Span)
			c.Lines = append(c.Lines, line)
			c.Throttled, c.Lost = c.Throttled || line.Throttled > 0, c.Lost || line.Lost+line.Silence > 0
			c.Paused = c.Paused || s.Paused > 0
		}
	}
	return c
}

// ceiling returns the next round number from x on.
func ceiling(x float64) float64 {
	decade := math.Pow(10, math.Floor(math.Log10(max(x, 0.01))))
	for _, step := range []float64{1, 2, 4, 5, 6, 8} {
		if x <= step*decade*1.0001 {
			return step * decade
		}
	}
	return 10 * decade
}

func (p *plot) y(value float64) float64 { return chartTop + chartHeight*(1-value/p.top) }

func pixels(x float64) string { return strconv.FormatFloat(rounded(x, 10), 'f', -1, 64) }

func (p *plot) tick(value float64, text string) *tick {
	y := p.y(value)
	return &tick{pixels(y), pixels(y - 5), text}
}

func (p *plot) x(slots float64) string { return share(slots, p.room) }

func (p *plot) bar(i int, s slot) bar {
	at := float64(i)
	b := bar{At: p.x(at), X: p.x(at + 0.08), Width: p.x(0.84), Wide: p.x(1), Break: s.gap > 0}
	switch {
	case b.Break:
		b.At = p.x(at + 0.5)
		b.Title = span(s.gap) + " later"
		return b
	case s.Span == nil:
		b.Title = p.clock(s.start) + ": nothing was sent"
		return b
	}
	line := newLine(s.Span)
	b.Throttled, b.Title = line.Throttled > 0, p.clock(s.Start)+" to "+p.clock(s.end())+": "+line.words()
	if s.Paused > 0 {
		part := s.Paused.Seconds() / s.Length.Seconds()
		b.Paused, b.PausedAt = p.x(part), b.At
		if p.paused(i+1) && !p.paused(i-1) { // so that one pause is drawn as one
			b.PausedAt = p.x(at + 1 - part)
		}
	}
	y := p.y(0)
	for _, stack := range []struct {
		n     int64
		class string
	}{
		{s.requests(200, 299), "confirmed"}, {line.Lost + line.Silence, "lost"}, {s.requests(429, 429), "throttled"},
	} {
		if stack.n > 0 {
			high := s.perSecond(stack.n) / p.top * chartHeight
			y -= high
			b.Parts = append(b.Parts, layer{pixels(y), pixels(high), stack.class})
		}
	}
	return b
}

func (p *plot) paused(i int) bool {
	return 0 <= i && i < len(p.slots) && p.slots[i].Span != nil && p.slots[i].Paused > 0
}

func newLine(s *Span) chartLine {
	all, throttled := s.requests(0, math.MaxInt), s.requests(429, 429)
	line := chartLine{
		Start: s.Start, Length: span(s.Length), Requests: all, Throttled: throttled, Silence: s.requests(0, 0),
		PerSecond: decimal(s.perSecond(all)),
	}
	line.Lost = all - throttled - line.Silence - s.requests(200, 299)
	line.Reads, line.ReadsThrottled = sum(s.Reads), s.Reads[429]
	line.Throttled += line.ReadsThrottled
	if s.Paused > 0 {
		line.Paused = span(s.Paused)
	}
	return line
}

// words says what the line says in words.
func (l *chartLine) words() string {
	text := counted(l.Requests, "request") + ", " + l.PerSecond + " a second"
	for _, part := range []struct {
		n    int64
		what string
	}{{l.Throttled - l.ReadsThrottled, "told to wait"}, {l.Lost, "refused"}, {l.Silence, "without an answer"}} {
		if part.n > 0 {
			text += "; " + grouped(part.n) + " " + part.what
		}
	}
	if l.Reads > 0 {
		text += "; " + counted(l.Reads, "read")
	}
	if l.ReadsThrottled > 0 {
		text += ", " + grouped(l.ReadsThrottled) + " told to wait"
	}
	if l.Paused != "" {
		text += "; paused for " + l.Paused
	}
	return text
}

// clock returns a time as it stands along the chart.
func (p *plot) clock(t time.Time) string {
	first, last := p.slots[0].start, p.t.end()
	layout := "15:04"
	switch {
	case first.UTC().YearDay() != last.UTC().YearDay():
		layout = "Jan 2 15:04"
	case last.Sub(first) < 10*time.Minute:
		layout = "15:04:05"
	}
	return t.UTC().Format(layout)
}

// times returns the texts below the chart: five, or the two at the ends where bars are few.
func (p *plot) times() (marks []timeMark) {
	n, quarters := len(p.slots), 1
	if n < fewSlots {
		quarters = 4
	}
	for quarter := 0; quarter <= 4; quarter += quarters {
		i := n * quarter / 4
		mark := timeMark{X: p.x(float64(i)), Anchor: "middle", Text: p.clock(p.t.end())}
		if i < n {
			mark.Text = p.clock(p.slots[i].start)
		}
		switch {
		case quarter == 0:
			mark.Anchor = "start"
		case quarter < 4:
			mark.Class = "mid"
		case n >= fewSlots:
			mark.Anchor = "end"
		case n < 3: // the two texts would touch
			continue
		}
		marks = append(marks, mark)
	}
	return marks
}

// allowed returns the rates that were in force, where they were not the quota.
func (p *plot) allowed(quota float64) (steps []step) {
	rate := quota
	for i, s := range p.slots {
		if s.Span != nil && s.Rate > 0 {
			rate = s.Rate
		}
		if rate == quota {
			continue
		}
		y := pixels(p.y(rate))
		from := p.x(float64(i))
		if n := len(steps); n > 0 && steps[n-1].Y == y && steps[n-1].To == from {
			steps[n-1].To = p.x(float64(i + 1))
		} else {
			steps = append(steps, step{from, p.x(float64(i + 1)), y})
		}
	}
	return steps
}
