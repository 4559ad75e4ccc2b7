package run

import (
	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/journal"
)

// observe tells the journal and the log what the dispatcher does. Workers call it, many at once.
func (w *work) observe(e dispatch.Event) {
	w.narrator.tell(e)
	switch e.Kind {
	case dispatch.Attempt:
		w.attempted(e)
	case dispatch.Resume:
		w.session.Tally(journal.Event{Kind: journal.Pause, At: e.At, HTTPStatus: e.HTTPStatus, Took: e.Duration})
	case dispatch.RateChange:
		w.session.Tally(journal.Event{Kind: journal.Rate, At: e.At, PerSecond: e.Rate})
	}
}

// attempted takes notice of a request to Graph.
func (w *work) attempted(e dispatch.Event) {
	kind := journal.Attempt
	if e.Read {
		kind = journal.Read
	}
	w.session.Tally(journal.Event{Kind: kind, At: e.At, HTTPStatus: e.HTTPStatus, Took: e.Duration})
	if e.Read {
		return
	}
	w.requests.Add(1)
	if e.Try == 1 && w.plan.Doubtful(e.Row) {
		w.session.Tally(journal.Event{Kind: journal.Resent, At: e.At})
	}
}
