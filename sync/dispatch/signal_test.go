package dispatch

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statussync/statussync/sync/row"
)

// TestSignal: no new requests; those under way get the grace and are cancelled then.
func TestSignal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		latency, grace, ends time.Duration
		verdict              row.Verdict
	}{
		"answered in time": {3 * time.Second, 5 * time.Second, 12 * time.Second, row.Succeeded},
		"cut off":          {time.Hour, 5 * time.Second, 15 * time.Second, row.Unknown},
		"no grace":         {time.Hour, 0, 10 * time.Second, row.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began, why := time.Now(), errors.New("SIGTERM")
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(10*time.Second, func() { cancel(why) })
				w := &world{answer: func(ctx context.Context, q request) error {
					if q.nth == 1 {
						return nil
					}
					return after(ctx, c.latency, nil)
				}}
				s := stopped(t, w.run(ctx, Options{Concurrency: 4, Attempts: 5, Grace: c.grace}, 100), Signal)
				if s.Err != why || time.Since(began) != c.ends {
					t.Errorf("stopped by %v after %v, want %v after %v", s.Err, time.Since(began), why, c.ends)
				}
				if len(w.outcomes) != len(w.byRow) {
					t.Errorf("%d rows tried, %d recorded", len(w.byRow), len(w.outcomes))
				}
				last := w.outcomes[len(w.outcomes)-1]
				if last.Verdict != c.verdict || last.Retryable == (c.verdict == row.Succeeded) {
					t.Errorf("the last outcome is %+v, want %v", last, c.verdict)
				}
			})
		})
	}
}

// TestSignalEndsEveryWait: at the gate, for a token, in a backoff, in First's read.
func TestSignalEndsEveryWait(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer func(context.Context, request) error
		opt    Options
	}{
		"gate":    {func(context.Context, request) error { return ask(time.Hour) }, Options{}},
		"outage":  {func(context.Context, request) error { return fault() }, Options{Attempts: 1000}},
		"backoff": {func(context.Context, request) error { return fault() }, Options{Attempts: 100, Concurrency: 1}},
		"token":   {func(context.Context, request) error { return nil }, Options{Rate: Rate{N: 2, Per: time.Hour}, Burst: 1}},
		"pilot":   {func(ctx context.Context, _ request) error { return after(ctx, time.Hour, nil) }, Options{}},
		"first": {func(context.Context, request) error { return nil },
			Options{First: func(ctx context.Context, _ Task, _ row.Answer, _ error) error {
				<-ctx.Done()
				return ctx.Err()
			}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second+1)
				defer cancel()
				w := &world{answer: c.answer}
				if c.opt.Concurrency == 0 {
					c.opt.Concurrency = 12
				}
				s := stopped(t, w.run(ctx, c.opt, 100), Signal)
				if s.Err != context.DeadlineExceeded || time.Since(began) != 10*time.Second+1 {
					t.Errorf("stopped by %v after %v", s.Err, time.Since(began))
				}
				if len(w.outcomes) != len(w.byRow) {
					t.Errorf("%d rows tried, %d recorded", len(w.byRow), len(w.outcomes))
				}
			})
		})
	}
}

// TestSignalTooLate: a run that has settled every row was not interrupted.
func TestSignalTooLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := &world{answer: func(context.Context, request) error { cancel(); return nil }}
		if err := w.run(ctx, Options{}, 1); err != nil {
			t.Errorf("Run = %v, want nil", err)
		}
	})
}

// TestInputAfterSignal: tasks that end in an error because the context has ended are no fault of the input.
func TestInputAfterSignal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		source := func(yield func(Task, error) bool) {
			cancel()
			yield(Task{}, ctx.Err())
		}
		stopped(t, New(Options{}).Run(ctx, source, nil, nil), Signal)
	})
}
