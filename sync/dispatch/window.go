package dispatch

import "time"

// spans is into how many spans a window is cut: what is remembered of a request is in which of them it was answered.
const spans = 512

// A window counts the requests that were answered in the last stretch of a length.
type window struct {
	span    time.Duration
	first   time.Time // the beginning of span 0
	now     int64     // the number of the span that is filled
	tallies [spans + 1]tally
	sum     tally
}

// A tally is a number of answers, and how many of them were refusals because of the quota.
type tally struct{ answers, refusals int }

func newWindow(length time.Duration, now time.Time) *window {
	return &window{span: max(length/spans, 1), first: now}
}

// add takes notice of an answer.
func (w *window) add(now time.Time, refused bool) {
	w.pass(now)
	t := tally{answers: 1}
	if refused {
		t.refusals = 1
	}
	w.move(t, 1)
}

// pass drops what has become too old: a span is kept until all of it is.
func (w *window) pass(now time.Time) {
	n := int64(now.Sub(w.first) / w.span)
	if n-w.now > spans {
		w.tallies, w.sum = [spans + 1]tally{}, tally{}
		w.now = n
	}
	for w.now < n {
		w.now++
		w.move(*w.at(w.now), -1)
	}
}

func (w *window) at(n int64) *tally { return &w.tallies[n%int64(len(w.tallies))] }

// move adds t to the current span, or takes it away.
func (w *window) move(t tally, sign int) {
	at := w.at(w.now)
	at.answers += sign * t.answers
	at.refusals += sign * t.refusals
	w.sum.answers += sign * t.answers
	w.sum.refusals += sign * t.refusals
}

// falls returns when n of the answers that are remembered will be too old.
func (w *window) falls(n int) time.Time {
	for i := w.now - spans; i <= w.now; i++ {
		if i < 0 {
			continue
		}
		if n -= w.at(i).answers; n <= 0 {
			return w.first.Add(time.Duration(i+spans+1) * w.span)
		}
	}
	return w.first.Add(time.Duration(w.now+spans+1) * w.span)
}
