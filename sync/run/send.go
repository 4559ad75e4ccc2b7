package run

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/journal"
	"github.com/statussync/statussync/sync/row"
)

// errDuration is the cause with which --max-duration ends the sending.
var errDuration = errors.New("--max-duration is over")

// What the rooms below need of each other, without knowing each other.
var (
	_ dispatch.Failure        = (*graph.Error)(nil)
	_ func(row.Outcome) error = (*journal.Session)(nil).Record
	_ dispatch.Call           = (*graph.Client)(nil).Patch
)

// sendingGC is the garbage collector's percentage while rows are sent. Three MiB live then, however many rows there are:
// at the usual 100 they would be collected twice a second for a fifth of all CPU.
const sendingGC = 400

// send sends what is pending. It returns nil if every row that was pending has an outcome, else why it stopped.
func (w *work) send(ctx context.Context) error {
	if os.Getenv("GOGC") == "" {
		runtime.GC() // what the plan has left would count as living for one more round
		defer debug.SetGCPercent(debug.SetGCPercent(sendingGC))
	}
	client, err := graph.New(w.o.Graph)
	if err != nil {
		return &Failure{Exit: ExitUsage, Err: err}
	}
	defer client.Close()
	if w.o.MaxDuration > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, w.o.MaxDuration, errDuration)
		defer cancel()
	}
	var d *dispatch.Dispatcher
	o := w.o.Send
	o.Observe = w.observe
	o.First = func(ctx context.Context, t dispatch.Task, a row.Answer, err error) error {
		return first(ctx, a, func(ctx context.Context) (row.Answer, error) {
			var answer row.Answer
			err := d.Read(ctx, func(ctx context.Context) (err error) {
				answer, err = client.Probe(ctx, t.AppID)
				return err
			})
			return answer, err
		})
	}
	d = dispatch.New(o)
	began := time.Now()
	err = d.Run(ctx, w.tasks(ctx), client.Patch, w.session.Record)
	w.session.Tally(journal.Event{Kind: journal.Sending, At: began, Took: time.Since(began)})
	return err
}

// tasks yields the rows to send, each once the journal holds that it may be sent.
func (w *work) tasks(ctx context.Context) iter.Seq2[dispatch.Task, error] {
	f := fence{commit: w.session.Fence, first: int64(w.o.Send.Concurrency)}
	return func(yield func(dispatch.Task, error) bool) {
		for rec, err := range w.records.all(ctx) {
			if err == nil && w.plan.Pending(rec.Number) {
				err = f.pass(ctx, rec.Number)
			} else if err == nil {
				continue
			}
			if err != nil {
				yield(dispatch.Task{}, err)
				return
			}
			if !yield(dispatch.Task{Row: rec.Row, Doubt: w.plan.Doubtful(rec.Number)}, nil) {
				return
			}
		}
	}
}

// first judges the first decisive answer of a session, before any other row is sent. Some answers are about the house
// and not about the row: then nothing is gained by sending the others.
func first(ctx context.Context, a row.Answer, probe func(context.Context) (row.Answer, error)) error {
	switch a.HTTPStatus {
	case http.StatusForbidden:
		return &Failure{Exit: ExitSignIn, Text: "Graph refuses the write (403" + code(a) + ")",
			Do: "grant the app DeviceManagementApps.ReadWrite.All with admin consent, " +
				"and see that the tenant has an Intune licence"}
	case http.StatusBadRequest, http.StatusMethodNotAllowed:
		seen, _ := probe(ctx)
		if seen.HTTPStatus == http.StatusBadRequest || seen.HTTPStatus == http.StatusMethodNotAllowed {
			return notServed(a, seen)
		}
	}
	return nil
}

func notServed(write, read row.Answer) error {
	return &Failure{Exit: ExitStopped,
		Text: fmt.Sprintf("this Graph does not serve the route: the first write was answered %d%s, a read of it %d%s",
			write.HTTPStatus, code(write), read.HTTPStatus, code(read)),
		Do: "Microsoft removed userStatuses from the beta service in 2023; " +
			"see the README, section \"When every row is answered 400\""}
}

func code(a row.Answer) string {
	if a.Code == "" {
		return ""
	}
	return fmt.Sprintf(" %q", a.Code)
}
