package dispatch

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statussync/statussync/sync/row"
)

func TestRemaining(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, test := range []struct {
		s    State
		rows int64
		want time.Duration
	}{
		{State{Allowed: 5}, 100, 20 * time.Second},
		{State{Allowed: 5, Until: now.Add(41 * time.Second)}, 100, 61 * time.Second},
		{State{Allowed: 5, Until: now.Add(-time.Second)}, 100, 20 * time.Second},
		{State{}, 100, 0},
		{State{Allowed: 5}, 0, 0},
		{State{Until: now.Add(time.Second)}, 0, time.Second},
	} {
		if got := test.s.Remaining(test.rows, now); got != test.want {
			t.Errorf("%+v, %d rows: %s, want %s", test.s, test.rows, got, test.want)
		}
	}
}

// TestState looks at a dispatcher at work, in a pause, and afterwards.
func TestState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := New(Options{Rate: Rate{10, 20 * time.Second}, Burst: 2, Concurrency: 2, Attempts: 3, Adaptive: true,
			Learned: 0.25})
		if got := d.Allowed(); got != 0.25 {
			t.Errorf("it begins at %v a second", got)
		}
		requests := 0
		err := d.Run(t.Context(), tasks(4), func(context.Context, *row.Status) (row.Answer, error) {
			if requests++; requests == 3 {
				if s := d.State(); s.InFlight != 1 || s.Used != 0.2 || !s.Until.IsZero() || s.Pause != 0 {
					t.Errorf("at work: %+v", s)
				}
				return row.Answer{HTTPStatus: 429}, throttled(7 * time.Second)
			}
			return row.Answer{HTTPStatus: 200}, nil
		}, func(row.Outcome) error { return nil })
		if s := d.State(); err != nil || s.InFlight != 0 || !s.Asked || s.Pause != 7*time.Second || s.Allowed >= 0.25 {
			t.Errorf("afterwards: %+v, %v", s, err)
		}
	})
}

// TestLearnedRate begins with rates that mean something, and with others.
func TestLearnedRate(t *testing.T) {
	t.Parallel()
	for learned, want := range map[float64]float64{0: 0.4, 0.3: 0.3, 0.4: 0.4, 0.5: 0.4, 9: 0.4, -1: 0.4} {
		o := Options{Rate: Rate{10, 20 * time.Second}, Burst: 2, Adaptive: true, Learned: learned}
		if got := New(o).Allowed(); got != want {
			t.Errorf("%v learned: %v a second, want %v", learned, got, want)
		}
		o.Adaptive = false
		if got := New(o).Allowed(); got != 0.4 {
			t.Errorf("%v learned, not adaptive: %v a second", learned, got)
		}
	}
	if got := New(Options{Adaptive: true, Learned: 3}).Allowed(); got != 0 {
		t.Errorf("without a rate: %v", got)
	}
}
