package dispatch

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statussync/statussync/sync/row"
)

func TestOutageIsOfDifferentRows(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	var o outage
	for i := range 100 {
		if o.fault(int64(i%7), false, now) {
			t.Fatalf("7 rows are an outage")
		}
	}
	o.over()
	for i := range int64(outageRows) {
		if got, want := o.fault(i, false, now), i == outageRows-1; got != want {
			t.Fatalf("after %d rows the outage is %v", i+1, got)
		}
	}
	if o.fault(99, false, now.Add(time.Hour)) || !o.next.Equal(now.Add(time.Second)) {
		t.Error("a straggler moved the next probe")
	}
}

// TestOutage: after 8 rows with faults one request at a time probes after 1, 2, 4, 5, 5 s; nothing else is sent, and no
// probe counts against a row.
func TestOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		w := &world{answer: func(ctx context.Context, _ request) error {
			if time.Since(began) < 60*time.Second {
				return fault()
			}
			return nil
		}}
		if err := w.run(t.Context(), Options{Concurrency: 16, Attempts: 2}, 40); err != nil {
			t.Fatal(err)
		}
		seconds := []time.Duration{1, 3, 7, 12, 17, 22, 27, 32, 37, 42, 47, 52, 57, 62}
		var want []time.Duration
		for range outageRows {
			want = append(want, 0)
		}
		for _, s := range seconds {
			want = append(want, s*time.Second)
		}
		if got := w.starts()[:len(want)]; !slices.Equal(got, want) {
			t.Errorf("requests at %v, want %v", got, want)
		}
		for _, o := range w.outcomes {
			if o.Verdict != row.Succeeded {
				t.Errorf("row %d is %v: a probe counted against it", o.Row, o.Verdict)
			}
		}
		resumed := w.kinds(Resume)
		if len(resumed) != 1 || resumed[0].Duration != 62*time.Second {
			t.Errorf("resumed: %+v, want once after 62s", resumed)
		}
		for _, e := range w.kinds(Pause) {
			if !e.Outage || e.Asked || e.HTTPStatus != 503 {
				t.Errorf("pause %+v, want an outage", e)
			}
		}
	})
}

// TestOutageAgain: a second outage is probed as the first was.
func TestOutageAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		w := &world{answer: func(context.Context, request) error {
			if s := time.Since(began) / time.Second; s < 20 || 23 <= s && s < 40 {
				return fault()
			}
			return nil
		}}
		opt := Options{Concurrency: 8, Attempts: 5, Rate: Rate{N: 11, Per: time.Second}, Burst: 1}
		if err := w.run(t.Context(), opt, 60); err != nil {
			t.Fatal(err)
		}
		var probes []time.Duration
		for _, e := range w.kinds(Pause) {
			probes = append(probes, e.Until.Sub(e.At))
		}
		want := []time.Duration{1, 2, 4, 5, 5, 5, 1, 2, 4, 5, 5}
		for i := range want {
			want[i] *= time.Second
		}
		if !slices.Equal(probes, want) {
			t.Errorf("probes after %v, want %v", probes, want)
		}
	})
}

// TestOutageEndsByAnyAnswer: a refusal, too, shows that the service is there.
func TestOutageEndsByAnyAnswer(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]error{
		"refused": refused(404), "renewed": renewed(), "throttled": ask(time.Second),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := &world{answer: func(_ context.Context, q request) error {
					switch {
					case q.nth <= outageRows:
						return fault()
					case q.nth == outageRows+1:
						return answer
					}
					return nil
				}}
				if err := w.run(t.Context(), Options{Concurrency: 8, Attempts: 5}, 20); err != nil {
					t.Fatal(err)
				}
				if got := w.kinds(Resume)[0].Duration; got != time.Second {
					t.Errorf("the outage lasted %v, want 1s", got)
				}
			})
		})
	}
}

// TestOutageEndsByAStraggler: an answer to a request from before the outage ends it at once, not at the next probe.
func TestOutageEndsByAStraggler(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{answer: func(ctx context.Context, q request) error {
			switch {
			case 1 < q.nth && q.nth <= 1+outageRows:
				return after(ctx, time.Millisecond, fault())
			case q.nth == 2+outageRows:
				return after(ctx, 500*time.Millisecond, nil)
			case q.nth > 2+outageRows:
				return after(ctx, time.Second, nil)
			}
			return nil
		}}
		d := New(Options{Concurrency: 1 + outageRows, Attempts: 5, Observe: w.observe})
		d.jitter = func(bound time.Duration) time.Duration { return bound / 10 }
		if err := d.Run(t.Context(), tasks(30), w.call, w.record); err != nil {
			t.Fatal(err)
		}
		for i, s := range w.starts()[2+outageRows:][:1+outageRows] {
			if s != 500*time.Millisecond {
				t.Errorf("request %d after the outage was made at %v, want 500ms", i, s)
			}
		}
	})
}

// TestOneBadRow: a row that the service cannot digest stops no other.
func TestOneBadRow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{answer: func(_ context.Context, q request) error {
			if q.row <= outageRows-1 {
				return fault()
			}
			return nil
		}}
		if err := w.run(t.Context(), Options{Concurrency: 16, Attempts: 3}, 50); err != nil {
			t.Fatal(err)
		}
		if paused := w.kinds(Pause); len(paused) != 0 {
			t.Errorf("the gate closed: %+v", paused)
		}
		if o := w.outcome(t, 1); o.Verdict != row.Unknown || !o.Retryable || o.Attempts != 3 {
			t.Errorf("the bad row is %+v, want unknown after 3 attempts", o)
		}
	})
}

// TestOutageIsOfTheService: answers that speak of the row or of the token make no outage, however many; no connection
// does.
func TestOutageIsOfTheService(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer *trouble
		outage bool
	}{
		"locked":           {&trouble{status: 423, again: true, definite: true}, false},
		"being changed":    {&trouble{status: 409, again: true, definite: true}, false},
		"token not helped": {&trouble{status: 401, again: true, definite: true}, false},
		"no connection":    {&trouble{again: true, definite: true}, true},
		"silence":          {silence(), true},
		"timed out":        {&trouble{status: 408, again: true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := &world{answer: func(_ context.Context, q request) error {
					if q.nth > 1 && q.try == 1 {
						return c.answer
					}
					return nil
				}}
				if err := w.run(t.Context(), Options{Concurrency: 16, Attempts: 2}, 40); err != nil {
					t.Fatal(err)
				}
				if got := len(w.kinds(Pause)) > 0; got != c.outage {
					t.Errorf("an outage: %v, want %v", got, c.outage)
				}
				if o := w.outcomes[1]; o.Attempts > 2 {
					t.Errorf("outcome %+v, want 2 attempts at most", o)
				}
			})
		})
	}
}
