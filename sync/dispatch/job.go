package dispatch

import (
	"time"

	"github.com/statussync/statussync/sync/row"
)

// maxBackoff bounds how long a row waits after a fault; the first bound is a second, and they double.
const maxBackoff = 30 * time.Second

// A job is a task under way.
type job struct {
	Task
	attempts int       // requests made
	tries    int       // of them, those that count against the row
	begun    time.Time // the first request
	due      time.Time // the next request: not before
	late     time.Time // the next request: not from then on
	ended    time.Time // the last answer
	flying   bool      // a request is under way
	doubt    bool      // an attempt may have been applied
	settled  bool      // no further request
	house    bool      // not the row was refused, but all of them: a later run may help
	recorded bool
	last     reply
	reason   string
}

// begin notes that a request is made now.
func (j *job) begin(now time.Time, opt *Options) {
	if j.attempts == 0 {
		j.begun = now
		if opt.RowDeadline > 0 {
			j.late = now.Add(opt.RowDeadline)
		}
	}
	j.attempts++
	j.flying = true
}

// end notes what the request came to, and when the next one is due.
func (j *job) end(r reply, p pass, now time.Time, d *Dispatcher) {
	j.flying, j.last, j.ended = false, r, now
	if r.unmade {
		j.attempts--
		if j.attempts == 0 {
			j.late = time.Time{} // nothing is out that could be late
		}
	}
	if !r.definite {
		j.doubt = true
	}
	j.due = time.Time{}
	if r.fault() && !p.probe {
		j.tries++
		bound := min(time.Second<<min(j.tries-1, 5), maxBackoff)
		j.due = now.Add(d.jitter(bound))
	}
	j.settled = !r.again || j.tries >= d.opt.Attempts
	j.house = r.fatal
}

// outcome says what became of the row, over all its attempts.
func (j *job) outcome() row.Outcome {
	o := row.Outcome{
		Row: j.Number, Input: j.Input, Line: j.Line,
		Attempts: j.attempts, Answer: j.last.Answer, Reason: j.reason, At: j.ended, Duration: j.ended.Sub(j.begun),
	}
	switch {
	case j.last.err == nil && j.last.Mismatch != "":
		o.Verdict = row.Mismatched
	case j.last.err == nil:
		o.Verdict = row.Succeeded
	case j.doubt || j.Doubt:
		o.Verdict, o.Retryable = row.Unknown, !j.refused() || j.house // a refusal for good would only come again
		if o.Reason == "" && j.last.definite {
			o.Reason = j.whyDoubt()
		}
	default:
		o.Verdict, o.Retryable = row.Failed, j.last.again || j.house
	}
	return o
}

// refused reports whether the service has said no for good.
func (j *job) refused() bool { return j.last.err != nil && j.last.decisive() }

func (j *job) whyDoubt() string {
	if j.doubt {
		return "refused in the end, but an earlier attempt may have been applied"
	}
	return "refused now, but an earlier session may have applied it"
}

// bad reports whether the row ended otherwise than it should.
func bad(v row.Verdict) bool { return v == row.Failed || v == row.Unknown || v == row.Mismatched }
