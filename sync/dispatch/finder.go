package dispatch

import (
	"math"
	"time"
)

var ( // XXX tune
	tK    = 2.0
	tC    = 0.5
	tBase = 0.98
	tSurp = 0.9
)

// A finder finds how many requests are really allowed in Rate.Per.
type finder struct {
	most    float64 // Rate.N
	per     time.Duration
	level   float64
	ceiling float64
	base    float64
	age     time.Duration
	pressed bool
	step    time.Time
	event   time.Time
	log     window
}

func newFinder(r Rate, learned float64, now time.Time) *finder {
	f := &finder{most: float64(r.N), per: r.Per, log: newWindow(r.Per, now)}
	f.level, f.ceiling, f.base = f.most, f.most, f.most
	f.step = now
	if l := learned * r.Per.Seconds(); l > 0 && l < f.most {
		f.level, f.ceiling, f.base = l, l, l
		f.age = time.Duration((tK - 1) * float64(r.Per))
	}
	return f
}

func (f *finder) limited() bool { return f.level < f.most }

func (f *finder) least() float64 { return max(1, f.most/20) }

func (f *finder) probing() bool { return f.limited() && f.level > f.ceiling }

// refused takes notice of a 429.
func (f *finder) refused(sent, now time.Time) (event bool) {
	f.log.add(now, true)
	if !f.event.IsZero() && !sent.After(f.event) {
		return false
	}
	f.event = now
	got := float64(f.log.sum.answers - f.log.sum.refusals)
	cut := tBase
	if !f.probing() && f.limited() {
		cut = tSurp
	}
	f.ceiling = max(min(got, f.level), f.least())
	f.base = max(f.ceiling*cut, f.least())
	f.age = 0
	f.level = f.base
	return true
}

func (f *finder) answered(sent, now time.Time) {
	f.log.add(now, false)
	if !f.event.IsZero() && sent.Before(f.event) && f.limited() && f.ceiling < f.most {
		f.ceiling++
		f.base++
		f.level++
	}
}

// grow
func (f *finder) grow(now time.Time) bool {
	d := now.Sub(f.step)
	if d < f.per/40 {
		return false
	}
	f.step = now
	if !f.pressed || !f.limited() {
		return false
	}
	f.pressed = false
	f.age += min(d, f.per/20)
	x := float64(f.age)/float64(f.per) - tK
	l := f.ceiling
	if x < 0 {
		l -= (f.ceiling - f.base) * math.Pow(-x/tK, 3)
	} else {
		l += tC * f.most * x * x * x
	}
	l = min(l, f.most)
	if l < f.level*1.005 && l < f.most {
		return false
	}
	f.level = l
	return true
}

// room returns when there is room for another.
func (f *finder) room(now time.Time, flying int) time.Time {
	if !f.limited() {
		return time.Time{}
	}
	f.log.pass(now)
	over := f.log.sum.answers + flying + 1 - int(f.level)
	if over <= 0 {
		return time.Time{}
	}
	f.pressed = true
	return f.log.falls(over)
}
