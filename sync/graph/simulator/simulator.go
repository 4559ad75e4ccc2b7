// Package simulator serves a small Microsoft Graph on loopback.
//
// It knows one resource, the userStatuses of an Intune app, below any service root (such as /beta):
//
//	PATCH {root}/deviceAppManagement/mobileApps/{app}/userStatuses         the id stands in the body
//	PATCH {root}/deviceAppManagement/mobileApps/{app}/userStatuses/{id}
//	GET   {root}/deviceAppManagement/mobileApps/{app}/userStatuses         in pages
//	GET   {root}/deviceAppManagement/mobileApps/{app}/userStatuses/{id}
//	GET   {root}/deviceAppManagement/mobileApps                            one app that has statuses
//
// A [Server] from [New] is an [http.Handler]; [Server.Start] puts it on a loopback address of its own, and
// [Server.StartTLS] does so with HTTPS. What it keeps, how it throttles, which faults it has: see [Config]. What it
// saw: [Server.Stats], [Server.Value], [Server.Arrivals].
//
// With a [Login] tokens have to be had first, from [Server.StartLogin]; what that saw: [Server.LoginStats]. A client
// trusts both by [Server.Authority], and needs no instance discovery.
//
// A request goes through four steps: it is read, admitted (counted, taken off the quota, matched with the [Rule]s),
// answered, delivered. Only the first and the last touch the connection.
//
// The clock is time.Now, so a Server made within a testing/synctest bubble lives by the bubble's clock.
package simulator

import (
	"strings"
	"sync"
	"time"
)

// ReservedApp is the one app that never exists: every call on it is answered with 404, whatever the configuration says.
const ReservedApp = "00000000-0000-4000-8000-000000000404"

// A Server is one simulated service with one tenant. It is safe for concurrent use.
type Server struct {
	cfg     Config
	epoch   time.Time
	unknown map[string]bool // apps, in lower case

	mu      sync.Mutex // guards all below
	tokens  map[string]bool
	outage  bool
	removed bool
	script  script
	quota   *quota
	store   store
	tally   tally

	book        book // of the login, as the two below
	loginScript script
	visits      LoginStats

	authority    func() *authority
	graph, login listener
}

// New returns a server that is ready to answer; nothing listens before [Server.Start]. Values of cfg that
// [Config.Check] refuses are taken for their defaults where that is possible.
func New(cfg Config) *Server {
	cfg = cfg.withDefaults()
	s := &Server{
		cfg:     cfg,
		epoch:   time.Now(),
		unknown: map[string]bool{ReservedApp: true},
		outage:  cfg.Outage,
		removed: cfg.RouteRemoved,
		quota:   newQuota(cfg.Quota, cfg.Shifts),
		store:   store{apps: make(map[string]*app), forget: cfg.Forget},
		tally:   newTally(cfg.Trace),

		book:      newBook(),
		visits:    LoginStats{Outcomes: make(map[Outcome]int64)},
		authority: sync.OnceValue(newAuthority),
	}
	for _, name := range cfg.UnknownApps {
		s.unknown[strings.ToLower(name)] = true
	}
	s.SetTokens(cfg.Tokens...)
	s.SetRules(cfg.Rules...)
	if cfg.Login != nil {
		s.SetLoginRules(cfg.Login.Rules...)
	}
	return s
}

// SetTokens replaces the set of accepted bearer tokens from the next request on. Without an argument any token is
// accepted. A revoked token is one that is missing from the set. With [Config].Login it changes nothing.
func (s *Server) SetTokens(tokens ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = make(map[string]bool, len(tokens))
	for _, token := range tokens {
		s.tokens[token] = true
	}
}

// SetRules replaces the script of faults from the next request on; how often the new rules were used counts from zero.
func (s *Server) SetRules(rules ...Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = newScript(s.cfg.Seed, rules)
}

// SetQuota replaces the quota from the next request on. What the windows have counted stays, so that a smaller quota is
// spent at once if it was; calls that an earlier, smaller quota had no need to remember are not counted.
func (s *Server) SetQuota(q Quota) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quota.set(q)
}

// SetOutage switches the outage: while it lasts, everybody is answered with 503 and nothing is applied.
func (s *Server) SetOutage(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outage = on
}

// SetRouteRemoved switches whether userStatuses is missing from the service's model, as it is from the real one since
// June 2023: then every signed-in call, GET or PATCH, is answered with 400.
func (s *Server) SetRouteRemoved(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.removed = on
}

// Put sets statuses without a request, so that a test finds what it needs: 100,000 take some 0.1 s. It counts as no
// application of a key.
func (s *Server) Put(appID string, statuses ...Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cfg.Forget {
		return
	}
	name := strings.ToLower(appID)
	for _, status := range statuses {
		s.store.entry(name, status.ID).set(status)
	}
}

// now returns the time since the server was made. It never goes back.
func (s *Server) now() time.Duration { return time.Since(s.epoch) }
