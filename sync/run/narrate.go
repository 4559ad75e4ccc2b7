package run

import (
	"time"

	"go.uber.org/zap"

	"github.com/statussync/statussync/sync/dispatch"
)

// notable is by how much a pause must have become longer to be told of again. All requests that are under way when the
// service begins to throttle ask for a pause, each for one that ends a little later than the others.
const notable = time.Second

// A narrator tells the log of pauses: once of each, and again if it becomes notably longer or another one.
type narrator struct {
	log   *zap.Logger
	until time.Time // as it was told; zero: there is no pause

	outage, unmade bool
}

// tell is given the events of a Dispatcher, which tells of pauses one after the other.
func (n *narrator) tell(e dispatch.Event) {
	switch e.Kind {
	case dispatch.Resume:
		n.until = time.Time{}
		n.log.Info("the pause is over", zap.Duration("paused", e.Duration.Round(time.Millisecond)))
	case dispatch.Pause:
		same := e.Outage == n.outage && e.Unmade == n.unmade
		if !n.until.IsZero() && same && (e.Outage || e.Until.Sub(n.until) < notable) {
			return
		}
		n.until, n.outage, n.unmade = e.Until, e.Outage, e.Unmade
		n.log.Warn("paused", zap.Duration("for", e.Until.Sub(e.At).Round(time.Millisecond)),
			zap.Int("status", e.HTTPStatus), zap.String("why", why(e)))
	}
}

// why says why the gate is closed.
func why(e dispatch.Event) string {
	switch {
	case e.Outage && e.Unmade:
		return "there is no token for now, and one row at a time asks again: " + e.Message
	case e.Outage:
		return "Graph is out; one request at a time asks whether it is back"
	case e.Asked:
		return "Graph asked for it"
	}
	return "Graph is throttling and did not say for how long"
}
