package simulator

import (
	"hash/fnv"
	"net/http"
	"strings"
	"time"
)

// A Reset says when a connection is reset (TCP RST, no answer).
type Reset string

// The two places; "" resets nothing.
const (
	ResetBefore Reset = "before" // before the request is carried out
	ResetAfter  Reset = "after"  // after it was carried out
)

// A Fault is what becomes of a request beside, or instead of, its being carried out. The zero Fault changes nothing.
type Fault struct {
	Status  int    // answer this; default: carry the request out and answer as usual
	Code    string // the error's code; default: the usual one of the status
	Applied bool   // with Status: carry the request out before; its own error, if any, goes first

	Body   Body        // of the answer; default: the usual one
	Raw    string      // the answer's body, instead of Body, byte for byte
	Header http.Header // added to the answer, instead of the values that are there

	RetryAfter RetryAfter    // default: the form of the Config on a 429, else RetryAfterNone
	Wait       time.Duration // what RetryAfter says; default 1 s
	Location   string        // of a redirect; default: the path below the root /elsewhere, which is served too

	Reset Reset
	Cut   bool          // break the connection off in the middle of the body
	Delay time.Duration // between carrying the request out and answering it
}

// retry returns the form of Retry-After, throttled on a 429 if nothing else was asked for, with what it says.
func (f *Fault) retry(throttled RetryAfter) (RetryAfter, time.Duration) {
	form := f.RetryAfter
	switch {
	case form == "" && f.Status == http.StatusTooManyRequests:
		form = throttled
	case form == "":
		form = RetryAfterNone
	}
	if f.Wait == 0 {
		return form, time.Second
	}
	return form, f.Wait
}

// replaces reports whether the request is not carried out.
func (f *Fault) replaces() bool { return f.Reset == ResetBefore || f.Status != 0 && !f.Applied }

// A Rule says which requests meet a fault: those that fit all that is set.
type Rule struct {
	At     int64   // from the At-th request on, counted from 1 over all requests; default: from the first on
	Times  int64   // for so many requests; default: no end
	Method string  // in capitals; default: any
	App    string  // without regard to case; default: any
	ID     string  // default: any
	List   bool    // GET requests for a list alone; default: any
	Rate   float64 // share of the requests that fit, from 0 to 1, chosen at random from Config.Seed; default: all
	Fault
}

func (r *Rule) fits(x *exchange) bool {
	return x.ordinal >= r.At &&
		(r.Method == "" || r.Method == x.method) &&
		(r.App == "" || strings.EqualFold(r.App, x.route.app)) &&
		(r.ID == "" || r.ID == x.key()) &&
		(!r.List || x.lists())
}

// Everyday returns rules under which the given share of all PATCH requests meets one of seven faults that a real
// service shows, equally often: 429, 500 (applied nevertheless), 502, 503, 504 (applied nevertheless), a reset before
// and one after.
func Everyday(rate float64) []Rule {
	if rate <= 0 {
		return nil
	}
	faults := []Fault{
		{Status: http.StatusTooManyRequests},
		{Status: http.StatusInternalServerError, Applied: true, Body: BodyIntune},
		{Status: http.StatusBadGateway, Body: BodyHTML},
		{Status: http.StatusServiceUnavailable},
		{Status: http.StatusGatewayTimeout, Applied: true, Body: BodyNested},
		{Reset: ResetBefore},
		{Reset: ResetAfter},
	}
	rules := make([]Rule, len(faults))
	each := rate / float64(len(faults))
	for i, f := range faults {
		// A rule is asked only if those before it passed, so its own share grows.
		rules[i] = Rule{Method: http.MethodPatch, Rate: each / (1 - float64(i)*each), Fault: f}
	}
	return rules
}

// NoLists returns the rule of a service that has statuses but no lists of them: those are answered with the status 405,
// or with 400 as Intune answers what its model does not have.
func NoLists(status int) Rule {
	f := Fault{Status: status}
	if status == http.StatusBadRequest {
		f.Code = codeNoRoute
	}
	return Rule{List: true, Fault: f}
}

// A script is a list of rules with how often each was used.
type script struct {
	seed  uint64
	rules []Rule
	used  []int64
}

func newScript(seed uint64, rules []Rule) script {
	return script{seed: seed, rules: append([]Rule(nil), rules...), used: make([]int64, len(rules))}
}

var noFault Fault

// pick returns the fault of the first rule that holds for a request.
func (s *script) pick(x *exchange) *Fault {
	for i := range s.rules {
		r := &s.rules[i]
		if !r.fits(x) || r.Times > 0 && s.used[i] >= r.Times || r.Rate > 0 && s.chance(x, i) >= r.Rate {
			continue
		}
		s.used[i]++
		return &r.Fault
	}
	return &noFault
}

// chance returns a number in [0, 1) that depends on the seed, the rule, and which attempt for which key this is: so
// the order in which concurrent requests arrive does not matter. For requests without a key it depends on the ordinal.
func (s *script) chance(x *exchange, rule int) float64 {
	h := fnv.New64a()
	n := x.ordinal
	if x.entry != nil && x.tries > 0 {
		n = x.tries
		_, _ = h.Write([]byte(strings.ToLower(x.route.app) + "/" + x.entry.status.ID))
	}
	return unit(s.seed ^ h.Sum64() ^ mix(uint64(n)<<16|uint64(rule)))
}

// unit maps 64 bits to [0, 1).
func unit(bits uint64) float64 { return float64(mix(bits)>>11) / (1 << 53) }

// mix is the finalizer of splitmix64: each bit of the argument changes half of the bits of the result.
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
