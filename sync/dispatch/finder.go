package dispatch

import (
	"math"
	"time"

	"github.com/statussync/statussync/sync/row"
)

// How a finder looks for the rate that is allowed. Its figures are requests in a window, which is Rate.Per, and windows
// since the last refusal. They were found by trial against the simulator: see TestQuotaKnown and those after it.
const (
	backOff  = 0.99 // of the ceiling is asked for after a refusal, for
	patient  = 1.5  // windows; then more and more is tried, for
	eager    = 0.8  // window, by in the end
	tryShare = 0.02 // of the ceiling, and
	tryMore  = 3.0  // requests; behind that the level doubles in each
	doubling = 0.8  // windows: the ceiling is no longer there
	near     = 0.25 // of a ceiling: a refusal that came that near to it moves it
	trust    = 0.5  // of the way only, since fixed windows, and others who spend of the quota, make the estimate vary
	hurry    = 1.25 // of the level is the pace, so that the window is full again soon after a pause
	lowest   = 20   // the share of the configured rate that is never gone below is 1 in so many
	claimed  = 0.5  // of the first level is asked for until the first window is over
)

// A finder finds how many requests are really allowed in a window. What was accepted in the window before a refusal is
// the best estimate; above it the finder feels its way slowly, and the longer without a refusal the faster.
type finder struct {
	most    float64 // Rate.N
	per     time.Duration
	level   float64       // requests in a window from now on
	base    float64       // the level right after the last refusal
	ceiling float64       // what seems to be granted: the estimate by then
	age     time.Duration // since the last refusal, as far as the level was made use of
	pressed bool          // somebody has waited for a token since the last step
	step    time.Time     // the last change of the level
	event   time.Time     // the last refusal that was an event of its own
	dry     time.Time     // until then the service has said that nothing is left
	log     *window
	began   time.Time // the first request
	claim   float64   // the level that is not gone below in the first window
	served  bool      // something that was sent after the last refusal was accepted
}

// newFinder returns a finder that begins at learned requests a second, or at the whole rate.
func newFinder(r Rate, learned float64, log *window, now time.Time) *finder {
	f := &finder{most: float64(r.N), per: r.Per, step: now, log: log}
	f.level, f.ceiling, f.base = f.most, f.most, f.most
	if l := learned * r.Per.Seconds(); l > 0 && l < f.most {
		f.level, f.ceiling, f.base = l, l, l
		f.age = time.Duration((patient - 1) * float64(r.Per))
	}
	f.claim = claimed * f.level
	return f
}

// limited reports whether the level is below the configured rate.
func (f *finder) limited() bool { return f.level < f.most }

// probing reports whether the level is above what was last seen to be accepted.
func (f *finder) probing() bool { return f.limited() && f.level > f.ceiling }

// refused takes notice of a 429, which the window has counted already, to a request that was sent then. Those that were
// under way when the first one came are one event. It reports whether the level has changed.
func (f *finder) refused(sent, now time.Time) (changed bool) {
	if !f.event.IsZero() && !sent.After(f.event) {
		return false
	}
	if !f.event.IsZero() && !f.served {
		f.claim = 0 // nobody makes room
	}
	f.event, f.served = now, false
	f.estimate()
	if f.fresh(now) {
		f.level = max(f.level, f.claim)
	}
	return true
}

// fresh reports whether the first window is not over. What was accepted by then says what others have left, who were
// there before, and not yet what they make room for.
func (f *finder) fresh(now time.Time) bool { return now.Sub(f.began) < f.per }

// estimate sets the level by what was accepted in the last window, or by more if more was seen in the first one.
func (f *finder) estimate() {
	granted := min(float64(f.log.sum.answers-f.log.sum.refusals), f.level)
	if f.probing() && math.Abs(granted-f.ceiling) < near*f.ceiling {
		granted = f.ceiling + trust*(granted-f.ceiling)
	}
	least := max(1, f.most/lowest)
	if f.claims() {
		granted = max(granted, f.ceiling)
	}
	f.ceiling = max(granted, least)
	f.base = max(f.ceiling*backOff, least)
	f.level, f.age = f.base, 0
}

// answered takes notice of any other answer. One to a request that was under way during the last refusal was accepted
// in spite of it.
func (f *finder) answered(sent time.Time) {
	f.served = f.served || sent.After(f.event)
	if !f.event.IsZero() && sent.Before(f.event) && f.limited() && f.ceiling < f.most {
		f.ceiling++
		f.base++
		f.level++
	}
}

// told takes notice of what the service says of its quota, with so many requests under way. It reports whether the
// level has changed.
func (f *finder) told(q row.Quota, flying int, now time.Time) (changed bool) {
	if q.Limit == 0 {
		return false
	}
	if q.Remaining <= flying {
		f.dry = now.Add(q.Reset)
	}
	if limit := float64(q.Limit); limit < f.level {
		f.level, f.base, f.ceiling, f.claim, f.age = limit, limit, limit, 0, 0
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
	if f.claims() {
		if f.fresh(now) {
			return false
		}
		f.estimate()
		return true
	}
	f.step = now
	if !f.pressed || !f.limited() {
		return false
	}
	f.pressed = false
	f.age += min(since, max(f.per/20, time.Duration(2*float64(f.per)/f.level)))
	level := f.base
	past := float64(f.age)/float64(f.per) - patient
	if past > 0 {
		level += (tryShare*f.ceiling + tryMore) * min(past/eager, 1)
	}
	if past > eager {
		level *= math.Exp2((past - eager) / doubling)
	}
	level = min(level, f.most)
	if level < f.level*1.005 && level < f.most {
		return false
	}
	f.level = level
	return true
}

// claims reports whether a refusal in the first window has left the level above what was accepted.
func (f *finder) claims() bool { return f.age == 0 && f.level > f.base }

// room returns when there is room for one more request in the window; the zero time is now.
func (f *finder) room(now time.Time, flying int) time.Time {
	if f.began.IsZero() {
		f.began = now
	}
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

// pace returns the requests a second that may follow each other where the window has room for them.
func (f *finder) pace() float64 { return hurry * f.level / f.per.Seconds() }

// allowed returns the level in requests a second, and in the first window what was accepted if that is less.
func (f *finder) allowed() float64 {
	if f.claims() {
		return f.base / f.per.Seconds()
	}
	return f.level / f.per.Seconds()
}
