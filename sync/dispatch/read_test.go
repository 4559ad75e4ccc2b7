package dispatch

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statussync/statussync/sync/row"
)

func TestRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var w world
		d := New(Options{
			Attempts: 3, Timeout: time.Second, MaxWait: time.Minute, RowDeadline: time.Hour, Observe: w.observe,
		})
		for name, c := range map[string]struct {
			answers []error
			calls   int
			err     error
		}{
			"yes":           {nil, 1, nil},
			"faults":        {[]error{fault(), ask(time.Second), renewed(), fault()}, 5, nil},
			"too many":      {[]error{fault(), fault(), silence()}, 3, silence()},
			"refused":       {[]error{refused(405)}, 1, refused(405)},
			"unexpected":    {[]error{errors.ErrUnsupported}, 1, errors.ErrUnsupported},
			"pause too big": {[]error{ask(2 * time.Minute)}, 1, &Stop{Reason: MaxWait}},
		} {
			var calls int
			w.events = nil
			next := script(c.answers...)
			err := d.Read(t.Context(), func(ctx context.Context) (row.Answer, error) {
				calls++
				return answered(next(ctx, request{nth: calls}))
			})
			checkReads(t, w.events, append(c.answers, nil)[:calls])
			var s *Stop
			same := err == c.err || err != nil && c.err != nil && err.Error() == c.err.Error()
			if calls != c.calls || !same && !errors.As(err, &s) {
				t.Errorf("%s: %v after %d calls, want %v after %d", name, err, calls, c.err, c.calls)
			}
		}
	})
}

// checkReads wants an event for each answer to a read, and the answer's status in that of the pause that it asks for.
func checkReads(t *testing.T, events []Event, answers []error) {
	t.Helper()
	attempts := (&world{events: events}).kinds(Attempt)
	if len(attempts) != len(answers) {
		t.Fatalf("%+v, want %d attempts", attempts, len(answers))
	}
	for i, err := range answers {
		a, _ := answered(err)
		if e := attempts[i]; !e.Read || e.Row != 0 || e.Try != i+1 || e.HTTPStatus != a.HTTPStatus || e.At.IsZero() {
			t.Errorf("attempt %+v, the answer was %v", e, err)
		}
	}
	for _, e := range (&world{events: events}).kinds(Pause) {
		if e.HTTPStatus != 429 {
			t.Errorf("%+v", e)
		}
	}
}

// TestReadIsBounded: reads have their own rate, a timeout each, and heed a pause that a write was told of.
func TestReadIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := New(Options{Attempts: 1, Timeout: time.Second, Rate: Rate{N: 2, Per: time.Hour}, Burst: 1})
		began := time.Now()
		hang := func(ctx context.Context) (row.Answer, error) { return answered(after(ctx, time.Hour, nil)) }
		if err := d.Read(t.Context(), hang); err == nil || time.Since(began) != time.Second {
			t.Errorf("a hanging read came back with %v after %v", err, time.Since(began))
		}
		began = time.Now()
		var at []time.Time
		for range 2500 {
			_ = d.Read(t.Context(), func(context.Context) (row.Answer, error) {
				at = append(at, time.Now())
				return answered(nil)
			})
		}
		for i := readRate.N; i < len(at); i++ {
			if span := at[i].Sub(at[i-readRate.N]); span < readRate.Per {
				t.Fatalf("%d reads within %v", readRate.N+1, span)
			}
		}
		if spent := time.Since(began); spent < 45*time.Second || spent > 55*time.Second {
			t.Errorf("2,500 reads took %v, want about 50s", spent)
		}
		w := &world{answer: func(context.Context, request) error { return ask(time.Minute) }}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		stopped(t, d.Run(ctx, tasks(1), w.call, w.record), Signal)
		paused := w.tries[0].end
		_ = d.Read(t.Context(), func(context.Context) (row.Answer, error) { return answered(nil) })
		if waited := time.Since(paused); waited != time.Minute {
			t.Errorf("a read was made %v after the pause of a minute began", waited)
		}
		ctx, cancel = context.WithCancel(t.Context())
		cancel()
		if err := d.Read(ctx, hang); err != context.Canceled {
			t.Errorf("Read without a living context = %v", err)
		}
	})
}

// TestReadInAnOutage: a read does not wait for the outage that writes have met with.
func TestReadInAnOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := New(Options{Concurrency: outageRows, Attempts: 5})
		w := &world{answer: func(context.Context, request) error { return fault() }}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		stopped(t, d.Run(ctx, tasks(10), w.call, w.record), Signal)
		began := time.Now()
		err := d.Read(t.Context(), func(context.Context) (row.Answer, error) { return answered(nil) })
		if err != nil || time.Since(began) != 0 {
			t.Errorf("Read = %v after %v, want nil at once", err, time.Since(began))
		}
	})
}

// TestReadPausesWrites: a 429 for a read closes the gate for writes.
func TestReadPausesWrites(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := New(Options{Attempts: 1})
		next := script(ask(10 * time.Second))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := d.Read(ctx, func(context.Context) (row.Answer, error) { return answered(next(ctx, request{nth: 1})) })
		if err != context.DeadlineExceeded {
			t.Errorf("Read = %v", err)
		}
		began := time.Now()
		w := &world{answer: script()}
		if err := d.Run(t.Context(), tasks(1), w.call, w.record); err != nil || time.Since(began) != 9*time.Second {
			t.Errorf("Run = %v after %v, want nil after 9s", err, time.Since(began))
		}
	})
}

// TestReadIsNotTriedForEver asks a service that throttles for ever.
func TestReadIsNotTriedForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := New(Options{Attempts: 3, MaxWait: time.Minute})
		began := time.Now()
		err := d.Read(t.Context(), func(context.Context) (row.Answer, error) { return answered(throttled(7 * time.Second)) })
		stop, ok := errors.AsType[*Stop](err)
		if took := time.Since(began); !ok || stop.Reason != MaxWait || took > 70*time.Second {
			t.Errorf("%v after %s", err, took)
		}
	})
}
