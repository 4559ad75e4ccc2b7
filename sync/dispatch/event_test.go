package dispatch

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestEvents: the observer sees each attempt with its number.
func TestEvents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{answer: func(ctx context.Context, q request) error {
			return after(ctx, time.Duration(q.try)*time.Second, []error{fault(), ask(time.Second), nil}[q.try-1])
		}}
		rate := Rate{N: 100, Per: 20 * time.Second}
		if err := w.run(t.Context(), Options{Attempts: 5, Rate: rate}, 1); err != nil {
			t.Fatal(err)
		}
		if e := w.kinds(RateChange); len(e) != 0 {
			t.Errorf("%+v, but the rate did not change", e)
		}
		for i, e := range w.kinds(Attempt) {
			status := []int{503, 429, 200}[i]
			if e.Row != 1 || e.Try != i+1 || e.HTTPStatus != status || e.Duration != time.Duration(i+1)*time.Second {
				t.Errorf("attempt %d is %+v", i, e)
			}
		}
	})
}

// TestObserverBlocks: one who does not come back from being told of a pause holds up one worker, and is told of the
// rest in order.
func TestObserverBlocks(t *testing.T) {
	t.Parallel()
	for _, adaptive := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := &world{answer: script(nil, nil, nil, nil, ask(2*time.Second), nil, ask(3*time.Second))}
			release := make(chan struct{})
			d := New(Options{
				Concurrency: 4, Attempts: 1, Rate: Rate{100, time.Second}, Burst: 2, Adaptive: adaptive,
				Observe: func(e Event) {
					if e.Kind == Pause {
						<-release
					}
					w.observe(e)
				},
			})
			done := make(chan error)
			go func() { done <- d.Run(t.Context(), tasks(40), w.call, w.record) }()
			time.Sleep(time.Minute)
			synctest.Wait()
			if n := len(w.outcomes); n != 39 {
				t.Errorf("%d rows were settled meanwhile, want all but one", n)
			}
			close(release)
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			var kinds []Kind
			for _, e := range w.kinds(Pause, Resume) {
				kinds = append(kinds, e.Kind)
			}
			if want := []Kind{Pause, Resume, Pause, Resume}; !slices.Equal(kinds, want) || len(w.outcomes) != 40 {
				t.Errorf("told of %v, want %v; %d rows were settled", kinds, want, len(w.outcomes))
			}
		})
	}
}

// TestResume: it tells of the pause that it ends, and a run that ends within a pause has one too. What keeps the gate
// closed still does so in the next run, which counts the rest.
func TestResume(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer func(context.Context, request) error
		want   []Event
		next   time.Duration // the Resume of a run that begins 2 s later
	}{
		"a pause": {script(ask(4 * time.Second)), []Event{{HTTPStatus: 429, Duration: 4 * time.Second}}, 0},
		"within a pause": {script(ask(20 * time.Second)), []Event{{HTTPStatus: 429, Duration: 10 * time.Second}},
			10 * time.Second},
		"an outage":     {script(faults(outageRows)...), []Event{{HTTPStatus: 503, Outage: true, Duration: time.Second}}, 0},
		"a long outage": {script(faults(10)...), []Event{{HTTPStatus: 503, Outage: true, Duration: 7 * time.Second}}, 0},
		"within an outage": {func(context.Context, request) error { return fault() },
			[]Event{{HTTPStatus: 503, Outage: true, Duration: 10 * time.Second}}, 2 * time.Second},
		"one after the other": {script(append(faults(outageRows), ask(20*time.Second))...),
			[]Event{{HTTPStatus: 503, Outage: true, Duration: time.Second}, {HTTPStatus: 429, Duration: 9 * time.Second}},
			11 * time.Second},
		"none": {script(refused(404)), nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				w := &world{answer: c.answer}
				d := New(Options{Concurrency: outageRows, Attempts: 100, Observe: w.observe})
				_ = d.Run(ctx, tasks(20), w.call, w.record)
				checkResumed(t, w.kinds(Resume), c.want)
				<-ctx.Done()
				_ = after(t.Context(), 2*time.Second, nil)
				w = &world{answer: script()}
				d.opt.Observe = w.observe
				if err := d.Run(t.Context(), tasks(20), w.call, w.record); err != nil {
					t.Fatal(err)
				}
				var rest time.Duration
				for _, e := range w.kinds(Resume) {
					rest += e.Duration
				}
				if rest != c.next {
					t.Errorf("the next run counts %v, want %v", rest, c.next)
				}
			})
		})
	}
}

func checkResumed(t *testing.T, got, want []Event) {
	t.Helper()
	for i := range got {
		got[i].At = time.Time{}
	}
	for i := range want {
		want[i].Kind = Resume
	}
	if !slices.Equal(got, want) {
		t.Errorf("resumed %+v, want %+v", got, want)
	}
}
