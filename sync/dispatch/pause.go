package dispatch

import "time"

// firstPause is how long the first pause is when the service does not say and the finder has asked for it, as it feels
// its way upward: what it went beyond is an inch away.
const firstPause = time.Second

// pause closes the gate as r asks. Where r gives no length, a pause in force is enough. Lone: the rate is below the
// configured one, so this is a finder's probe rather than a service in distress.
func (g *gate) pause(r *reply, number int64, now time.Time, lone bool) error {
	length, asked := r.pause, r.pause > 0
	if !asked {
		if now.Before(g.until) {
			return nil
		}
		length = g.unasked(lone)
	}
	until := now.Add(length)
	if asked && g.tooLong(now, until) {
		return &Stop{Reason: MaxWait, Row: number, Answer: r.Answer, Until: until, Wait: g.d.opt.MaxWait}
	}
	if !until.After(g.until) {
		return nil
	}
	g.until, g.paused, g.careful = until, now, true
	g.close(r, now, Event{Until: until, Asked: asked})
	return nil
}

// unasked returns the length of a pause for which the service gives none.
func (g *gate) unasked(lone bool) time.Duration {
	if g.step == 0 && lone {
		g.step = firstPause
		return firstPause
	}
	g.step = min(max(2*g.step, minPause), maxPause)
	return g.step + g.d.jitter(g.step/4)
}

// tooLong reports whether a pause until then is longer than what is left of the stretch without a decisive answer.
func (g *gate) tooLong(now, until time.Time) bool {
	began := g.waiting
	if began.IsZero() {
		began = now
	}
	return g.d.opt.MaxWait > 0 && until.After(began.Add(g.d.opt.MaxWait))
}
