package dispatch

import (
	"context"
	"sync"
	"time"
)

// How long a pause is when the service does not say: from minPause, doubling to maxPause.
const (
	minPause = 2 * time.Second
	maxPause = 20 * time.Second
)

// A gate is what all workers pass on the way to a request.
type gate struct {
	d       *Dispatcher
	mu      sync.Mutex
	changed chan struct{} // closed and replaced when those who wait should look again
	news    []Event       // that the observer has not been told of
	telling bool          // somebody tells the observer

	heard   bool // the service has given a decisive answer
	careful bool // one request at a time: nothing decisive since the start, the last pause or the last outage
	busy    bool // careful: that request is under way
	over    bool // the run is about to end: no request any more

	until   time.Time     // no request before
	paused  time.Time     // when the last pause began
	step    time.Duration // length of the last pause for which the service gave none
	closed  time.Time     // since when pauses and outages have kept the gate closed; zero if it is open
	last    Event         // the last Pause
	waiting time.Time     // the first answer since the last decisive one; zero if there was none
	lastErr error         // the last of these answers
	outage  outage
	flying  int     // writes under way
	log     *window // what writes were answered in the last Rate.Per; nil without a rate
	find    *finder // nil: the rate is not adaptive
}

func newGate(d *Dispatcher) *gate {
	g := &gate{d: d, careful: true, changed: make(chan struct{})}
	if r := d.opt.Rate; r.N > 0 {
		now := time.Now()
		g.log = newWindow(r.Per, now)
		if d.opt.Adaptive {
			g.find = newFinder(r, d.opt.Learned, g.log, now)
			g.setPace(now)
		}
	}
	return g
}

// A claim is who wants to pass.
type claim struct {
	due  time.Time // not before
	late time.Time // not from then on; zero if it is never too late
	read bool      // a read heeds pauses alone
}

// A pass is the leave to make one request.
type pass struct {
	at    time.Time
	first bool // no decisive answer has been heard before
	alone bool // no other request may be made until this one is answered
	probe bool // into an outage
}

// await waits until c may pass. It returns errLate, a *Stop, or the cause of ctx.
func (g *gate) await(ctx context.Context, c claim) error {
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		g.mu.Lock()
		now := time.Now()
		again, open, err := g.look(now, c)
		changed := g.changed
		g.unlock()
		if open || err != nil {
			return err
		}
		var wait time.Duration
		if !again.IsZero() {
			wait = again.Sub(now)
		}
		if err := sleep(ctx, wait, changed); err != nil {
			return err
		}
	}
}

// enter lets c pass, if it may pass now.
func (g *gate) enter(c claim) (pass, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if _, open, err := g.look(now, c); !open || err != nil {
		return pass{}, false
	}
	if c.read {
		return pass{at: now}, true
	}
	g.busy = g.careful
	g.flying++
	return pass{at: now, first: !g.heard, alone: g.careful, probe: g.outage.on}, true
}

// open reports whether c may pass now.
func (g *gate) open(c claim) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, open, err := g.look(time.Now(), c)
	return open && err == nil
}

// look reports whether c may pass, and if not, when to look again; zero is when g.changed is closed.
func (g *gate) look(now time.Time, c claim) (again time.Time, open bool, err error) {
	g.reopen(now)
	again = latest(c.due, g.until)
	if !c.read && g.outage.on {
		again = latest(again, g.outage.next)
	}
	if !c.read && g.find != nil {
		again = latest(again, g.find.room(now, g.flying))
	}
	if !c.late.IsZero() && !latest(now, again).Before(c.late) {
		return again, false, errLate
	}
	var end time.Time
	if longest := g.d.opt.MaxWait; longest > 0 && !g.waiting.IsZero() {
		if end = g.waiting.Add(longest); !now.Before(end) {
			return end, false, &Stop{Reason: MaxWait, Wait: longest, Err: g.lastErr}
		}
	}
	switch {
	case now.Before(again):
		return earliest(again, end, c.late), false, nil
	case !c.read && (g.over || g.careful && g.busy):
		return time.Time{}, false, nil
	}
	return now, true, nil
}

// leave takes notice of what a request came to. It returns a *Stop if the service asks for a pause that is too long.
func (g *gate) leave(p pass, number int64, r *reply, now time.Time) error {
	g.mu.Lock()
	defer g.unlock()
	g.flying--
	lone := g.adapt(p, r, now)
	if p.alone {
		g.busy = false
		defer g.wake()
	}
	if r.decisive() {
		g.decided(p, now)
		return nil
	}
	if g.waiting.IsZero() {
		g.waiting = now
	}
	g.lastErr = r.err
	if r.absent() {
		g.fault(p, number, r, now)
	} else {
		g.recovered(now)
	}
	if !r.paused {
		return nil
	}
	stop := g.pause(r, number, now, lone)
	g.over = g.over || stop != nil
	return stop
}

// shut lets no more requests be made in this run. Those who wait are woken by the end of its context.
func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.over = true
}

// end notes that the run has ended, with no request under way. What keeps the gate closed still does; the rest of it
// counts as closed anew.
func (g *gate) end(now time.Time) {
	g.mu.Lock()
	defer g.unlock()
	g.over, g.busy, g.flying = false, false, 0
	g.reopen(now)
	if !g.closed.IsZero() {
		g.resume(now)
		g.closed = now
	}
}

// decided takes notice of a decisive answer. The answer to a request that was made before the last pause says nothing
// about what comes after it.
func (g *gate) decided(p pass, now time.Time) {
	g.heard = true
	g.waiting = time.Time{}
	g.recovered(now)
	if !p.at.Before(g.paused) {
		g.careful, g.step = false, 0
	}
}

// heed takes notice of what a read came to, of a pause alone.
func (g *gate) heed(r *reply, now time.Time) error {
	if !r.paused {
		return nil
	}
	g.mu.Lock()
	defer g.unlock()
	return g.pause(r, 0, now, false)
}

// fault takes notice of a fault, which may begin an outage or prolong it.
func (g *gate) fault(p pass, number int64, r *reply, now time.Time) {
	if g.outage.fault(number, p.probe, now) {
		g.careful = true
		g.close(r, now, Event{Until: latest(g.outage.next, g.until), Outage: true})
	}
}

// recovered ends an outage.
func (g *gate) recovered(now time.Time) {
	if g.outage.over() {
		g.reopen(now)
		g.wake()
	}
}

// close notes that the gate is closed.
func (g *gate) close(r *reply, now time.Time, e Event) {
	if g.closed.IsZero() {
		g.closed = now
	}
	e.Kind, e.At, e.HTTPStatus, e.Code, e.Unmade, e.Message = Pause, now, r.HTTPStatus, r.Code, r.unmade, r.Message
	g.last = e
	g.news = append(g.news, e)
}

// reopen notes that the gate is open, once nothing keeps it closed. The limiter has saved up a burst by then, which the
// service that has just asked for a pause is spared.
func (g *gate) reopen(now time.Time) {
	if g.closed.IsZero() || g.outage.on || now.Before(g.until) {
		return
	}
	keep := 0
	if g.find != nil {
		keep = 1 // the first request is one alone, and the window has room for it
	}
	g.d.writes.drain(now, keep)
	g.resume(now)
	g.closed = time.Time{}
}

func (g *gate) resume(now time.Time) {
	g.news = append(g.news, Event{
		Kind: Resume, At: now, HTTPStatus: g.last.HTTPStatus, Outage: g.last.Outage, Duration: now.Sub(g.closed),
	})
}

func (g *gate) wake() {
	close(g.changed)
	g.changed = make(chan struct{})
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// earliest passes over zero times.
func earliest(times ...time.Time) (first time.Time) {
	for _, t := range times {
		if first.IsZero() || !t.IsZero() && t.Before(first) {
			first = t
		}
	}
	return first
}
