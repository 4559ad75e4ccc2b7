package dispatch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/statussync/statussync/sync/row"
)

// Options say how a Dispatcher works. A zero duration, Limit or MaxErrors means that there is no such limit.
type Options struct {
	Concurrency int  // requests under way at most; at least 1
	Rate        Rate // requests in any stretch of Rate.Per at most, all tries counted; the zero Rate is no limit
	Burst       int  // requests at once after idling, out of Rate.N; at least 1
	Attempts    int  // tries per row at most, not counting probes and those that are Free; at least 1

	Adaptive bool    // find the rate that is really allowed, below Rate
	Learned  float64 // requests per second that an earlier run found, the start; 0: begin at Rate. Never above Rate

	Timeout     time.Duration // for one attempt
	RowDeadline time.Duration // no try of a row begins later than this after its first one
	MaxWait     time.Duration // longest stretch without a decisive answer, counted from the first answer of another kind
	Grace       time.Duration // what requests under way get when the context of Run has ended; 0 cancels them at once

	Limit     int64     // rows handed out at most; those are tried to their end
	MaxErrors Threshold // rows that may end failed, unknown or mismatched

	// First is called once, on the first decisive answer to a row, before another request may be made. An error from it
	// ends the run; the row is recorded in any case.
	First func(ctx context.Context, t Task, a row.Answer, err error) error

	// Observe is told of attempts, from many goroutines at once, and of everything else in the order in which it happened,
	// one event after the other. A call that takes long holds up one worker. It must not call back.
	Observe func(Event)
}

// Check reports the first option that makes no sense, as an error with a Hint. New does not fail: it takes the nearest
// value that does.
func (o *Options) Check() error {
	switch {
	case o.Concurrency < 1:
		return &optionError{fmt.Sprintf("the concurrency is %d", o.Concurrency), "use 1 or more"}
	case o.Attempts < 1:
		return &optionError{fmt.Sprintf("the number of attempts is %d", o.Attempts), "use 1 or more"}
	case o.Rate.N < 0 || o.Rate.N > 0 && o.Rate.Per <= 0:
		return &optionError{fmt.Sprintf("the rate %s makes no sense", o.Rate), rateHint}
	case o.Burst < 1:
		return &optionError{fmt.Sprintf("the burst is %d", o.Burst), "use 1 or more"}
	case o.Rate.N > 1 && o.Burst >= o.Rate.N:
		return &optionError{fmt.Sprintf("the burst of %d leaves nothing of the rate %s", o.Burst, o.Rate),
			"the burst must be less than the number of requests in the rate; 2 is usual"}
	case min(o.Timeout, o.RowDeadline, o.MaxWait, o.Grace) < 0:
		return &optionError{"a duration is negative", "use 0 for no limit"}
	case o.Limit < 0:
		return &optionError{fmt.Sprintf("the limit is %d rows", o.Limit), "use 0 to send all rows"}
	}
	return nil
}

type optionError struct{ text, hint string }

func (e *optionError) Error() string { return e.text }
func (e *optionError) Hint() string  { return e.hint }

// A Task is one row to send.
type Task struct {
	row.Row
	Doubt bool // an earlier session may have applied the row: a refusal now leaves it unknown
}

// A Call makes one request for s, which it must not keep, and returns what was answered. What its error says about
// another try is asked through [Failure]; an error that is no Failure is unexpected and ends the run.
type Call func(ctx context.Context, s *row.Status) (row.Answer, error)

// A Dispatcher decides when requests are made. What it knows of the service outlives a Run: make one per session.
type Dispatcher struct {
	opt    Options
	writes *bucket
	reads  *bucket
	gate   *gate
	jitter func(time.Duration) time.Duration // a random duration below the given one
}

// readRate is what Intune allows one client for reads and writes together.
var readRate = Rate{N: 1000, Per: 20 * time.Second}

// readBurst is small: what reads are made come in chains, each page after the one before.
const readBurst = 10

// New returns a Dispatcher that works as opt says.
func New(opt Options) *Dispatcher {
	opt.Concurrency = max(opt.Concurrency, 1)
	opt.Attempts = max(opt.Attempts, 1)
	d := &Dispatcher{
		opt:    opt,
		writes: newBucket(opt.Rate, opt.Burst),
		reads:  newBucket(readRate, readBurst),
		jitter: randomBelow,
	}
	d.gate = newGate(d)
	return d
}

func randomBelow(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return rand.N(d)
}

// observe tells the observer, if there is one.
func (d *Dispatcher) observe(e Event) {
	if d.opt.Observe != nil {
		d.opt.Observe(e)
	}
}

var errLate = errors.New("no further try: the row's time is over")
