package dispatch

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statussync/statussync/sync/row"
)

// TestVerdicts: a verdict speaks of all attempts of a row.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	gone := &trouble{status: 0, again: true, definite: true} // no connection: nothing was sent
	for name, c := range map[string]struct {
		doubt     bool
		answers   []error
		verdict   row.Verdict
		retryable bool
		attempts  int
		status    int
	}{
		"yes":                         {false, nil, row.Succeeded, false, 1, 200},
		"yes in doubt":                {true, nil, row.Succeeded, false, 1, 200},
		"yes after silence":           {false, []error{silence(), fault()}, row.Succeeded, false, 3, 200},
		"no":                          {false, []error{refused(404)}, row.Failed, false, 1, 404},
		"no in doubt":                 {true, []error{refused(404)}, row.Unknown, false, 1, 404},
		"no after silence":            {false, []error{silence(), refused(404)}, row.Unknown, false, 2, 404},
		"no after a pause":            {false, []error{ask(1), refused(400)}, row.Failed, false, 2, 400},
		"no after no connection":      {false, []error{gone, refused(400)}, row.Failed, false, 2, 400},
		"faults to the end":           {false, []error{fault(), fault(), fault()}, row.Unknown, true, 3, 503},
		"never a connection":          {false, []error{gone, gone, gone}, row.Failed, true, 3, 0},
		"never a connection, doubt":   {true, []error{gone, gone, gone}, row.Unknown, true, 3, 0},
		"token renewed":               {false, []error{renewed(), renewed(), renewed()}, row.Succeeded, false, 4, 200},
		"silence, then no connection": {false, []error{silence(), gone, gone}, row.Unknown, true, 3, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := &world{answer: script(c.answers...)}
				one := func(yield func(Task, error) bool) {
					yield(Task{Row: row.Row{Number: 7, Input: 2, Line: 9, Status: row.Status{ID: "7"}}, Doubt: c.doubt}, nil)
				}
				if err := New(Options{Attempts: 3}).Run(t.Context(), one, w.call, w.record); err != nil {
					t.Fatal(err)
				}
				o := w.outcome(t, 7)
				if o.Verdict != c.verdict || o.Retryable != c.retryable || o.Attempts != c.attempts || o.HTTPStatus != c.status {
					t.Errorf("outcome %+v, want %v, retryable %v, after %d attempts with %d",
						o, c.verdict, c.retryable, c.attempts, c.status)
				}
				first, last := w.tries[0], w.tries[len(w.tries)-1]
				if o.Input != 2 || o.Line != 9 || !o.At.Equal(last.end) || o.Duration != last.end.Sub(first.start) {
					t.Errorf("outcome %+v has the wrong place or time", o)
				}
			})
		})
	}
}

// TestJudge: what is fatal is not tried again, whatever else the error says.
func TestJudge(t *testing.T) {
	t.Parallel()
	r := judge(row.Answer{}, &trouble{again: true, fatal: true, paused: true, pause: time.Second}, false)
	if r.again || !r.fatal || r.decisive() || r.fault() {
		t.Errorf("%+v", r)
	}
	wrapped := fmt.Errorf("row 7: %w", fault())
	if r := judge(row.Answer{}, wrapped, false); !r.fault() || r.err != wrapped {
		t.Errorf("%+v", r)
	}
}

func TestMismatched(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{}
		call := func(context.Context, *row.Status) (row.Answer, error) {
			return row.Answer{HTTPStatus: 200, Mismatch: "failedDeviceCount"}, nil
		}
		if err := New(Options{}).Run(t.Context(), tasks(1), call, w.record); err != nil {
			t.Fatal(err)
		}
		if o := w.outcomes[0]; o.Verdict != row.Mismatched || o.Retryable || o.Mismatch == "" {
			t.Errorf("outcome %+v, want mismatched for good", o)
		}
	})
}

// TestBackoff: full jitter below 1, 2, 4, 8, 16, 30, 30 s.
func TestBackoff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var bounds []time.Duration
		d := New(Options{Attempts: 8})
		d.jitter = func(bound time.Duration) time.Duration {
			bounds = append(bounds, bound)
			return bound / 2
		}
		w := &world{answer: func(context.Context, request) error { return fault() }}
		if err := d.Run(t.Context(), tasks(1), w.call, w.record); err != nil {
			t.Fatal(err)
		}
		starts := w.starts()
		for i, want := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
			if want *= time.Second; bounds[i] != want || starts[i+1]-starts[i] != want/2 {
				t.Errorf("wait %d is below %v and took %v, want below %v", i, bounds[i], starts[i+1]-starts[i], want)
			}
		}
		if len(starts) != 8 {
			t.Errorf("%d attempts, want 8", len(starts))
		}
	})
}

// TestRowDeadline: no try of a row begins after its time, whether it waits for itself or at the gate.
func TestRowDeadline(t *testing.T) {
	t.Parallel()
	for name, answers := range map[string][]error{
		"faults": {fault(), fault(), fault(), fault(), fault(), fault(), fault(), fault(), fault()},
		"pauses": {ask(4 * time.Second), ask(4 * time.Second), ask(4 * time.Second), ask(4 * time.Second)},
		"pause":  {ask(time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := New(Options{Attempts: 100, RowDeadline: 10 * time.Second})
				d.jitter = func(bound time.Duration) time.Duration { return bound }
				w := &world{answer: script(answers...)}
				if err := d.Run(t.Context(), tasks(1), w.call, w.record); err != nil {
					t.Fatal(err)
				}
				o := w.outcome(t, 1)
				if o.Verdict == row.Succeeded || !o.Retryable || o.Reason == "" {
					t.Errorf("outcome %+v, want it given up", o)
				}
				if s := w.starts(); s[len(s)-1] >= 10*time.Second {
					t.Errorf("attempts at %v, want all within 10s", s)
				}
			})
		})
	}
}

// TestRowDeadlineInTheQueue: a token that comes too late is not used.
func TestRowDeadlineInTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{answer: func(context.Context, request) error { return renewed() }}
		opt := Options{Attempts: 1, RowDeadline: 10 * time.Second, Rate: Rate{N: 2, Per: 7 * time.Second}, Burst: 1}
		if err := w.run(t.Context(), opt, 1); err != nil {
			t.Fatal(err)
		}
		if o := w.outcome(t, 1); o.Attempts != 2 || o.Verdict != row.Failed || !o.Retryable {
			t.Errorf("outcome %+v, want failed after 2 attempts, retryable", o)
		}
	})
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		call := func(ctx context.Context, _ *row.Status) (row.Answer, error) {
			<-ctx.Done()
			return row.Answer{}, ctx.Err() // no Failure, but cut off by us: silence
		}
		w := &world{}
		if err := New(Options{Attempts: 2, Timeout: time.Minute}).Run(t.Context(), tasks(1), call, w.record); err != nil {
			t.Fatal(err)
		}
		if o := w.outcomes[0]; o.Verdict != row.Unknown || o.Attempts != 2 || o.Duration < 2*time.Minute {
			t.Errorf("outcome %+v, want unknown after two minutes", o)
		}
	})
}

// TestPilot: until the first decisive answer one request is under way; First sees it before anybody else sends.
func TestPilot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answers := script(fault(), ask(5*time.Second), renewed(), refused(404), nil, nil, nil, nil, nil)
		w := &world{answer: func(ctx context.Context, q request) error {
			return after(ctx, time.Second, answers(ctx, q))
		}}
		var firsts int
		d := New(Options{Concurrency: 8, Attempts: 5, Observe: w.observe, First: nil})
		d.opt.First = func(ctx context.Context, task Task, a row.Answer, err error) error {
			firsts++
			if a.HTTPStatus != 404 || err == nil || task.Number == 0 || len(w.tries) != 4 {
				t.Errorf("First was told of %v, %+v, %v after %d requests", task.Number, a, err, len(w.tries))
			}
			return d.Read(ctx, func(ctx context.Context) (row.Answer, error) {
				return answered(after(ctx, 3*time.Second, nil))
			})
		}
		if err := d.Run(t.Context(), tasks(19), w.call, w.record); err != nil {
			t.Fatal(err)
		}
		for i := 1; i < 4; i++ {
			if w.tries[i].start.Before(w.tries[i-1].end) {
				t.Errorf("requests %d and %d were under way at once", i, i+1)
			}
		}
		if gap := w.tries[4].start.Sub(w.tries[3].end); gap != 3*time.Second {
			t.Errorf("the fifth request was made %v after the fourth was answered, want 3s", gap)
		}
		if firsts != 1 || w.peak != 8 {
			t.Errorf("First was called %d times, %d requests at once; want 1 and 8", firsts, w.peak)
		}
	})
}

func TestFirstRefuses(t *testing.T) {
	t.Parallel()
	for _, doubt := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := &world{answer: func(context.Context, request) error { return refused(403) }}
			no := errors.New("not served")
			opt := Options{Concurrency: 8, First: func(context.Context, Task, row.Answer, error) error { return no }}
			doubtful := func(yield func(Task, error) bool) {
				for task := range tasks(100) {
					if task.Doubt = doubt; !yield(task, nil) {
						return
					}
				}
			}
			s := stopped(t, New(opt).Run(t.Context(), doubtful, w.call, w.record), First)
			if s.Err != no || s.Row == 0 || s.Answer.HTTPStatus != 403 || !errors.Is(s, no) {
				t.Errorf("stop %+v", s)
			}
			if len(w.tries) != 1 || len(w.outcomes) != 1 {
				t.Fatalf("%d requests, %d outcomes; want one", len(w.tries), len(w.outcomes))
			}
			want := map[bool]row.Verdict{false: row.Failed, true: row.Unknown}[doubt]
			if o := w.outcomes[0]; o.Verdict != want || !o.Retryable {
				t.Errorf("outcome %+v, want %v but retryable: it is not the row's fault", o, want)
			}
		})
	}
}
