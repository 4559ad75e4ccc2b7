package run

import (
	"errors"
	"fmt"

	"github.com/statussync/statussync/sync/graph"
)

// unreadable says that so many rows could not be read, and why; err is what ended the reading, nil if nothing did. The
// exit status is that of the cause, although every row may have been sent and confirmed: the proof that was asked for is
// not had. A Graph that refuses each read for good does not serve the route, and a later run fares no better.
func (r *readBack) unreadable(rows int64, err error) *Failure {
	refused := r.refusal.Load()
	if refused != nil && (err == nil || err == errNotRead) {
		err = refused
	}
	f := &Failure{Exit: ExitUnfinished, Text: "1 row could not be read back", Err: err}
	if rows > 1 {
		f.Text = fmt.Sprintf("%d rows could not be read back", rows)
	}
	switch {
	case err == nil:
	case !errors.As(err, &refused) || refused.Fatal():
		f.Exit = stopStatus(err)
	case refused.Kind == graph.Forbidden:
		f.Exit = ExitSignIn
	case refused.Kind == graph.Refused && !r.served.Load() && !r.gone.Load():
		f.Exit = ExitStopped
		f.Text += ", since this Graph does not serve reading"
	}
	switch f.Exit {
	case ExitUnfinished:
		f.Do = "give the same command again: it reads once more, and sends nothing twice"
	case ExitStopped:
		f.Do = "its answers to the writes are all there is; see the README, section \"When every row is answered 400\""
	}
	return f
}
