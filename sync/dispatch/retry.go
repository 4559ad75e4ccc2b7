package dispatch

import (
	"context"
	"time"
)

// A worker makes the requests of one row at a time.
type worker struct {
	*run
	job job
}

// settle takes the job to its outcome. It returns nil, or why the run must end. Waits end with ctx, requests with life.
func (w *worker) settle(ctx, life context.Context) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = w.crashed(v)
		}
	}()
	for {
		p, err := w.turn(ctx, w.writes, claim{due: w.job.due, late: w.job.late})
		if err != nil {
			return w.abandon(ctx, err)
		}
		stop := w.attempt(ctx, life, p)
		if stop != nil || w.job.settled {
			return w.close(stop)
		}
	}
}

// turn waits for a token that is granted while the gate is open.
func (d *Dispatcher) turn(ctx context.Context, tokens *bucket, c claim) (pass, error) {
	for {
		if err := d.gate.await(ctx, c); err != nil {
			return pass{}, err
		}
		p, ok, err := d.queue(ctx, tokens, c)
		if ok || err != nil {
			return p, err
		}
	}
}

// queue waits for a token, and enters the gate with it. Of a bucket whose pace changes one waits at a time: tokens that
// were promised ahead would come at the old pace.
func (d *Dispatcher) queue(ctx context.Context, tokens *bucket, c claim) (p pass, ok bool, err error) {
	if c.read || d.gate.find == nil {
		if err := tokens.take(ctx); err != nil {
			return pass{}, false, err
		}
		p, ok = d.gate.enter(c)
		return p, ok, nil
	}
	if !tokens.ready() {
		select {
		case tokens.turn <- struct{}{}:
			defer func() { <-tokens.turn }()
		case <-ctx.Done():
			return pass{}, false, context.Cause(ctx)
		}
		if !d.gate.open(c) {
			return pass{}, false, nil
		}
		if err := tokens.take(ctx); err != nil {
			return pass{}, false, err
		}
	}
	p, ok = d.gate.enter(c)
	return p, ok, nil
}

// attempt makes one request. It returns what it finds to be the end of the run.
func (w *worker) attempt(ctx, life context.Context, p pass) error {
	j := &w.job
	j.begin(p.at, &w.opt)
	r := w.request(life)
	now := time.Now()
	j.end(r, p, now, w.Dispatcher)
	if !r.unmade {
		w.observe(Event{
			Kind: Attempt, At: now, Row: j.Number, Try: j.attempts, HTTPStatus: r.HTTPStatus, Code: r.Code,
			Duration: now.Sub(p.at), Outage: p.probe,
		})
	}
	var refusal error
	if p.first && r.decisive() && w.opt.First != nil {
		refusal = w.opt.First(ctx, j.Task, r.Answer, r.err)
	}
	if !r.fatal && refusal == nil {
		return w.gate.leave(p, j.Number, &r, now)
	}
	w.gate.shut() // not left: nobody may send before the stop has reached everybody
	switch {
	case r.fatal:
		return &Stop{Reason: Fatal, Row: j.Number, Answer: r.Answer, Err: r.err}
	case ctx.Err() != nil:
		return ended(ctx)
	}
	j.house = true
	return &Stop{Reason: First, Row: j.Number, Answer: r.Answer, Err: refusal}
}

// request makes the call.
func (w *worker) request(life context.Context) reply {
	ctx, cancel := w.timed(life)
	defer cancel()
	a, err := w.call(ctx, &w.job.Status)
	return judge(a, err, ctx.Err() != nil)
}

// timed bounds one attempt.
func (d *Dispatcher) timed(ctx context.Context) (context.Context, context.CancelFunc) {
	if d.opt.Timeout <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, d.opt.Timeout)
}

// abandon gives up a job that gets no further turn because of err.
func (w *worker) abandon(ctx context.Context, err error) error {
	if err == errLate {
		w.job.reason = "no further try within " + w.opt.RowDeadline.String() + " of the first"
		return w.close(nil)
	}
	stop, ok := err.(*Stop)
	if !ok {
		stop = ended(ctx)
	}
	return w.close(stop)
}

// close records the job's outcome. It returns stop, or what the outcome makes the end of the run. A row without a
// request stays untouched when the run ends.
func (w *worker) close(stop error) error {
	j := &w.job
	if stop != nil && j.attempts == 0 {
		return stop
	}
	if stop != nil && !j.settled {
		j.reason = "the run ended before another try"
	}
	o := j.outcome()
	j.recorded = true
	if err := w.record(o); err != nil {
		lost := &Stop{Reason: Record, Row: j.Number, Answer: o.Answer, Err: err}
		w.worst.CompareAndSwap(nil, lost)
		return lost
	}
	if stop != nil {
		return stop
	}
	return w.books.settle(&o, j.refused(), w.opt.MaxErrors)
}

// crashed turns a panic into a *Stop and records the job as far as it got.
func (w *worker) crashed(v any) (err error) {
	err = w.panicked(v, w.job.Number)
	defer func() { _ = recover() }() // record itself may be what panics
	j := &w.job
	if j.attempts == 0 || j.recorded {
		return err
	}
	if j.flying {
		j.doubt, j.ended, j.last = true, time.Now(), reply{err: err}
		j.reason = "the program failed during the request"
	}
	j.recorded = true
	_ = w.record(j.outcome())
	return err
}
