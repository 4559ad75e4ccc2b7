package dispatch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/statussync/statussync/sync/row"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A trouble is a Failure made to measure.
type trouble struct {
	status                       int
	code                         string
	again, definite, free, fatal bool
	paused                       bool
	pause                        time.Duration
}

func (t *trouble) Error() string                { return "answer " + strconv.Itoa(t.status) }
func (t *trouble) Again() bool                  { return t.again }
func (t *trouble) Pause() (time.Duration, bool) { return t.pause, t.paused }
func (t *trouble) Definite() bool               { return t.definite }
func (t *trouble) Free() bool                   { return t.free }
func (t *trouble) Fatal() bool                  { return t.fatal }

func (t *trouble) counted() bool { return t.again && !t.free && !t.fatal }

func fault() *trouble           { return &trouble{status: 503, again: true} }
func refused(status int) error  { return &trouble{status: status, definite: true} }
func renewed() *trouble         { return &trouble{status: 401, again: true, definite: true, free: true} }
func fatal() *trouble           { return &trouble{status: 401, definite: true, fatal: true} }
func silence() *trouble         { return &trouble{again: true} }
func ask(d time.Duration) error { return throttled(d) }
func throttled(d time.Duration) *trouble {
	return &trouble{status: 429, again: true, definite: true, free: true, paused: true, pause: d}
}

// A try is one request that reached the world.
type try struct {
	row        int64
	start, end time.Time
	err        error // nil is a yes
}

// A request is what the far side is asked.
type request struct {
	row int64
	try int // of the row, from 1
	nth int // of all, from 1
}

// A world is the far side of a run: it answers, keeps the outcomes, and remembers everything.
type world struct {
	answer func(ctx context.Context, q request) error // what a request comes to; may take its time
	refuse func(o row.Outcome) error                  // what record returns

	mu       sync.Mutex
	tries    []*try
	byRow    map[int64][]*try
	flying   int
	peak     int
	outcomes []row.Outcome
	events   []Event
	faults   []string // broken laws
}

func (w *world) call(ctx context.Context, s *row.Status) (row.Answer, error) {
	number, _ := strconv.ParseInt(s.ID, 10, 64)
	w.mu.Lock()
	if before := w.byRow[number]; len(before) > 0 && before[len(before)-1].end.IsZero() {
		w.faults = append(w.faults, fmt.Sprintf("two requests for row %d at once", number))
	}
	t := &try{row: number, start: time.Now(), err: errors.New("panicked")}
	w.tries = append(w.tries, t)
	if w.byRow == nil {
		w.byRow = map[int64][]*try{}
	}
	w.byRow[number] = append(w.byRow[number], t)
	q := request{row: number, try: len(w.byRow[number]), nth: len(w.tries)}
	w.flying++
	w.peak = max(w.peak, w.flying)
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.flying--
		t.end = time.Now()
	}()
	t.err = w.answer(ctx, q)
	return answered(t.err)
}

// answered returns err with the answer that it stands for.
func answered(err error) (row.Answer, error) {
	a := row.Answer{HTTPStatus: 200}
	if tr, ok := errors.AsType[*trouble](err); ok {
		a.HTTPStatus, a.Code = tr.status, tr.code
	} else if err != nil {
		a.HTTPStatus = 0
	}
	return a, err
}

func (w *world) record(o row.Outcome) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.outcomes = append(w.outcomes, o)
	if w.refuse != nil {
		return w.refuse(o)
	}
	return nil
}

func (w *world) observe(e Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, e)
}

// run runs n tasks through a new Dispatcher.
func (w *world) run(ctx context.Context, opt Options, n int) error {
	opt.Observe = w.observe
	return New(opt).Run(ctx, tasks(n), w.call, w.record)
}

// outcome returns the one outcome of a row.
func (w *world) outcome(t *testing.T, number int64) row.Outcome {
	t.Helper()
	for _, o := range w.outcomes {
		if o.Row == number {
			return o
		}
	}
	t.Fatalf("row %d has no outcome", number)
	return row.Outcome{}
}

// starts returns when the requests were made, counted from the first.
func (w *world) starts() (at []time.Duration) {
	for _, t := range w.tries {
		at = append(at, t.start.Sub(w.tries[0].start))
	}
	return at
}

// kinds returns the events of these kinds.
func (w *world) kinds(kinds ...Kind) (found []Event) {
	for _, e := range w.events {
		if slices.Contains(kinds, e.Kind) {
			found = append(found, e)
		}
	}
	return found
}

// tasks yields n tasks whose id is their number.
func tasks(n int) iter.Seq2[Task, error] {
	return func(yield func(Task, error) bool) {
		for i := 1; i <= n; i++ {
			t := Task{Row: row.Row{Number: int64(i), Line: int64(i) + 1}}
			t.ID = strconv.Itoa(i)
			if !yield(t, nil) {
				return
			}
		}
	}
}

// after answers with err when d has passed, or with silence when ctx ends first.
func after(ctx context.Context, d time.Duration, err error) error {
	select {
	case <-time.After(d):
		return err
	case <-ctx.Done():
		return silence()
	}
}

// stopped asserts that err is a *Stop with a reason.
func stopped(t *testing.T, err error, reason Reason) *Stop {
	t.Helper()
	s, ok := errors.AsType[*Stop](err)
	if !ok || s.Reason != reason {
		t.Fatalf("Run returned %v, want a stop by %v", err, reason)
	}
	return s
}
