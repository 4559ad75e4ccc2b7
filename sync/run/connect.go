package run

import (
	"context"
	"runtime/debug"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/row"
)

// connect makes what the session reaches Graph with. What the dispatcher learns of the service while rows are decided
// serves their sending too.
func (w *work) connect(ctx context.Context) (err error) {
	if w.o.Send.Learned, w.learnedAt, err = w.learned(ctx); err != nil {
		return err
	}
	w.narrator.log = w.o.Log
	o := w.o.Send
	o.Observe, o.First = w.observe, w.first
	w.client, w.dispatch, err = reach(w.o.Graph, o)
	return err
}

// reach returns a client, which the caller closes, and the dispatcher for its requests.
func reach(config graph.Config, o dispatch.Options) (*graph.Client, *dispatch.Dispatcher, error) {
	client, err := graph.New(config)
	if err != nil {
		return nil, nil, &Failure{Exit: ExitUsage, Err: err}
	}
	return client, dispatch.New(o), nil
}

// first judges the first decisive answer to a write of the session.
func (w *work) first(ctx context.Context, t dispatch.Task, a row.Answer, _ error) error {
	return first(ctx, a, func(ctx context.Context) (seen row.Answer, err error) {
		err = w.dispatch.Read(ctx, func(ctx context.Context) (row.Answer, error) {
			seen, err = w.client.Probe(ctx, t.AppID)
			return seen, err
		})
		return seen, err
	})
}

// safely makes an error of a panic of f, which runs in a goroutine of its own.
func safely(f func() error) func() error {
	return func() (err error) {
		defer func() {
			if v := recover(); v != nil {
				err = &dispatch.PanicError{Value: v, Stack: debug.Stack()}
			}
		}()
		return f()
	}
}
