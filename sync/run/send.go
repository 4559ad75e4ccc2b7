package run

import (
	"context"
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

// errDuration is the cause with which --max-duration ends a session.
var errDuration = &Failure{Exit: ExitUnfinished, Text: "--max-duration is over",
	Do: "give the same command again with a longer one"}

// What the rooms below need of each other, without knowing each other.
var (
	_ dispatch.Failure        = (*graph.Error)(nil)
	_ func(row.Outcome) error = (*journal.Session)(nil).Record
	_ dispatch.Call           = (*graph.Client)(nil).Patch
)

// sendingGC is the garbage collector's percentage while rows are sent. Three MiB live then, however many rows there
// are: at the usual 100 they would be collected twice a second for a fifth of all CPU.
const sendingGC = 400

// send sends what is pending. It returns nil if every row that was pending has an outcome, else why it stopped.
func (w *work) send(ctx context.Context) error {
	if os.Getenv("GOGC") == "" {
		runtime.GC() // what the plan has left would count as living for one more round
		defer debug.SetGCPercent(debug.SetGCPercent(sendingGC))
	}
	ctx, cancel := w.timed(ctx)
	defer cancel()
	w.tellRate()
	w.sent = &meter{phase: Sending, all: w.plan.Counts().Send, dispatch: w.dispatch}
	if most := w.o.Send.Limit; most > 0 {
		w.sent.all = min(w.sent.all, most)
	}
	defer w.o.watch(w.sent)()
	began := time.Now()
	err := w.dispatch.Run(ctx, w.tasks(ctx), w.client.Patch, w.settle)
	w.session.Tally(journal.Event{Kind: journal.Sending, At: began, Took: time.Since(began)})
	return err
}

// tasks yields the rows to send, each once the journal holds that it may be sent.
func (w *work) tasks(ctx context.Context) iter.Seq2[dispatch.Task, error] {
	f := fence{commit: w.session.Fence, first: int64(w.o.Send.Concurrency)}
	return func(yield func(dispatch.Task, error) bool) {
		for rec, err := range w.records.all(ctx) {
			switch {
			case err != nil:
			case !w.plan.Pending(rec.Number):
				continue
			case rec.ID == "":
				err = errNoIDs
			default:
				err = f.pass(ctx, rec.Number)
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

// errNoIDs is why a run stops whose rows have lost the ids that were filled in.
var errNoIDs = &Failure{Exit: ExitBooks, Text: "the ids that were filled in are gone from the run's folder",
	Do: "begin anew with --fresh: it reads them from Graph again"}

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
