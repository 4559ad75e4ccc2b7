package simulator

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// keepBuffer is the size in bytes up to which a request's buffers are used again.
const keepBuffer = 64 << 10

// maxCorrelation bounds in bytes what is sent back of a client's own id.
const maxCorrelation = 128

// An exchange is one request on its way through the server. It is reused.
type exchange struct {
	in      bytes.Buffer // the request's body
	limited io.LimitedReader
	dec     *jsontext.Decoder
	out     []byte // the answer's body

	call
	reply
}

// A call is what was read of a request, then how it was admitted.
type call struct {
	method string
	host   string // scheme and authority as the client wrote them
	route  route
	query  url.Values // of a GET
	token  string
	prefer string
	change change   // of a PATCH
	bad    *problem // what is wrong with the PATCH itself

	requestID   string // ours
	correlation string // the client's client-request-id, else ours
	anonymous   bool   // the client gave none

	at      time.Duration // when it was admitted
	ordinal int64         // from 1 over all requests
	tries   int64         // of the key, this one included; 0: not counted
	traced  int           // place in the trace; -1: none
	client  *client       // nil: not signed in
	denied  *denial       // what is wrong with the token; nil: nothing
	entry   *entry        // nil: no PATCH, or none with a key
	wait    time.Duration // until the quota has room; 0: it has
	left    allowance     // of the write quota
	fault   *Fault
}

func (c *call) write() bool { return c.method == http.MethodPatch }

// lists reports whether a list is asked for.
func (c *call) lists() bool { return c.method == http.MethodGet && c.route.known && !c.route.single }

// key returns the id that the request is about, from its path or from its body.
func (c *call) key() string {
	if c.route.id != "" {
		return c.route.id
	}
	return c.change.ID
}

var exchanges = sync.Pool{New: func() any {
	return &exchange{dec: jsontext.NewDecoder(new(bytes.Buffer))}
}}

func (x *exchange) free() {
	x.call, x.reply = call{}, reply{}
	x.limited.R = nil
	if x.in.Cap() <= keepBuffer && cap(x.out) <= keepBuffer {
		x.in.Reset()
		exchanges.Put(x)
	}
}

// ServeHTTP answers one request. To break a connection off that it cannot take over it panics with
// [http.ErrAbortHandler], as net/http wants it. A request counts as in flight until the first byte of its answer is
// written, so that a client that goes on at once is never ahead of the books.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if l := s.cfg.Login; l != nil && l.Identity != "" && r.URL.Path == identityPath {
		s.serveIdentity(w, r)
		return
	}
	x := exchanges.Get().(*exchange)
	defer x.free()
	if !x.read(r, s.cfg.MaxBody) {
		panic(http.ErrAbortHandler)
	}
	s.admit(x)
	alive := sleep(r.Context(), s.latency(x))
	if alive {
		s.answer(x)
		alive = sleep(r.Context(), x.fault.Delay)
	}
	s.leave(x, alive)
	if !alive {
		panic(http.ErrAbortHandler)
	}
	s.deliver(w, r, x)
}

// read takes a request in. It returns false if the client broke off.
func (x *exchange) read(r *http.Request, maxBody int64) bool {
	x.readHead(r)
	if r.Body != nil && r.Body != http.NoBody {
		x.limited = io.LimitedReader{R: r.Body, N: maxBody + 1}
		if _, err := x.in.ReadFrom(&x.limited); err != nil {
			return false
		}
	}
	if x.write() {
		x.prefer = r.Header.Get("Prefer")
		x.bad = x.readChange(r.Header, maxBody)
	}
	return true
}

func (x *exchange) readHead(r *http.Request) {
	x.call = call{method: r.Method, host: "http://" + r.Host, route: parseRoute(r.URL), traced: -1, fault: &noFault}
	if r.TLS != nil {
		x.host = "https://" + r.Host
	}
	if r.URL.RawQuery != "" {
		x.query = r.URL.Query()
	}
	x.token = bearer(r.Header["Authorization"])
	x.requestID = newID()
	x.correlation = r.Header.Get("Client-Request-Id")
	if x.correlation == "" || len(x.correlation) > maxCorrelation {
		x.anonymous = true
		x.correlation = x.requestID
	}
}

func (x *exchange) readChange(h http.Header, maxBody int64) *problem {
	if p := media(h); p != nil {
		return p
	}
	if int64(x.in.Len()) > maxBody {
		return &problem{http.StatusRequestEntityTooLarge, "", "The body is too large."}
	}
	x.dec.Reset(&x.in)
	if p := x.change.decode(x.dec); p != nil {
		return p
	}
	switch {
	case x.key() == "":
		return badRequest("The id is missing: neither the path nor the body has it.")
	case x.route.single && x.change.ID != "" && x.change.ID != x.route.id:
		return badRequest("The id in the body differs from the id in the path.")
	}
	return nil
}

// bearer returns the token, or "" if there is not exactly one well-formed header.
func bearer(values []string) string {
	if len(values) != 1 {
		return ""
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") || strings.ContainsAny(token, " \t,\"") {
		return ""
	}
	return token
}

func (s *Server) latency(x *exchange) time.Duration {
	if s.cfg.Jitter <= 0 {
		return s.cfg.Latency
	}
	return s.cfg.Latency + time.Duration(unit(s.cfg.Seed^uint64(x.ordinal))*float64(s.cfg.Jitter))
}

// sleep waits. It returns false if the context ended first: the client went away, or the server closes.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
