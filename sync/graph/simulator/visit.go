package simulator

import (
	"maps"
	"net/http"
	"time"
)

// LoginStats are the counters of the login endpoints since the server was made.
type LoginStats struct {
	Requests    int64 // for tokens
	Discoveries int64 // requests for the configuration
	Demands     int64 // requests for tokens with the claims of a challenge
	Outcomes    map[Outcome]int64

	InFlight     int // requests for tokens that are not yet answered
	PeakInFlight int // the most of them at any time
}

// An Outcome says how a request for a token ended.
type Outcome struct {
	Grant  Grant
	Status int // of the answer; 0: none
	Code   int // of the refusal, what stands behind AADSTS; 0: none
}

// Issued returns how many tokens were issued.
func (s LoginStats) Issued() (n int64) {
	for outcome, times := range s.Outcomes {
		if outcome.Status == http.StatusOK && outcome.Code == 0 {
			n += times
		}
	}
	return n
}

// LoginStats returns a copy of the counters.
func (s *Server) LoginStats() LoginStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	stats := s.visits
	stats.Outcomes = maps.Clone(stats.Outcomes)
	return stats
}

// SetLoginRules replaces the script of the login's faults from the next request on; the new rules count from zero.
func (s *Server) SetLoginRules(rules ...Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loginScript = newScript(s.cfg.Seed, rules)
}

// visit counts a request for a token, issues one if nothing stands against it, and delivers what answer makes of it, as
// far as the fault that it meets lets it.
func (s *Server) visit(w http.ResponseWriter, r *http.Request, v *visit, client string, answer func() (int, []byte)) {
	s.arrive(v, client, r.Method)
	alive := sleep(r.Context(), v.fault.Delay)
	var status int
	var body []byte
	if alive && v.fault.Reset == "" {
		status, body = answer()
	}
	s.leaveLogin(v, status)
	switch {
	case !alive:
		panic(http.ErrAbortHandler)
	case v.fault.Reset != "":
		reset(w)
		return
	}
	form, wait := v.fault.retry(RetryAfterSeconds)
	if values, _ := form.header(wait, time.Now()); v.fault.Status != 0 && values != nil {
		w.Header()["Retry-After"] = values
	}
	for name, values := range v.fault.Header {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	if v.fault.Raw != "" {
		body = []byte(v.fault.Raw)
	}
	send(w, status, body)
}

func (s *Server) arrive(v *visit, client, method string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	stats := &s.visits
	stats.Requests++
	stats.InFlight++
	stats.PeakInFlight = max(stats.PeakInFlight, stats.InFlight)
	if v.demand > 0 {
		stats.Demands++
	}
	v.fault = s.loginScript.pick(&exchange{call: call{method: method, ordinal: stats.Requests, route: route{app: client}}})
	if f := v.fault; f.Status != 0 {
		v.refusal = f.refusal()
	}
	if v.refusal == nil && v.fault.Reset == "" {
		v.token, v.issued = s.book.issue(s.cfg.Login, v.app, v.resource, v.demand)
	}
}

// refusal returns what the sign-in service says when it is not well.
func (f *Fault) refusal() *refusal {
	r := refuse(codeBusy)
	if f.Status == http.StatusTooManyRequests {
		r = refuse(codeThrottle)
	}
	r.status = f.Status
	if f.Code != "" {
		r.name = f.Code
	}
	return r
}

func (s *Server) leaveLogin(v *visit, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.visits.InFlight--
	o := Outcome{Grant: v.grant, Status: status}
	if v.refusal != nil {
		o.Code = v.refusal.code
	}
	s.visits.Outcomes[o]++
}
