package dispatch

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statussync/statussync/sync/row"
)

// An idle error is a Failure of no request.
type idle struct{ *trouble }

func (idle) Unmade() bool { return true }

func noToken() error { return idle{&trouble{again: true, definite: true}} }

// TestUnmade: while requests cannot be made, nothing counts as one, and no row ends for it, however long that lasts.
func TestUnmade(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		w := &world{answer: func(context.Context, request) error {
			if time.Since(began) < time.Hour {
				return noToken()
			}
			return nil
		}}
		opt := Options{Concurrency: 16, Attempts: 2, RowDeadline: 15 * time.Minute}
		if err := w.run(t.Context(), opt, 40); err != nil {
			t.Fatal(err)
		}
		for _, o := range w.outcomes {
			if o.Verdict != row.Succeeded || o.Attempts != 1 || o.Duration != 0 {
				t.Errorf("outcome %+v", o)
			}
		}
		if n := len(w.kinds(Attempt)); n != 40 || len(w.outcomes) != 40 {
			t.Errorf("%d attempts, %d outcomes", n, len(w.outcomes))
		}
		for _, e := range w.kinds(Pause) {
			if !e.Outage || !e.Unmade {
				t.Errorf("pause %+v", e)
			}
		}
	})
}

// TestUnmadeEnds: a row has as many tries as any, and one that was never sent says so. When the run ends first, or for
// it, such a row stays untouched.
func TestUnmadeEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{answer: func(context.Context, request) error { return noToken() }}
		if err := w.run(t.Context(), Options{Attempts: 3}, 1); err != nil {
			t.Fatal(err)
		}
		if o := w.outcome(t, 1); o.Verdict != row.Failed || !o.Retryable || o.Attempts != 0 || len(w.tries) != 3 {
			t.Errorf("after %d tries %+v", len(w.tries), o)
		}
		for reason, answer := range map[Reason]error{
			MaxWait: noToken(), Fatal: idle{&trouble{definite: true, fatal: true}},
		} {
			w := &world{answer: func(context.Context, request) error { return answer }}
			err := w.run(t.Context(), Options{Concurrency: 16, Attempts: 5, MaxWait: time.Minute}, 40)
			s := stopped(t, err, reason)
			if len(w.outcomes) != 0 || len(w.kinds(Attempt)) != 0 || !errors.Is(s.Err, answer) ||
				!strings.HasSuffix(s.Error(), answer.Error()) {
				t.Errorf("%v: %v, outcomes %+v", reason, s, w.outcomes)
			}
		}
	})
}

// TestUnmadeAfterARequest: what was sent before counts, and what became of that stays open.
func TestUnmadeAfterARequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{answer: func(_ context.Context, q request) error {
			if q.nth == 1 {
				return silence()
			}
			return noToken()
		}}
		err := w.run(t.Context(), Options{Attempts: 9, MaxWait: 10 * time.Second}, 1)
		stopped(t, err, MaxWait)
		if o := w.outcome(t, 1); o.Verdict != row.Unknown || o.Attempts != 1 {
			t.Errorf("outcome %+v", o)
		}
	})
}
