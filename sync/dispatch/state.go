package dispatch

import "time"

// A State is how a Dispatcher stands at one moment.
type State struct {
	Allowed  float64       // requests per second in force; 0: no limit
	InFlight int           // writes
	Until    time.Time     // no request before; zero: open
	Pause    time.Duration // length of the pause that ends then
	Asked    bool          // the service said until when
	Outage   bool          // the service does not answer: one request at a time asks whether it is back
	Unmade   bool          // in an outage: not even requests can be made
	Used     float64       // share of Options.Rate that was answered in the last Rate.Per, from 0 to 1 or a little more
}

// Allowed returns the requests per second in force, 0 if there is no limit.
func (d *Dispatcher) Allowed() float64 {
	d.gate.mu.Lock()
	defer d.gate.mu.Unlock()
	return d.gate.allowed()
}

// State returns a snapshot. It may be called at any time, from any goroutine.
func (d *Dispatcher) State() State {
	g := d.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	s := State{
		Allowed: g.allowed(), InFlight: g.flying, Until: g.until, Pause: g.until.Sub(g.paused), Asked: g.last.Asked,
		Outage: g.outage.on, Unmade: g.last.Unmade,
	}
	if g.log != nil {
		g.log.pass(time.Now())
		s.Used = float64(g.log.sum.answers) / float64(d.opt.Rate.N)
	}
	return s
}

// Remaining returns how long that many requests take at the rate in force, after what is left of a pause.
func (s State) Remaining(requests int64, now time.Time) time.Duration {
	wait := max(s.Until.Sub(now), 0)
	if requests <= 0 || s.Allowed <= 0 {
		return wait
	}
	return wait + time.Duration(float64(requests)/s.Allowed*float64(time.Second))
}
