package dispatch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statussync/statussync/sync/row"
)

// dice are a seeded source of chance for many goroutines.
type dice struct {
	mu sync.Mutex
	r  *rand.Rand
}

func (d *dice) below(max time.Duration) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	if max <= 0 {
		return 0
	}
	return time.Duration(d.r.Int64N(int64(max)))
}

func (d *dice) n(max int) int { return int(d.below(time.Duration(max))) }

// A climate is how a random world treats its visitors, in rows out of 1,000.
type climate struct {
	fault, ask, vague, refuse, renew, hang, fatal, panic, lose, crash int
	latency                                                           time.Duration
	outages                                                           [][2]time.Duration
}

func randomClimate(d *dice) climate {
	c := climate{latency: time.Duration(1+d.n(400)) * time.Millisecond}
	for _, p := range []*int{&c.fault, &c.ask, &c.vague, &c.refuse, &c.renew, &c.hang} {
		if d.n(2) == 0 {
			*p = d.n(150)
		}
	}
	for _, p := range []*int{&c.fatal, &c.panic, &c.lose, &c.crash} {
		if d.n(8) == 0 {
			*p = d.n(20)
		}
	}
	for range d.n(3) {
		from := d.below(time.Minute)
		c.outages = append(c.outages, [2]time.Duration{from, from + d.below(6*time.Minute)})
	}
	return c
}

func (c *climate) answer(d *dice, began time.Time) func(context.Context, request) error {
	return func(ctx context.Context, _ request) error {
		if err := after(ctx, d.below(c.latency), nil); err != nil {
			return err
		}
		for _, o := range c.outages {
			if since := time.Since(began); o[0] <= since && since < o[1] {
				return fault()
			}
		}
		n := d.n(1000)
		is := func(share int) bool { n -= share; return n < 0 }
		switch {
		case is(c.fault):
			return fault()
		case is(c.ask):
			return ask(d.below(40 * time.Second))
		case is(c.vague):
			return ask(0)
		case is(c.refuse):
			return refused(400 + d.n(3))
		case is(c.renew):
			return renewed()
		case is(c.hang):
			<-ctx.Done()
			return silence()
		case is(c.fatal):
			return fatal()
		case is(c.panic):
			panic("a bug")
		}
		return nil
	}
}

func randomOptions(d *dice) Options {
	n := 1 + d.n(40)
	bad, _ := ParseThreshold([]string{"", "", "30%", "10"}[d.n(4)])
	return Options{
		Concurrency: 1 + d.n(16),
		Rate:        Rate{N: n, Per: time.Duration(1+d.n(20)) * time.Second},
		Burst:       1 + d.n(min(n, 5)),
		Attempts:    1 + d.n(6),
		Timeout:     time.Duration(1+d.n(30)) * time.Second,
		RowDeadline: time.Duration(d.n(3)) * 4 * time.Minute,
		MaxWait:     time.Duration(d.n(3)) * 5 * time.Minute,
		Grace:       time.Duration(d.n(6)) * time.Second,
		Limit:       int64(d.n(2) * d.n(150)),
		MaxErrors:   bad,
		Adaptive:    d.n(2) == 0,
		Learned:     float64(d.n(4)) * d.below(time.Second).Seconds(),
	}
}

// TestLaw holds random runs against the laws that no run may break, whatever the service does.
func TestLaw(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		t.Run(fmt.Sprint("seed-", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { oneWorld(t, &dice{r: rand.New(rand.NewPCG(seed, 7))}) })
		})
	}
}

func oneWorld(t *testing.T, d *dice) {
	began := time.Now()
	c, opt, n := randomClimate(d), randomOptions(d), 20+d.n(150)
	w := &world{answer: c.answer(d, began)}
	w.refuse = func(row.Outcome) error {
		switch {
		case d.n(1000) < c.lose:
			return errors.New("disk full")
		case d.n(1000) < c.crash:
			panic("a bug in record")
		}
		return nil
	}
	opt.Observe = w.observe
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var signal time.Time
	if d.n(3) == 0 {
		signal = began.Add(d.below(2 * time.Minute))
		defer time.AfterFunc(time.Until(signal), cancel).Stop()
	}
	disp := New(opt)
	disp.jitter = d.below
	err := disp.Run(ctx, tasks(n), w.call, w.record)

	w.checkBooks(t, err, n, &opt)
	w.checkGate(t)
	w.checkRate(t, opt.Rate)
	for _, tr := range w.tries {
		if !signal.IsZero() && tr.start.After(signal) {
			t.Errorf("a request was made %v after the signal", tr.start.Sub(signal))
		}
	}
	if now := time.Now(); !signal.IsZero() && now.After(signal) && now.Sub(signal) > opt.Grace {
		t.Errorf("Run went on for %v after the signal, the grace is %v", now.Sub(signal), opt.Grace)
	}
	if t.Failed() {
		t.Logf("options %+v, climate %+v, result %v", opt, c, err)
	}
}

// checkBooks: every row that was tried has one outcome, and the right one.
func (w *world) checkBooks(t *testing.T, err error, n int, opt *Options) {
	t.Helper()
	var s *Stop
	if err != nil && !errors.As(err, &s) {
		t.Errorf("Run returned %T, want a *Stop", err)
	}
	if err == nil && len(w.outcomes) != n {
		t.Errorf("Run returned nil with %d of %d rows recorded", len(w.outcomes), n)
	}
	seen := map[int64]bool{}
	for _, o := range w.outcomes {
		if seen[o.Row] {
			t.Errorf("row %d was recorded twice", o.Row)
		}
		seen[o.Row] = true
		if got := len(w.byRow[o.Row]); o.Attempts != got {
			t.Errorf("row %d: %d attempts in its outcome, %d were made", o.Row, o.Attempts, got)
		}
		if want := verdict(w.byRow[o.Row]); o.Verdict != want {
			t.Errorf("row %d is %v, want %v", o.Row, o.Verdict, want)
		}
	}
	if len(seen) != len(w.byRow) {
		t.Errorf("%d rows were tried, %d recorded", len(w.byRow), len(seen))
	}
	if opt.Limit > 0 && len(seen) > int(opt.Limit) {
		t.Errorf("%d rows were sent, the limit is %d", len(seen), opt.Limit)
	}
	if w.peak > opt.Concurrency || w.flying != 0 {
		t.Errorf("%d requests at once, %d at the end; want at most %d and none", w.peak, w.flying, opt.Concurrency)
	}
	counted := map[int64]int{}
	for _, e := range w.kinds(Attempt) {
		tr, ok := w.byRow[e.Row][e.Try-1].err.(*trouble)
		if ok && tr.counted() && !e.Outage {
			counted[e.Row]++
		}
		if counted[e.Row] > opt.Attempts {
			t.Errorf("row %d was tried %d times, want at most %d", e.Row, counted[e.Row], opt.Attempts)
		}
	}
	if len(w.faults) > 0 {
		t.Error(strings.Join(w.faults, "; "))
	}
}

// verdict judges a row by what the far side knows of it.
func verdict(tries []*try) row.Verdict {
	v := row.Failed
	for _, tr := range tries {
		trouble, ok := tr.err.(*trouble)
		switch {
		case tr.err == nil:
			return row.Succeeded
		case !ok || !trouble.definite:
			v = row.Unknown
		}
	}
	return v
}

// checkGate: no request inside a pause, and one a second at most into an outage.
func (w *world) checkGate(t *testing.T) {
	t.Helper()
	gate := w.kinds(Pause, Resume)
	var lastProbe time.Time
	for _, tr := range w.tries {
		i := 0
		for i < len(gate) && !gate[i].At.After(tr.start) {
			i++
		}
		for i > 0 && gate[i-1].Kind == Pause && gate[i-1].At.Equal(tr.start) {
			i-- // a pause that began at the same moment came too late
		}
		if i == 0 {
			continue
		}
		last := gate[i-1]
		if last.Kind == Pause && tr.start.Before(last.Until) {
			t.Errorf("a request was made %v before the pause ended", last.Until.Sub(tr.start))
		}
		if last.Kind == Pause && last.Outage {
			if !lastProbe.IsZero() && tr.start.Sub(lastProbe) < time.Second {
				t.Errorf("two probes within %v", tr.start.Sub(lastProbe))
			}
			lastProbe = tr.start
		} else {
			lastProbe = time.Time{}
		}
	}
}

// checkRate: at most r.N requests in any r.Per.
func (w *world) checkRate(t *testing.T, r Rate) {
	t.Helper()
	for i := r.N; i < len(w.tries); i++ {
		if span := w.tries[i].start.Sub(w.tries[i-r.N].start); span < r.Per {
			t.Errorf("%d requests within %v, want at most %d in %v", r.N+1, span, r.N, r.Per)
		}
	}
}
