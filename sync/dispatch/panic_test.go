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

// TestPanic: a panic anywhere ends the run, with every row that was tried on record.
func TestPanic(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		place    string
		recorded int
		verdict  row.Verdict
	}{
		"in the call":   {"call", 3, row.Unknown},
		"in First":      {"first", 1, row.Succeeded},
		"in Observe":    {"observe", 3, row.Succeeded},
		"in record":     {"record", 3, row.Succeeded},
		"in the source": {"tasks", 3, row.Succeeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				bug := errors.New("a bug")
				at := func(place string, n int64) {
					if place == c.place && (n == 3 || place == "first") {
						panic(bug)
					}
				}
				w := &world{answer: func(_ context.Context, q request) error { at("call", q.row); return nil }}
				w.refuse = func(o row.Outcome) error { at("record", o.Row); return nil }
				source := func(yield func(Task, error) bool) {
					tasks(3)(yield)
					synctest.Wait() // the first three have been settled
					at("tasks", 3)
				}
				opt := Options{
					First:   func(_ context.Context, t Task, _ row.Answer, _ error) error { at("first", t.Number); return nil },
					Observe: func(e Event) { at("observe", e.Row) },
				}
				s := stopped(t, New(opt).Run(t.Context(), source, w.call, w.record), Panic)
				p, ok := errors.AsType[*PanicError](s)
				if !ok || p.Value != error(bug) || !errors.Is(s, bug) || !strings.Contains(string(p.Stack), "panic_test.go") {
					t.Errorf("stop %+v", s)
				}
				if len(w.outcomes) != c.recorded || len(w.byRow) != c.recorded {
					t.Fatalf("%d rows tried, %d recorded; want %d", len(w.byRow), len(w.outcomes), c.recorded)
				}
				if o := w.outcomes[c.recorded-1]; o.Verdict != c.verdict {
					t.Errorf("outcome %+v, want %v", o, c.verdict)
				}
			})
		})
	}
}

// TestPanicAtTheEnd: an observer that panics after the last row ends no program.
func TestPanicAtTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		w := &world{answer: script(ask(time.Minute))}
		opt := Options{Observe: func(e Event) {
			if e.Kind == Resume {
				panic("a bug")
			}
		}}
		stopped(t, New(opt).Run(ctx, tasks(3), w.call, w.record), Panic)
	})
}

// TestPanicTwice: a record that panics while a panic is recorded changes nothing.
func TestPanicTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{answer: func(context.Context, request) error { panic("first") }}
		w.refuse = func(row.Outcome) error { panic("second") }
		s := stopped(t, w.run(t.Context(), Options{}, 3), Panic)
		if s.Error() != `panic: "first"` || len(w.outcomes) != 1 {
			t.Errorf("%v with %d outcomes", s, len(w.outcomes))
		}
	})
}
