package run

import (
	"sync/atomic"
	"time"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/row"
)

// A Phase is a part of a session that takes its time, in words for people.
type Phase string

// The phases, in their order.
const (
	Listing     Phase = "listing apps" // reading what Graph holds of the apps of the input
	Sending     Phase = "sending"      // rows
	ReadingBack Phase = "reading back" // rows
)

// Progress is how far a phase is.
type Progress struct {
	Phase     Phase
	All, Done int64 // apps or rows; of these, those that are listed, have an outcome, or were read back
	Bad       int64 // Sending: of those that are done, failed, unknown or mismatched
	Pages     int64 // Listing: that were read

	dispatch.State
	Left time.Duration // Sending: at the rate in force, with what is left of the pause
}

// A meter counts what a phase has done. Any goroutine may use it.
type meter struct {
	phase            Phase
	all              int64
	done, bad, pages atomic.Int64
	dispatch         *dispatch.Dispatcher
}

// progress returns a snapshot.
func (m *meter) progress() Progress {
	p := Progress{
		Phase: m.phase, All: m.all, Done: m.done.Load(), Bad: m.bad.Load(), Pages: m.pages.Load(), State: m.dispatch.State(),
	}
	if m.phase == Sending {
		p.Left = p.Remaining(p.All-p.Done, time.Now())
	}
	return p
}

// watch lets whoever wants to look at a phase that begins, until done is called.
func (o *Options) watch(m *meter) (done func()) {
	if o.Watch == nil {
		return func() {}
	}
	return o.Watch(m.progress)
}

// settle records the outcome of a row that was sent.
func (w *work) settle(o row.Outcome) error {
	if err := w.session.Record(o); err != nil {
		return err
	}
	w.sent.done.Add(1)
	if o.Verdict != row.Succeeded {
		w.sent.bad.Add(1)
	}
	return nil
}
