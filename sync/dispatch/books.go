package dispatch

import (
	"sync"

	"github.com/statussync/statussync/sync/row"
)

// uniformRows is after how many rows, all refused alike, the rest would fare no better.
const uniformRows = 20

// Books count what became of the rows, to tell when to give up.
type books struct {
	mu      sync.Mutex
	settled int64
	bad     int64
	refusal row.Answer // of the first row
	mixed   bool       // not all rows were refused alike
}

// settle counts one outcome. It returns a *Stop if the run must end.
func (b *books) settle(o *row.Outcome, refused bool, allowed Threshold) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settled++
	if b.settled == 1 {
		b.refusal = o.Answer
	}
	if !refused || o.HTTPStatus != b.refusal.HTTPStatus || o.Code != b.refusal.Code {
		b.mixed = true
	}
	if bad(o.Verdict) {
		b.bad++
	}
	switch {
	case allowed.exceeded(b.bad, b.settled):
		return &Stop{
			Reason: MaxErrors, Row: o.Row, Answer: o.Answer, Bad: b.bad, Settled: b.settled, Allowed: allowed,
		}
	case b.settled == uniformRows && !b.mixed:
		return &Stop{Reason: Uniform, Row: o.Row, Answer: o.Answer, Bad: b.bad}
	}
	return nil
}
