package dispatch

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statussync/statussync/sync/row"
)

// TestShut: between the answer that ends the run and the run's end, nobody sends, however long the row's outcome takes
// to be recorded. The Dispatcher is good for another run then.
func TestShut(t *testing.T) {
	t.Parallel()
	no := func(context.Context, Task, row.Answer, error) error { return errors.New("no") }
	for name, c := range map[string]struct {
		answer func(context.Context, request) error
		first  func(context.Context, Task, row.Answer, error) error
		reason Reason
		tries  int
	}{
		"First refuses":        {script(fault(), ask(1), refused(403)), no, First, 3},
		"fatal in the pilot":   {script(fatal()), nil, Fatal, 1},
		"strange in the pilot": {script(fault(), errors.New("strange")), nil, Fatal, 2},
		"fatal probe":          {script(append(faults(outageRows), fatal())...), nil, Fatal, outageRows + 1},
		"too long a pause":     {script(ask(time.Hour)), nil, MaxWait, 1},
		"fatal after a pause":  {script(ask(1), fatal()), nil, Fatal, 2},
		"fatal at full speed": {func(ctx context.Context, q request) error {
			switch q.nth {
			case 1:
				return nil
			case 2:
				return after(ctx, time.Second, fatal())
			}
			return after(ctx, 1500*time.Millisecond, nil)
		}, nil, Fatal, 65},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := &world{answer: c.answer}
				slow := func(o row.Outcome) error {
					if o.Verdict != row.Succeeded {
						_ = after(t.Context(), time.Second, nil)
					}
					return w.record(o)
				}
				d := New(Options{Concurrency: 64, Attempts: 5, MaxWait: time.Minute, First: c.first})
				stopped(t, d.Run(t.Context(), tasks(1000), w.call, slow), c.reason)
				if len(w.tries) != c.tries || len(w.outcomes) != len(w.byRow) {
					t.Errorf("%d requests for %d rows, %d outcomes; want %d requests",
						len(w.tries), len(w.byRow), len(w.outcomes), c.tries)
				}
				d.opt.First = nil
				w = &world{answer: script()}
				if err := d.Run(t.Context(), tasks(100), w.call, w.record); err != nil || w.peak > 64 {
					t.Errorf("another run ended with %v after %d requests at once", err, w.peak)
				}
			})
		})
	}
}

func faults(n int) (errs []error) {
	for range n {
		errs = append(errs, fault())
	}
	return errs
}

// TestShutOften tries the refusal of First, and what is fatal, against the clock of the machine.
func TestShutOften(t *testing.T) {
	t.Parallel()
	no := func(context.Context, Task, row.Answer, error) error { return errors.New("no") }
	for i := range 2000 {
		opt, reason, answer := Options{Concurrency: 64}, Fatal, error(fatal())
		if i%2 == 0 {
			opt.First, reason, answer = no, First, refused(403)
		}
		w := &world{answer: func(context.Context, request) error { return answer }}
		stopped(t, w.run(t.Context(), opt, 100), reason)
		if len(w.tries) != 1 || len(w.outcomes) != 1 {
			t.Fatalf("try %d: %d requests, %d outcomes; want one", i, len(w.tries), len(w.outcomes))
		}
	}
}
