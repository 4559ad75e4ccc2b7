package simulator

import (
	"maps"
	"net/http"
	"time"
)

// Stats are a server's counters since it was made.
type Stats struct {
	Requests  int64         // read to their end
	Writes    int64         // PATCH requests among them
	Lists     int64         // GET requests for a page of a list among them
	Singles   int64         // GET requests for one status among them
	ByStatus  map[int]int64 // answers by HTTP status
	Resets    int64         // requests whose connection was reset instead of an answer
	Abandoned int64         // requests whose client went away before the answer
	Applied   int64         // requests that were carried out on a status
	OffRoute  int64         // requests on a path that is not served, or with another method than GET and PATCH
	Anonymous int64         // requests without a client-request-id

	InFlight     int // requests read and not yet answered
	PeakInFlight int // the most of them at any time
	PeakPerKey   int // the most PATCH requests in flight for one key; more than 1: they overlapped

	InsidePause int64 // requests of a client that was told to wait, in that time less Config.PauseGrace
}

// An Arrival is one request as the trace keeps it.
type Arrival struct {
	At     time.Time // when it was read to its end
	Method string
	App    string // as given
	ID     string // from the path or the body
	Status int    // of the answer; 0: none, or not yet
}

type tally struct {
	Stats
	trace []Arrival
	room  int
}

func newTally(trace int) tally {
	return tally{Stats: Stats{ByStatus: make(map[int]int64)}, room: max(0, trace)}
}

func (t *tally) arrive(x *exchange, epoch time.Time) {
	t.Requests++
	x.ordinal = t.Requests
	t.InFlight++
	t.PeakInFlight = max(t.PeakInFlight, t.InFlight)
	switch {
	case x.write():
		t.Writes++
	case x.lists():
		t.Lists++
	case x.method == http.MethodGet && x.route.known:
		t.Singles++
	}
	if !x.route.known || x.method != http.MethodPatch && x.method != http.MethodGet {
		t.OffRoute++
	}
	if x.anonymous {
		t.Anonymous++
	}
	if len(t.trace) < t.room {
		x.traced = len(t.trace)
		t.trace = append(t.trace, Arrival{At: epoch.Add(x.at), Method: x.method, App: x.route.app, ID: x.key()})
	}
}

func (t *tally) leave(x *exchange, alive bool) {
	t.InFlight--
	switch {
	case !alive:
		t.Abandoned++
	case x.fault.Reset != "":
		t.Resets++
	default:
		t.ByStatus[x.status]++
		if x.traced >= 0 {
			t.trace[x.traced].Status = x.status
		}
	}
}

// Stats returns a copy of the counters.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	stats := s.tally.Stats
	stats.ByStatus = maps.Clone(stats.ByStatus)
	return stats
}

// Arrivals returns the first requests in the order of their arrival, as many as [Config].Trace allows.
func (s *Server) Arrivals() []Arrival {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Arrival(nil), s.tally.trace...)
}

// Fullest returns the number of PATCH requests in the fullest of all times of the given length, among
// [Server.Arrivals]. A request at the end of such a time is not within it, as with the quota.
func (s *Server) Fullest(length time.Duration) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	fullest := 0
	var writes []time.Time
	for _, a := range s.tally.trace {
		if a.Method != http.MethodPatch {
			continue
		}
		writes = append(writes, a.At)
		for a.At.Sub(writes[0]) >= length {
			writes = writes[1:]
		}
		fullest = max(fullest, len(writes))
	}
	return fullest
}
