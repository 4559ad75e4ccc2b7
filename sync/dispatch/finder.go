package dispatch

import (
	"math"
	"time"

	"github.com/statussync/statussync/sync/row"
)

// How a finder looks for the rate that is allowed. Its figures are requests in a window, which is Rate.Per, and windows
// since the last refusal. They were found by trial against the simulator: see TestQuotaKnown and those after it.
const (
	backOff   = 0.975 // of what was accepted is asked for after a refusal that was met while looking for more
	deepOff   = 0.92  // after one that was not: somebody else has taken a part, or the quota is another one now
	climb     = 0.025 // of the ceiling, and
	climbStep = 1.0   // requests are added in each window
	patient   = 2.0   // windows; behind them it climbs faster, for
	eager     = 1.0   // window, by
	eagerMore = 0.04  // of the ceiling, and
	eagerStep = 3.0   // requests more
	doubling  = 0.35  // windows; behind these it doubles in each such time: the ceiling is no longer there
	lowest    = 20    // the share of the configured rate that is never gone below is 1 in so many
	catchUp   = 8.0   // windows' worth of what is missing is made up for in one window, up to
	catchMost = 0.50  // of the level
	suspect   = 0.75  // of a ceiling: one that was this much higher before may still be true
)

// A finder finds how many requests are really allowed in a window. What was accepted in the window before a refusal is the
// best estimate; above it the finder feels its way slowly, and the longer without a refusal the faster.
type finder struct {
	most    float64 // Rate.N
	per     time.Duration
	level   float64       // requests in a window from now on
	base    float64       // the level right after the last refusal
	ceiling float64       // what was accepted by then
	before  float64       // the ceiling before that
	age     time.Duration // since the last refusal, as far as the level was made use of
	pressed bool          // somebody has waited for a token since the last step
	step    time.Time     // the last change of the level
	event   time.Time     // the last refusal that was an event of its own
	dry     time.Time     // until then the service has said that nothing is left
	log     *window
}

// newFinder returns a finder that begins at learned requests a second, or at the whole rate.
func newFinder(r Rate, learned float64, log *window, now time.Time) *finder {
	f := &finder{most: float64(r.N), per: r.Per, step: now, log: log}
	f.level, f.ceiling, f.base = f.most, f.most, f.most
	if l := learned * r.Per.Seconds(); l > 0 && l < f.most {
		f.level, f.ceiling, f.base = l, l, l
		f.age = time.Duration((patient - 1) * float64(r.Per))
	}
	return f
}

// limited reports whether the level is below the configured rate.
func (f *finder) limited() bool { return f.level < f.most }

// probing reports whether the level is above what was last seen to be accepted.
func (f *finder) probing() bool { return f.limited() && f.level > f.ceiling }

// refused takes notice of a 429, which the window has counted already, to a request that was sent then. Those that were under way when the first one came are
// one event. It reports whether the level has changed.
func (f *finder) refused(sent, now time.Time) (changed bool) {
	if !f.event.IsZero() && !sent.After(f.event) {
		return false
	}
	f.event = now
	accepted := min(float64(f.log.sum.answers-f.log.sum.refusals), f.level)
	off := backOff
	switch {
	case f.probing() || !f.limited():
		f.before = f.ceiling
	default:
		off = deepOff
		if f.before > suspect*accepted {
			accepted = min(accepted, f.before)
		}
	}
	least := max(1, f.most/lowest)
	f.ceiling = max(accepted, least)
	f.base = max(f.ceiling*off, least)
	f.level, f.age = f.base, 0
	return true
}

// answered takes notice of any other answer. One to a request that was under way during the last refusal was accepted in
// spite of it.
func (f *finder) answered(sent time.Time) {
	if !f.event.IsZero() && sent.Before(f.event) && f.limited() && f.ceiling < f.most {
		f.ceiling++
		f.base++
		f.level++
	}
}

// told takes notice of what the service says of its quota, with so many requests under way. It reports whether the level
// has changed.
func (f *finder) told(q row.Quota, flying int, now time.Time) (changed bool) {
	if q.Limit == 0 {
		return false
	}
	if q.Remaining <= flying {
		f.dry = now.Add(q.Reset)
	}
	if limit := float64(q.Limit); limit < f.level {
		f.level, f.base, f.ceiling, f.age = limit, limit, limit, 0
		return true
	}
	return false
}

// grow raises the level as time has passed, and reports whether it did. A level that nobody makes use of stays.
func (f *finder) grow(now time.Time) (changed bool) {
	since := now.Sub(f.step)
	if since < f.per/40 {
		return false
	}
	f.step = now
	if !f.pressed || !f.limited() {
		return false
	}
	f.pressed = false
	f.age += min(since, max(f.per/20, time.Duration(2*float64(f.per)/f.level)))
	x := float64(f.age) / float64(f.per)
	level := f.base + (climb*f.ceiling+climbStep)*x + (eagerMore*f.ceiling+eagerStep)*max(0, min(x-patient, eager))
	if late := x - patient - eager; late > 0 {
		level *= math.Exp2(late / doubling)
	}
	level = min(level, f.most)
	if level < f.level*1.005 && level < f.most {
		return false
	}
	f.level = level
	return true
}

// room returns when there is room for one more request in the window; the zero time is now.
func (f *finder) room(now time.Time, flying int) time.Time {
	switch {
	case now.Before(f.dry):
		return f.dry
	case !f.limited():
		return time.Time{}
	}
	f.log.pass(now)
	over := f.log.sum.answers + flying + 1 - int(math.Ceil(f.level))
	if over <= 0 {
		return time.Time{}
	}
	f.pressed = true
	return f.log.falls(over)
}

// pace returns the requests a second that spread the level over the window, a little more where the window has less than
// that.
func (f *finder) pace(flying int) float64 {
	missing := max(0, f.level-float64(f.log.sum.answers+flying))
	return (f.level + min(catchUp*missing, catchMost*f.level)) / f.per.Seconds()
}

// allowed returns the level in requests a second.
func (f *finder) allowed() float64 { return f.level / f.per.Seconds() }
