package dispatch

import (
	"context"
	"errors"
	"iter"
	"runtime/debug"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/statussync/statussync/sync/row"
)

// A run is one call of Run.
type run struct {
	*Dispatcher
	call   Call
	record func(row.Outcome) error
	tasks  chan Task
	more   bool                 // the limit was reached with tasks left; read when the feeder has ended
	worst  atomic.Pointer[Stop] // a panic or a lost outcome, which outdoes every other reason
	books  books
}

// Run takes every task to its outcome or stops early: it returns nil, or a *Stop. Workers call call and record at the
// same time; tasks is read by one goroutine. Each row for which a request was made is recorded once, a row without a
// request never.
func (d *Dispatcher) Run(
	ctx context.Context, tasks iter.Seq2[Task, error], call Call, record func(row.Outcome) error,
) error {
	r := &run{Dispatcher: d, call: call, record: record, tasks: make(chan Task, d.opt.Concurrency)}
	life, land := flights(ctx, d.opt.Grace)
	defer land()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return r.feed(ctx, tasks) })
	for range d.opt.Concurrency {
		g.Go(func() error { return r.work(ctx, life) })
	}
	err := g.Wait()
	r.end()
	if worst := r.worst.Load(); worst != nil {
		return worst
	}
	if err == nil && r.more {
		return &Stop{Reason: Limit}
	}
	return err
}

// feed hands the tasks out. It is the only one who closes the channel.
func (r *run) feed(ctx context.Context, tasks iter.Seq2[Task, error]) (err error) {
	defer close(r.tasks)
	defer func() {
		if v := recover(); v != nil {
			err = r.panicked(v, 0)
		}
	}()
	var handed int64
	for t, err := range tasks {
		switch {
		case ctx.Err() != nil:
			return ended(ctx)
		case err != nil:
			return &Stop{Reason: Input, Err: err}
		case r.opt.Limit > 0 && handed == r.opt.Limit:
			r.more = true
			return nil
		}
		select {
		case r.tasks <- t:
			handed++
		case <-ctx.Done():
			return ended(ctx)
		}
	}
	return nil
}

// work settles one task after the other. Waits end with ctx, requests with life.
func (r *run) work(ctx, life context.Context) error {
	life, cancel := context.WithCancel(life) // its own, or all requests contend for the lock of one
	defer cancel()
	w := &worker{run: r}
	for t := range r.tasks {
		w.job = job{Task: t}
		if err := w.settle(ctx, life); err != nil {
			return err
		}
	}
	return nil
}

// end ends the run at the gate.
func (r *run) end() {
	defer func() {
		if v := recover(); v != nil {
			_ = r.panicked(v, 0)
		}
	}()
	r.gate.end(time.Now())
}

// panicked turns a panic into a *Stop.
func (r *run) panicked(v any, number int64) error {
	s := &Stop{Reason: Panic, Row: number, Err: &PanicError{Value: v, Stack: debug.Stack()}}
	r.worst.Store(s)
	return s
}

var errGrace = errors.New("the run was interrupted during the request")

// flights returns the context in which requests live: it outlives ctx by grace. Here alone in this room a context
// is left behind: otherwise every interruption would leave rows of which nobody knows whether they were applied. The
// function that it returns ends the life of all requests.
func flights(ctx context.Context, grace time.Duration) (life context.Context, land func()) {
	life, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if sleep(ctx, 0, life.Done()) != nil && (grace <= 0 || sleep(life, grace, nil) == nil) {
			cancel(errGrace)
		}
	}()
	return life, func() {
		cancel(nil)
		<-done
	}
}
