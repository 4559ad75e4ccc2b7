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

func TestLimit(t *testing.T) {
	t.Parallel()
	for n, limited := range map[int]bool{9: false, 10: false, 11: true} {
		synctest.Test(t, func(t *testing.T) {
			w := &world{answer: func(_ context.Context, q request) error {
				if q.try < 3 {
					return fault()
				}
				return nil
			}}
			err := w.run(t.Context(), Options{Concurrency: 4, Attempts: 5, Limit: 10}, n)
			if limited {
				stopped(t, err, Limit)
			} else if err != nil {
				t.Error(err)
			}
			if len(w.byRow) != min(n, 10) || len(w.outcomes) != min(n, 10) {
				t.Errorf("%d rows tried, %d recorded", len(w.byRow), len(w.outcomes))
			}
			for _, o := range w.outcomes {
				if o.Verdict != row.Succeeded {
					t.Errorf("row %d is %v: the limit cut its tries short", o.Row, o.Verdict)
				}
			}
		})
	}
}

// TestLimitIsNoExcuse: what else ended the run is said, though the limit was reached.
func TestLimitIsNoExcuse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{answer: func(ctx context.Context, q request) error { return after(ctx, time.Second, fatal()) }}
		stopped(t, w.run(t.Context(), Options{Concurrency: 4, Limit: 2}, 100), Fatal)
	})
}

func TestMaxErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 300, "0": 1, "9": 10, "10%": 100, "40%": 300} {
		synctest.Test(t, func(t *testing.T) {
			max, err := ParseThreshold(text)
			if err != nil {
				t.Fatal(err)
			}
			w := &world{answer: func(_ context.Context, q request) error {
				if q.row%3 == 1 {
					return refused(404)
				}
				return nil
			}}
			err = w.run(t.Context(), Options{MaxErrors: max}, 300)
			var bad int
			for _, o := range w.outcomes {
				if o.Verdict == row.Failed {
					bad++
				}
			}
			switch {
			case want == 300 && (err != nil || len(w.outcomes) != 300):
				t.Errorf("max-errors %q: %v after %d rows", text, err, len(w.outcomes))
			case want < 300:
				s := stopped(t, err, MaxErrors)
				if s.Settled != int64(len(w.outcomes)) || s.Allowed != max {
					t.Errorf("max-errors %q: stop %+v after %d rows", text, s, len(w.outcomes))
				}
				if s.Bad != int64(bad) || strings.HasSuffix(text, "%") && len(w.outcomes) != want ||
					!strings.HasSuffix(text, "%") && bad != want {
					t.Errorf("max-errors %q: stopped after %d rows, %d bad", text, len(w.outcomes), bad)
				}
			}
		})
	}
}

func TestUniform(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer func(n int64) error
		stops  bool
	}{
		"all alike":    {func(int64) error { return refused(404) }, true},
		"two statuses": {func(n int64) error { return refused(404 + int(n%2)) }, false},
		"two codes": {func(n int64) error {
			return &trouble{status: 404, definite: true, code: string('a' + rune(n%2))}
		}, false},
		"one good":       {func(n int64) error { return map[bool]error{false: refused(404)}[n == 12] }, false},
		"one fault":      {func(n int64) error { return map[bool]error{false: refused(404), true: fault()}[n == 12] }, false},
		"alike for good": {func(int64) error { return refused(400) }, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := &world{answer: func(_ context.Context, q request) error { return c.answer(q.row) }}
			err := w.run(t.Context(), Options{Concurrency: 1, Attempts: 1}, 50)
			if !c.stops {
				if err != nil || len(w.outcomes) != 50 {
					t.Errorf("%s: %v after %d rows", name, err, len(w.outcomes))
				}
				return
			}
			if s := stopped(t, err, Uniform); s.Bad != 20 || len(w.outcomes) != 20 || s.Answer.HTTPStatus == 0 {
				t.Errorf("%s: %+v after %d rows", name, s, len(w.outcomes))
			}
		})
	}
}

// TestFatal: the others under way are waited for and recorded, none is begun; a row that waits for its next try is
// recorded as it stands.
func TestFatal(t *testing.T) {
	t.Parallel()
	strange := errors.New("strange")
	for name, c := range map[string]struct {
		err     error
		verdict row.Verdict
	}{"fatal": {fatal(), row.Failed}, "unexpected": {strange, row.Unknown}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				w := &world{answer: func(ctx context.Context, q request) error {
					switch q.nth {
					case 1:
						return nil
					case 2:
						return after(ctx, time.Second, c.err)
					case 3:
						return after(ctx, 900*time.Millisecond, ask(time.Hour))
					}
					return after(ctx, 20*time.Second, nil)
				}}
				s := stopped(t, w.run(t.Context(), Options{Concurrency: 8, Attempts: 5, Grace: time.Second}, 100), Fatal)
				if s.Row != w.tries[1].row || s.Err != c.err || !errors.Is(s, c.err) {
					t.Errorf("stop %+v", s)
				}
				if time.Since(began) != 20*time.Second || len(w.tries) != 9 || len(w.outcomes) != 9 {
					t.Errorf("after %v: %d requests, %d outcomes; want 9 of each after 20s",
						time.Since(began), len(w.tries), len(w.outcomes))
				}
				if o := w.outcome(t, w.tries[1].row); o.Verdict != c.verdict || !o.Retryable {
					t.Errorf("outcome %+v, want %v, retryable", o, c.verdict)
				}
				if o := w.outcome(t, w.tries[2].row); o.Verdict != row.Failed || !o.Retryable || o.Reason == "" {
					t.Errorf("outcome %+v, want failed, retryable, with a reason", o)
				}
				if o := w.outcome(t, w.tries[8].row); o.Verdict != row.Succeeded {
					t.Errorf("outcome %+v, want succeeded", o)
				}
			})
		})
	}
}

// TestRecordFails: what cannot be recorded ends the run, and outdoes what else would have.
func TestRecordFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("disk full")
		ctx, cancel := context.WithCancel(t.Context())
		w := &world{answer: func(ctx context.Context, q request) error {
			if q.nth == 5 {
				cancel()
			}
			return after(ctx, time.Duration(q.nth)*time.Second, nil)
		}}
		w.refuse = func(o row.Outcome) error {
			if len(w.outcomes) >= 3 {
				return full
			}
			return nil
		}
		s := stopped(t, w.run(ctx, Options{Concurrency: 4, Grace: time.Minute}, 100), Record)
		if s.Err != full || s.Row != w.outcomes[2].Row {
			t.Errorf("stop %+v", s)
		}
		if len(w.outcomes) != len(w.byRow) || len(w.outcomes) != 5 {
			t.Errorf("%d rows tried, %d offered to record, want 5", len(w.byRow), len(w.outcomes))
		}
	})
}

func TestInput(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		torn := errors.New("torn")
		w := &world{answer: func(ctx context.Context, _ request) error { return after(ctx, time.Second, nil) }}
		broken := func(yield func(Task, error) bool) {
			tasks(5)(yield)
			yield(Task{}, torn)
		}
		s := stopped(t, New(Options{Concurrency: 2}).Run(t.Context(), broken, w.call, w.record), Input)
		if s.Err != torn || len(w.outcomes) != len(w.byRow) {
			t.Errorf("stop %+v with %d rows tried, %d recorded", s, len(w.byRow), len(w.outcomes))
		}
	})
}

// TestStopWords: every reason has its word and its sentence.
func TestStopWords(t *testing.T) {
	t.Parallel()
	why := &optionError{"it broke", "Mend it."}
	for r := Signal; r <= Panic; r++ {
		s := &Stop{Reason: r, Err: why}
		if r == MaxWait || r == MaxErrors || r == Uniform || r == Limit {
			s.Err = nil
		}
		if s.Error() == "" || s.Hint() == "" || strings.Contains(s.Error(), "\n") || r.String() == "reason?" {
			t.Errorf("%v: %q, %q", r, s.Error(), s.Hint())
		}
	}
	long := &Stop{Reason: MaxWait, Until: time.Unix(0, 0), Wait: time.Minute}
	if !strings.Contains(long.Error(), "1970-01-01T00:00:00Z") || Reason(0).String() != "reason?" {
		t.Errorf("%q, %v", long, Reason(0))
	}
	for _, c := range []struct {
		bad, settled  int64
		allowed, want string
	}{
		{1, 3, "0", "1 row ended badly, more than the allowed 0"},
		{6, 340, "5", "6 rows ended badly, more than the allowed 5"},
		{18, 340, "5%", "18 rows ended badly, more than the allowed 5% of 340 rows"},
	} {
		allowed, _ := ParseThreshold(c.allowed)
		s := &Stop{Reason: MaxErrors, Bad: c.bad, Settled: c.settled, Allowed: allowed}
		if s.Error() != c.want || !strings.Contains(s.Hint(), "--max-errors") {
			t.Errorf("%q, %q; want %q", s, s.Hint(), c.want)
		}
	}
	if p := (&PanicError{Value: "boom\n"}); p.Error() != `panic: "boom\n"` || p.Unwrap() != nil {
		t.Errorf("%q", p.Error())
	}
}
