package simulator

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// A reply is what an exchange is answered with. No byte of it is made while the server is locked.
type reply struct {
	status  int
	body    Body    // its kind
	problem problem // of an error
	object  Status  // of a success
	page    page    // of a list
	form    RetryAfter
	delay   time.Duration // what form says
	retry   []string      // the header's values
}

// admit counts a request, takes it off the quota, and finds the fault that it meets.
func (s *Server) admit(x *exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x.at = s.now()
	s.quota.shift(x.at)
	s.tally.arrive(x, s.epoch)
	if x.write() && x.route.known && x.key() != "" {
		x.entry = s.store.entry(strings.ToLower(x.route.app), x.key())
		x.entry.inFlight++
		s.tally.PeakPerKey = max(s.tally.PeakPerKey, x.entry.inFlight)
		if !s.store.forget {
			x.entry.tries++
			x.tries = x.entry.tries
		}
	}
	if name := s.signedIn(x); name != "" {
		x.client = s.quota.client(name, x.at)
		if x.client.paused(x.write(), x.at, s.cfg.PauseGrace) {
			s.tally.InsidePause++
		}
		x.wait = s.quota.take(x.client, x.write(), x.at)
		if s.cfg.RateLimit > 0 && x.write() {
			x.left = s.quota.allowance(x.client, s.cfg.RateLimit, x.at)
		}
	}
	if !s.outage {
		x.fault = s.script.pick(x)
	}
}

// signedIn returns the name of the client, or "" for a token that is nobody's; it notes what is wrong with a token.
func (s *Server) signedIn(x *exchange) string {
	switch {
	case s.cfg.Login != nil:
		var app *App
		if app, x.denied = s.book.check(x.token, s.cfg.Login, x.write()); app != nil {
			return app.ID
		}
		return ""
	case x.token != "" && (len(s.tokens) == 0 || s.tokens[x.token]):
		return x.token
	}
	x.denied = unauthorized(noToken)
	return ""
}

// answer carries a request out, or refuses it.
func (s *Server) answer(x *exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := x.fault
	switch {
	case s.outage:
		x.fault = &noFault
		x.refuse(problem{http.StatusServiceUnavailable, "", "The service is not available."})
		x.body = s.cfg.ErrorBody
		return
	case f.replaces():
		x.object = x.change.Status
		x.object.ID = x.key()
	default:
		s.serve(x)
	}
	if f.Status != 0 && x.status < http.StatusMultipleChoices {
		x.refuse(problem{f.Status, f.Code, "A fault was asked for."})
		x.form, x.delay = f.retry(s.cfg.RetryAfter)
	}
	x.body = s.choose(x)
	if x.body == BodyNoContent && x.status == http.StatusOK {
		x.status = http.StatusNoContent
	}
}

// choose returns the body that an answer gets: what the fault wants, else what suits the status.
func (s *Server) choose(x *exchange) Body {
	switch {
	case x.fault.Body != "":
		return x.fault.Body
	case x.status >= http.StatusBadRequest:
		return s.cfg.ErrorBody
	case x.fault.Status != 0:
		return BodyEmpty // a redirect, or a success that is a lie
	case x.write() && !s.cfg.IgnorePrefer && strings.Contains(x.prefer, "return=minimal"):
		return BodyNoContent
	case x.write() && !s.cfg.IgnorePrefer && strings.Contains(x.prefer, "return=representation"):
		return BodyObject
	case x.write():
		return s.cfg.Answer
	case x.route.single:
		return BodyObject
	case x.route.apps:
		return bodyApps
	}
	return bodyPage
}

// serve does what the service does with a request: the checks in their order, then the work.
func (s *Server) serve(x *exchange) {
	name := strings.ToLower(x.route.app)
	switch {
	case x.denied != nil:
		x.refuse(x.denied.problem)
	case s.removed && x.route.known:
		x.refuse(noRoute(x))
	case x.wait > 0:
		x.refuse(problem{http.StatusTooManyRequests, "", "Too many requests were sent within the window."})
		x.form, x.delay = s.cfg.RetryAfter, x.wait
	case x.route.apps && x.method == http.MethodGet:
		x.status, x.object.ID = http.StatusOK, s.store.anyApp()
	case !x.route.known:
		x.refuse(problem{http.StatusBadRequest, "", "Resource not found for a segment of the path."})
	case x.method != http.MethodPatch && x.method != http.MethodGet:
		x.refuse(noRoute(x))
	case !isGUID(name):
		x.refuse(*badRequest(fmt.Sprintf("The app id %.80q is not a GUID.", x.route.app)))
	case s.unknown[name]:
		x.refuse(problem{http.StatusNotFound, "", fmt.Sprintf("The app %s does not exist.", name)})
	case x.bad != nil:
		x.refuse(*x.bad)
	case x.write():
		x.status, x.object = http.StatusOK, s.store.apply(x.entry, &x.change)
		s.tally.Applied++
	case x.route.single:
		s.get(x, name)
	default:
		s.list(x, name)
	}
}

func (s *Server) get(x *exchange, name string) {
	e := s.store.find(name, x.route.id)
	if e == nil || !e.exists {
		x.refuse(problem{http.StatusNotFound, "", fmt.Sprintf("The user status %.80q does not exist.", x.route.id)})
		return
	}
	x.status, x.object = http.StatusOK, e.status
}

func (x *exchange) refuse(p problem) { x.status, x.problem = p.status, p }

// leave ends the time for which a request is in flight, and counts how it ended.
func (s *Server) leave(x *exchange, alive bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if alive && x.delay > 0 && x.fault.Reset == "" {
		var told time.Duration
		x.retry, told = x.form.header(x.delay, time.Now())
		if x.client != nil && told > 0 {
			x.client.ask(x.write(), s.now(), told)
		}
	}
	if x.entry != nil {
		s.store.leave(x.entry)
	}
	s.tally.leave(x, alive)
}
