package dispatch

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statussync/statussync/sync/row"
)

// script answers the n-th request, from 0, with the n-th error; then with a yes.
func script(errs ...error) func(context.Context, request) error {
	return func(_ context.Context, q request) error {
		if q.nth <= len(errs) {
			return errs[q.nth-1]
		}
		return nil
	}
}

// TestPauseForEverybody: after a 429 nobody sends before the asked time, and then the limiter starts empty.
func TestPauseForEverybody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{answer: script(nil, nil, nil, nil, ask(30*time.Second))}
		opt := Options{Concurrency: 8, Attempts: 1, Rate: Rate{N: 20, Per: 20 * time.Second}, Burst: 10}
		if err := w.run(t.Context(), opt, 12); err != nil {
			t.Fatal(err)
		}
		s := w.starts()
		if s[4] != 0 || s[5] != 32*time.Second || s[6] != 34*time.Second {
			t.Errorf("requests at %v, want the 6th at 32s and then one in 2s", s)
		}
		paused, resumed := w.kinds(Pause), w.kinds(Resume)
		if len(paused) != 1 || !paused[0].Asked || paused[0].HTTPStatus != 429 ||
			paused[0].Until.Sub(paused[0].At) != 30*time.Second {
			t.Errorf("pauses %+v, want one of 30s, asked for", paused)
		}
		if len(resumed) != 1 || resumed[0].Duration != 30*time.Second {
			t.Errorf("resumed %+v, want once after 30s", resumed)
		}
		if len(w.outcomes) != 12 {
			t.Errorf("%d outcomes", len(w.outcomes))
		}
	})
}

// TestPauseFreeOfCharge: any number of 429s leaves a row its attempts.
func TestPauseFreeOfCharge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{answer: script(ask(1), ask(1), renewed(), ask(1), fault(), ask(1))}
		if err := w.run(t.Context(), Options{Concurrency: 1, Attempts: 2}, 1); err != nil {
			t.Fatal(err)
		}
		if o := w.outcome(t, 1); o.Verdict != row.Succeeded || o.Attempts != 7 {
			t.Errorf("outcome %+v, want success at the 7th attempt", o)
		}
	})
}

// TestPauseLatest: of several pauses the one that ends last counts; nobody is let in between.
func TestPauseLatest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{answer: func(ctx context.Context, q request) error {
			switch q.nth {
			case 2:
				return after(ctx, 1*time.Second, ask(40*time.Second))
			case 3:
				return after(ctx, 2*time.Second, ask(10*time.Second))
			case 4:
				return after(ctx, 3*time.Second, ask(0))
			}
			return nil
		}}
		if err := w.run(t.Context(), Options{Concurrency: 3, Attempts: 1}, 8); err != nil {
			t.Fatal(err)
		}
		if s := w.starts(); s[3] != 0 || s[4] != 41*time.Second {
			t.Errorf("requests at %v, want the 5th at 41s", s)
		}
	})
}

// TestPauseUnspecified: 2 s doubling to 20 s, a quarter of chance on top; a success begins anew.
func TestPauseUnspecified(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		vague := ask(0)
		w := &world{answer: script(vague, vague, vague, vague, vague, vague, nil, vague)}
		if err := w.run(t.Context(), Options{Concurrency: 4, Attempts: 1}, 5); err != nil {
			t.Fatal(err)
		}
		var pauses []time.Duration
		for _, e := range w.kinds(Pause) {
			if e.Asked {
				t.Errorf("pause %+v was not asked for", e)
			}
			pauses = append(pauses, e.Until.Sub(e.At))
		}
		for i, least := range []time.Duration{2, 4, 8, 16, 20, 20, 2} {
			least *= time.Second
			if pauses[i] < least || pauses[i] > least+least/4 {
				t.Errorf("pause %d is %v, want %v and up to a quarter", i, pauses[i], least)
			}
		}
	})
}

// TestPauseOfAProbe: below the configured rate the first pause is one second, to the point, and those after it double.
func TestPauseOfAProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		vague := ask(0)
		w := &world{answer: script(nil, nil, nil, vague, nil, vague, vague, nil, vague)}
		opt := Options{Concurrency: 1, Attempts: 1, Rate: Rate{400, 20 * time.Second}, Burst: 2, Adaptive: true}
		if err := w.run(t.Context(), opt, 6); err != nil {
			t.Fatal(err)
		}
		for i, e := range w.kinds(Pause) { // the first is at the configured rate
			least := []time.Duration{2, 1, 2, 1}[i] * time.Second
			if got := e.Until.Sub(e.At); got < least || least == time.Second && got > least || got > least+least/4 {
				t.Errorf("pause %d is %v, want %v", i, got, least)
			}
		}
	})
}

// TestPauseStragglers: the answers to requests that were under way when a pause began neither double nor end it, and
// after it one request at a time finds out.
func TestPauseStragglers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{answer: func(ctx context.Context, q request) error {
			switch {
			case q.nth == 1:
				return nil
			case q.nth <= 7:
				return after(ctx, time.Duration(q.nth)*10*time.Millisecond, ask(0))
			}
			return after(ctx, time.Second, nil)
		}}
		if err := w.run(t.Context(), Options{Concurrency: 8, Attempts: 1}, 20); err != nil {
			t.Fatal(err)
		}
		paused := w.kinds(Pause)
		if len(paused) != 1 || paused[0].Until.Sub(paused[0].At) > 2500*time.Millisecond {
			t.Fatalf("pauses %+v, want one of at most 2.5s", paused)
		}
		var inside int
		for _, tr := range w.tries {
			if d := tr.start.Sub(paused[0].Until); d >= 0 && d < time.Second {
				inside++
			}
		}
		if inside != 1 {
			t.Errorf("%d requests in the second after the pause, want 1 until it is answered", inside)
		}
	})
}

func TestMaxWait(t *testing.T) {
	t.Parallel()
	const wait = 5 * time.Minute
	for name, c := range map[string]struct {
		answer func(context.Context, request) error
		at     time.Duration // when the run ends
		until  bool
	}{
		"outage":       {func(context.Context, request) error { return fault() }, wait, false},
		"vague pauses": {func(context.Context, request) error { return ask(0) }, wait, false},
		"long pause":   {script(nil, ask(wait+1)), 0, true},
		"pause longer than what is left": {
			script(nil, ask(3*time.Minute), ask(2*time.Minute+time.Second)), 3 * time.Minute, true},
		"hanging": {func(ctx context.Context, _ request) error { return after(ctx, time.Hour, nil) },
			wait + time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				w := &world{answer: c.answer}
				err := w.run(t.Context(), Options{Concurrency: 10, Attempts: 5, Timeout: time.Minute, MaxWait: wait}, 100)
				s := stopped(t, err, MaxWait)
				if s.Until.IsZero() == c.until || s.Wait != wait {
					t.Errorf("stop %+v", s)
				}
				if d := time.Since(began); d != c.at {
					t.Errorf("Run returned after %v, want %v", d, c.at)
				}
				for _, o := range w.outcomes {
					if o.Verdict != row.Succeeded && !o.Retryable {
						t.Errorf("outcome %+v, want it retryable", o)
					}
				}
				if len(w.outcomes) != len(w.byRow) {
					t.Errorf("%d rows tried, %d recorded", len(w.byRow), len(w.outcomes))
				}
			})
		})
	}
}

// TestMaxWaitIsOfSilence: neither a decisive answer now and then nor a slow rate is a stretch without one.
func TestMaxWaitIsOfSilence(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		opt := Options{Attempts: 1, MaxWait: time.Minute, Rate: Rate{N: 2, Per: 5 * time.Minute}, Burst: 1}
		w := &world{answer: func(context.Context, request) error { return refused(404) }}
		if err := w.run(t.Context(), opt, 5); err != nil {
			t.Error(err)
		}
		opt.Rate = Rate{}
		long := ask(50 * time.Second)
		w = &world{answer: script(long, nil, long, refused(404), long, nil)}
		if err := w.run(t.Context(), opt, 10); err != nil {
			t.Error(err)
		}
	})
}

func TestEarliest(t *testing.T) {
	t.Parallel()
	at := func(s int64) time.Time { return time.Unix(s, 0) }
	if got := earliest(time.Time{}, at(3), time.Time{}, at(2), at(4)); !got.Equal(at(2)) {
		t.Errorf("earliest = %v", got)
	}
}
