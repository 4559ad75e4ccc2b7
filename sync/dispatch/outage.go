package dispatch

import (
	"slices"
	"time"
)

// outageRows is how many different rows must find the service absent, and nothing else, before it is taken to be out:
// enough that a row which the service cannot digest does not stop the others.
const outageRows = 8

// probeAfter is how long after a failed probe the next one is made; the last one repeats.
var probeAfter = [...]time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 5 * time.Second}

// An outage is what the answers say about the service as a whole.
type outage struct {
	on     bool
	next   time.Time // on: when the next probe may be made
	probes int       // on: that have failed
	rows   [outageRows]int64
	n      int // rows that met with a fault since the last answer of another kind
}

// fault takes notice of a fault and reports whether the time of the next probe has changed.
func (o *outage) fault(number int64, probe bool, now time.Time) bool {
	switch {
	case o.on && probe:
		o.probes++
	case o.on || slices.Contains(o.rows[:o.n], number):
		return false
	default:
		o.rows[o.n] = number
		o.n++
		o.on = o.n == outageRows
	}
	if o.on {
		o.next = now.Add(probeAfter[min(o.probes, len(probeAfter)-1)])
	}
	return o.on
}

// over takes notice of an answer that is no fault and reports whether it ended an outage.
func (o *outage) over() bool {
	was := o.on
	o.on, o.probes, o.n = false, 0, 0
	return was
}
