package run

import (
	"time"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/row"
)

// Progress is how far the sending of one session is.
type Progress struct {
	Rows, Done, Bad int64 // to be sent; of these, with an outcome; of those, neither succeeded nor only unsettled for now

	dispatch.State
	Pause time.Duration // length of the last pause
	Left  time.Duration // at the rate in force, with what is left of the pause
}

// progress returns a snapshot. It may be called from any goroutine.
func (w *work) progress() Progress {
	rows := w.plan.Counts().Send
	if most := w.o.Send.Limit; most > 0 {
		rows = min(rows, most)
	}
	p := Progress{
		Rows: rows, Done: w.done.Load(), Bad: w.bad.Load(),
		State: w.dispatch.State(), Pause: time.Duration(w.paused.Load()),
	}
	p.Left = p.State.Remaining(p.Rows-p.Done, time.Now())
	return p
}

// settle records the outcome of a row that was sent.
func (w *work) settle(o row.Outcome) error {
	if err := w.session.Record(o); err != nil {
		return err
	}
	w.done.Add(1)
	if o.Verdict != row.Succeeded {
		w.bad.Add(1)
	}
	return nil
}
