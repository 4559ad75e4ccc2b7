package dispatch

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statussync/statussync/sync/row"
)

// A lab is a finder with a clock of its own. Its window is 20 s.
type lab struct {
	*finder
	now time.Time
}

func newLab(n int, learned float64) *lab {
	now := time.Unix(0, 0)
	r := Rate{n, 20 * time.Second}
	return &lab{newFinder(r, learned, newWindow(r.Per, now), now), now}
}

func (l *lab) pass(d time.Duration) { l.now = l.now.Add(d) }

// answer lets n answers come, one every d.
func (l *lab) answer(n int, d time.Duration) {
	for range n {
		l.pass(d)
		l.log.add(l.now, false)
		l.answered(l.now)
	}
}

// refuse lets a 429 come, to a request that was sent some time ago.
func (l *lab) refuse(ago time.Duration) bool {
	l.log.add(l.now, true)
	return l.refused(l.now.Add(-ago), l.now)
}

// wait lets time pass in which there is always somebody who wants to send, or never.
func (l *lab) wait(d time.Duration, busy bool) {
	for end := l.now.Add(d); l.now.Before(end); l.pass(500 * time.Millisecond) {
		l.pressed = busy
		l.grow(l.now)
	}
}

// TestOneEvent: what was under way at the first 429 cuts nothing more, and what of it was accepted is added.
func TestOneEvent(t *testing.T) {
	t.Parallel()
	l := newLab(400, 0)
	l.answer(100, 50*time.Millisecond)
	if !l.refuse(100*time.Millisecond) || l.ceiling != 100 || l.level != 99 {
		t.Fatalf("the first 429 left the level at %v of %v, want 99 of 100", l.level, l.ceiling)
	}
	first := l.now
	l.pass(50 * time.Millisecond)
	if l.refuse(60*time.Millisecond) || l.refuse(50*time.Millisecond) || l.level != 99 {
		t.Errorf("two that were under way then changed the level to %v", l.level)
	}
	l.log.add(l.now, false)
	l.answered(first.Add(-time.Millisecond))
	if l.ceiling != 101 || l.level != 100 {
		t.Errorf("one that was accepted left the level at %v of %v, want 100 of 101", l.level, l.ceiling)
	}
	if !l.refuse(10 * time.Millisecond) {
		t.Error("one that was sent afterwards is no event")
	}
}

// TestGrowth: nothing for a window and a half, then a little, then ever more up to what is configured.
func TestGrowth(t *testing.T) {
	t.Parallel()
	l := newLab(400, 0)
	l.answer(100, 50*time.Millisecond)
	l.refuse(0)
	l.wait(10*time.Minute, false)
	if l.level != 99 {
		t.Errorf("a rate that nobody made use of rose to %v", l.level)
	}
	for _, step := range []struct {
		after       time.Duration
		least, most float64
	}{{30 * time.Second, 99, 99}, {16 * time.Second, 103, 105}, {16 * time.Second, 200, 220}, {time.Minute, 400, 400}} {
		l.wait(step.after, true)
		if l.level < step.least || l.level > step.most {
			t.Errorf("%v later the level is %v, want %v to %v", step.after, l.level, step.least, step.most)
		}
	}
	if l.limited() {
		t.Error("it is still limited")
	}
}

// TestCeiling: a refusal near the ceiling moves it half of the way, one far from it or below the level all of it.
func TestCeiling(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		level    float64
		accepted int
		want     float64
	}{
		"a little more":          {108, 108, 104},
		"a little less":          {102, 96, 98},
		"much more":              {200, 160, 160},
		"much less":              {102, 50, 50},
		"less, not while trying": {99, 90, 90},
		"nothing":                {102, 0, 20},
	} {
		l := newLab(400, 0)
		l.ceiling, l.level = 100, c.level
		l.answer(c.accepted, 50*time.Millisecond)
		if l.refuse(0); l.ceiling != c.want || l.level >= l.ceiling && c.want != 20 {
			t.Errorf("%s: the ceiling is %v and the level %v, want the ceiling at %v", name, l.ceiling, l.level, c.want)
		}
	}
}

// TestWindowRoom: below the configured rate no window holds more than the level, nor do the refused count for nothing.
func TestWindowRoom(t *testing.T) {
	t.Parallel()
	l := newLab(400, 0)
	l.answer(60, 100*time.Millisecond)
	l.refuse(0)
	at := l.room(l.now, 0).Sub(time.Unix(0, 0))
	if at < 20200*time.Millisecond || at > 20400*time.Millisecond {
		t.Errorf("there is room after %v, want it when the first two are 20s old", at)
	}
	l.pass(15 * time.Second)
	if at := l.room(l.now, 0); !at.IsZero() {
		t.Errorf("there is no room before %v", at)
	}
	if at := l.room(l.now, 20); !at.After(l.now) {
		t.Error("what is under way takes no room")
	}
}

// TestWindow holds a window against a list of all answers. It may keep one for a span longer than a window.
func TestWindow(t *testing.T) {
	t.Parallel()
	dice, now := rand.New(rand.NewPCG(1, 2)), time.Unix(0, 0)
	w := newWindow(20*time.Second, now)
	var at []time.Time
	for range 5000 {
		now = now.Add(time.Duration(dice.ExpFloat64() * float64(300*time.Millisecond)))
		if dice.IntN(500) == 0 {
			now = now.Add(time.Minute)
		}
		w.add(now, false)
		at = append(at, now)
		least, most := 0, 0
		for i := len(at) - 1; i >= 0 && now.Sub(at[i]) < 20*time.Second+w.span; i-- {
			if most++; now.Sub(at[i]) < 20*time.Second-time.Microsecond {
				least++
			}
		}
		if n := w.sum.answers; n < least || n > most {
			t.Fatalf("%d answers in the last window, want %d to %d", n, least, most)
		}
		n, then := 1+dice.IntN(w.sum.answers), *w
		if then.pass(w.falls(n)); then.sum.answers > w.sum.answers-n {
			t.Fatalf("%d are left when %d of %d have fallen out", then.sum.answers, n, w.sum.answers)
		}
	}
}

// TestNoBurstAfterAPause: below the configured rate, what a pause has cost is made up for at 1.25 times the rate.
func TestNoBurstAfterAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{answer: func(_ context.Context, q request) error {
			switch {
			case q.nth == 120:
				return ask(15 * time.Second)
			case q.nth == 200:
				return ask(time.Minute)
			}
			return nil
		}}
		opt := Options{Concurrency: 8, Attempts: 1, Rate: Rate{400, 20 * time.Second}, Burst: 2, Adaptive: true}
		if err := w.run(t.Context(), opt, 260); err != nil {
			t.Fatal(err)
		}
		s := w.starts()
		const pace = 20 * time.Second * 4 / 5 / 120
		for i := 203; i < len(s); i++ {
			if gap := s[i] - s[i-2]; gap < 3*pace/2 {
				t.Errorf("requests %d to %d within %v, the pace is %v", i-2, i, gap, pace)
			}
		}
		changes := w.kinds(RateChange)
		if len(changes) < 2 || changes[0].Rate > 6 || changes[0].Rate < 5.8 {
			t.Errorf("the rate changed to %+v, want first to what was accepted", changes)
		}
	})
}

// TestNotAdaptive: without the option a 429 changes no rate.
func TestNotAdaptive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{answer: script(nil, nil, nil, ask(time.Second))}
		d := New(Options{Concurrency: 2, Attempts: 1, Rate: Rate{400, 20 * time.Second}, Burst: 2, Observe: w.observe})
		if err := d.Run(t.Context(), tasks(20), w.call, func(row.Outcome) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if got := d.Allowed(); got != 19.9 || len(w.kinds(RateChange)) > 0 {
			t.Errorf("the rate is %v, with changes %+v", got, w.kinds(RateChange))
		}
	})
}

// TestFirstWindow: who is refused at once, since others were there before, goes on asking for half until the first
// window is over, and for what was accepted by then from there on; not where nothing is accepted any more, nor for more
// than the service says.
func TestFirstWindow(t *testing.T) {
	t.Parallel()
	l := newLab(100, 0)
	l.room(l.now, 0)
	l.refuse(0)
	l.answer(30, 500*time.Millisecond)
	l.refuse(0)
	if l.level != 50 || l.pace() != hurry*2.5 || l.allowed() > 1.5 || l.grow(l.now.Add(4*time.Second)) {
		t.Errorf("within the first window: a level of %v, %v a second", l.level, l.allowed())
	}
	l.answer(2, time.Second)
	l.pass(3 * time.Second)
	if !l.grow(l.now) || l.level < 30 || l.level > 32 {
		t.Errorf("after the first window: a level of %v", l.level)
	}
	l.pass(time.Second)
	if l.refuse(0); l.level > 32 {
		t.Errorf("refused in the second window: a level of %v", l.level)
	}
	l = newLab(100, 0)
	l.room(l.now, 0)
	l.refuse(0)
	l.pass(2 * time.Second)
	if l.refuse(0); l.level > 5 {
		t.Errorf("a level of %v, although nothing was accepted between two refusals", l.level)
	}
	l = newLab(100, 0)
	l.room(l.now, 0)
	l.told(row.Quota{Limit: 20}, 0, l.now)
	if l.refuse(0); l.level > 20 {
		t.Errorf("a level of %v, the service allows 20", l.level)
	}
}
