package dispatch

import (
	"context"
	"time"

	"github.com/statussync/statussync/sync/row"
)

// Read makes one request that changes nothing, with tries as Run has them: call's error is asked as a [Failure]. It
// takes its tokens from a limiter of its own, 1,000 requests in 20 s, and heeds the pauses that the service asks for,
// without being counted among the requests that Run has under way. It returns call's last error, a *[Stop] if a pause
// is asked for that is too long or no try has fared better for Options.MaxWait, or the cause of ctx. Requests end with
// ctx: a read that is cut off does no harm.
func (d *Dispatcher) Read(ctx context.Context, call func(context.Context) (row.Answer, error)) error {
	var j job
	var began time.Time
	for {
		p, err := d.turn(ctx, d.reads, claim{due: j.due, late: j.late, read: true})
		switch {
		case err == errLate:
			return j.last.err
		case err != nil:
			return err
		}
		j.begin(p.at, &d.opt)
		r := d.ask(ctx, call)
		now := time.Now()
		j.end(r, p, now, d)
		if !r.unmade {
			d.observe(Event{
				Kind: Attempt, At: now, Read: true, Try: j.attempts, HTTPStatus: r.HTTPStatus, Code: r.Code,
				Duration: now.Sub(p.at),
			})
		}
		if err := d.gate.heed(&r, now); err != nil {
			return err
		}
		if j.settled {
			return r.err
		}
		if began.IsZero() {
			began = p.at
		}
		if longest := d.opt.MaxWait; longest > 0 && now.Sub(began) >= longest {
			return &Stop{Reason: MaxWait, Answer: r.Answer, Err: r.err, Wait: longest}
		}
	}
}

func (d *Dispatcher) ask(ctx context.Context, call func(context.Context) (row.Answer, error)) reply {
	ctx, cancel := d.timed(ctx)
	defer cancel()
	a, err := call(ctx)
	return judge(a, err, ctx.Err() != nil)
}
