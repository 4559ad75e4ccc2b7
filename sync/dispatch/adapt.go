package dispatch

import "time"

// throttledStatus is the HTTP status with which a service refuses what is beyond the quota.
const throttledStatus = 429

// adapt takes notice of what an answer says about the rate. It reports whether that is below the configured one.
func (g *gate) adapt(p pass, r *reply, now time.Time) (lone bool) {
	refused := r.paused && r.HTTPStatus == throttledStatus
	if g.log != nil && r.HTTPStatus > 0 {
		g.log.add(now, refused)
	}
	if g.find == nil {
		return false
	}
	lone = g.find.limited()
	changed := false
	switch {
	case refused:
		changed = g.find.refused(p.at, now)
	case r.HTTPStatus > 0:
		g.find.answered(p.at)
	}
	changed = g.find.told(r.Quota, g.flying, now) || changed
	if g.d.writes.pressed.Swap(false) {
		g.find.pressed = true
	}
	changed = g.find.grow(now) || changed
	if changed {
		g.setPace(now)
		g.news = append(g.news, Event{Kind: RateChange, At: now, Rate: g.allowed()})
	}
	return lone
}

// setPace lets tokens come as fast as the finder wants them.
func (g *gate) setPace(now time.Time) {
	pace := g.d.writes.most
	if g.find.limited() {
		pace = g.find.pace()
	}
	g.d.writes.set(pace, now)
}

// allowed returns the requests a second in force, 0 if there is no limit.
func (g *gate) allowed() float64 {
	if g.find != nil && g.find.limited() {
		return min(g.find.allowed(), g.d.writes.most)
	}
	return g.d.writes.most
}
