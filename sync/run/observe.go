package run

import (
	"time"

	"go.uber.org/zap"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/journal"
)

// observe tells the journal and the log what the dispatcher does. Workers call it, many at once.
func (w *work) observe(e dispatch.Event) {
	narrate(w.o.Log, e)
	switch e.Kind {
	case dispatch.Attempt:
		w.attempted(e)
	case dispatch.Pause:
		w.paused.Store(int64(e.Until.Sub(e.At)))
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

// narrate tells the log of pauses.
func narrate(log *zap.Logger, e dispatch.Event) {
	switch e.Kind {
	case dispatch.Resume:
		log.Info("the pause is over", zap.Duration("paused", e.Duration.Round(time.Millisecond)))
	case dispatch.Pause:
		why := "Graph is throttling and did not say for how long"
		switch {
		case e.Outage:
			why = "Graph is out; one request at a time asks whether it is back"
		case e.Asked:
			why = "Graph asked for it"
		}
		log.Warn("paused", zap.Duration("for", e.Until.Sub(e.At).Round(time.Millisecond)),
			zap.Int("status", e.HTTPStatus), zap.String("why", why))
	}
}
