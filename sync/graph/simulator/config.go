package simulator

import "time"

// Defaults of [Config] and [Quota]. The quota is the one that Microsoft publishes for Intune's app resources.
const (
	DefaultMaxBody        = 1 << 20                // bytes
	DefaultPageSize       = 1000                   // statuses a page
	DefaultWindow         = 20 * time.Second       // length of a quota window
	DefaultClientWrites   = 100                    // writes a window and client
	DefaultTenantWrites   = 200                    // writes a window and tenant
	DefaultClientRequests = 1000                   // requests of any kind a window and client
	DefaultTenantRequests = 2000                   // requests of any kind a window and tenant
	DefaultPauseGrace     = 100 * time.Millisecond // see Config.PauseGrace
)

// A Config says how a [Server] behaves. The zero Config is a well-behaved service with the published quota. Numbers: 0
// means the default. All fields but Rules can be filled from flags as they are; for Rules see [ParseRule].
type Config struct {
	Tokens []string // accepted bearer tokens; default: any
	Login  *Login   // that tokens come from, and then Tokens is passed over; default: none

	Answer       Body  // of a PATCH that was carried out: a body of a success; default BodyObject
	ErrorBody    Body  // of every refusal: a body of an error; default BodyGraph
	IgnorePrefer bool  // whether return=minimal (204) and return=representation are passed over
	MaxBody      int64 // bytes that a request's body may have, 413 beyond; default 1 MiB

	UnknownApps []string // apps answered with 404 beside ReservedApp; default: every other app exists
	Forget      bool     // keep no status: GET and Value find nothing, memory stays flat
	PageSize    int      // statuses a page at most, also if $top asks for more; default 1000
	LinkRoot    string   // scheme and authority of the links to next pages; default: those of the request
	EmptyEvery  int      // every n-th page of a list is empty yet links to the next; at least 2; default: none

	Quota      Quota      // how much is let through
	Shifts     []Shift    // changes of the quota, in the order of time; default: it stays
	RetryAfter RetryAfter // form of the header on a 429; default RetryAfterSeconds
	// From this share of the write quota on, in percent, a PATCH is answered with RateLimit-Limit, -Remaining and -Reset,
	// of the client or of the tenant, where less is left. Reset is when Remaining grows at the soonest. Default: never.
	RateLimit int
	// Requests that come this soon after a Retry-After was sent may have been under way: they do not count as inside
	// the pause. Default 100 ms, negative: none.
	PauseGrace time.Duration

	Latency time.Duration // between a request's arrival and its being carried out; default 0
	Jitter  time.Duration // up to this much is added to Latency, at random; default 0

	Rules        []Rule // faults, scripted or at random; the first that matches is taken; default: none
	Seed         uint64 // of all chance: the same seed gives the same faults to the same attempts of a key
	Outage       bool   // begin with the outage switched on
	RouteRemoved bool   // begin with the route removed

	Trace int // arrivals that are kept for Arrivals and Fullest, the first ones, 120 bytes each; default 0
}

// A Quota bounds the requests in every window, for one client and for all of them (the tenant). A client is a bearer
// token, or an application with Config.Login. In each number 0 means the default and a negative number no limit.
type Quota struct {
	Unlimited      bool          // no quota at all; the numbers are passed over
	Window         time.Duration // default 20 s
	ClientWrites   int           // PATCH requests a window and client; default 100
	TenantWrites   int           // PATCH requests a window; default 200
	ClientRequests int           // requests a window and client; default 1000
	TenantRequests int           // requests a window; default 2000
	Fixed          bool          // windows one after the other; default: one that slides
	ThrottledFree  bool          // whether a 429 costs nothing; default: it counts too
}

func (c Config) withDefaults() Config {
	if c.MaxBody <= 0 {
		c.MaxBody = DefaultMaxBody
	}
	if c.PageSize <= 0 {
		c.PageSize = DefaultPageSize
	}
	if c.EmptyEvery < 2 {
		c.EmptyEvery = 0
	}
	switch {
	case c.PauseGrace == 0:
		c.PauseGrace = DefaultPauseGrace
	case c.PauseGrace < 0:
		c.PauseGrace = 0
	}
	if !c.Answer.successful() {
		c.Answer = BodyObject
	}
	if !c.ErrorBody.refusing() {
		c.ErrorBody = BodyGraph
	}
	if c.Login != nil {
		c.Login = c.Login.withDefaults()
	}
	return c
}

// A Shift puts another quota in the place of the one before.
type Shift struct {
	After time.Duration // since the server was made
	Quota Quota
}

func (q Quota) withDefaults() Quota {
	if q.Window <= 0 {
		q.Window = DefaultWindow
	}
	for _, n := range []struct {
		value *int
		def   int
	}{
		{&q.ClientWrites, DefaultClientWrites}, {&q.TenantWrites, DefaultTenantWrites},
		{&q.ClientRequests, DefaultClientRequests}, {&q.TenantRequests, DefaultTenantRequests},
	} {
		if *n.value == 0 {
			*n.value = n.def
		}
	}
	return q
}
