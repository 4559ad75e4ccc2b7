package dispatch

import (
	"errors"
	"time"

	"github.com/statussync/statussync/sync/row"
)

// A Failure is what a Call's error must be able to answer. It is looked for in the whole chain of the error.
type Failure interface {
	error
	Again() bool                  // another try may fare better
	Pause() (time.Duration, bool) // the service asked everybody to wait; 0 if it did not say how long
	Definite() bool               // it is certain that this attempt changed nothing
	Free() bool                   // the try does not count against the row
	Fatal() bool                  // no other row would fare better
}

// unmade is what a Call's error may also be able to answer: whether not even a request was made. Then it is no attempt.
type unmade interface {
	error
	Unmade() bool
}

// A reply is what one attempt came to.
type reply struct {
	row.Answer
	err      error
	unmade   bool
	again    bool
	definite bool
	free     bool
	fatal    bool
	paused   bool
	pause    time.Duration
}

// judge asks err its questions. An error that cannot answer them is fatal, unless the attempt was cut off by us.
func judge(a row.Answer, err error, cutOff bool) reply {
	if err == nil {
		return reply{Answer: a, definite: true}
	}
	f, ok := errors.AsType[Failure](err)
	switch {
	case !ok && cutOff:
		return reply{Answer: a, err: err, again: true}
	case !ok:
		return reply{Answer: a, err: err, fatal: true}
	}
	r := reply{Answer: a, err: err, definite: f.Definite(), free: f.Free(), fatal: f.Fatal()}
	r.again = f.Again() && !r.fatal
	if u, ok := errors.AsType[unmade](err); ok {
		r.unmade = u.Unmade()
	}
	r.pause, r.paused = f.Pause()
	return r
}

// decisive: a yes or a refusal for good.
func (r *reply) decisive() bool { return !r.again && !r.fatal }

// fault: may pass, and counts against the row.
func (r *reply) fault() bool { return r.again && !r.free }

// absent: a fault that speaks of the service, not of the row or the token. A definite answer shows that it is there.
func (r *reply) absent() bool { return r.fault() && (!r.definite || r.HTTPStatus == 0) }
