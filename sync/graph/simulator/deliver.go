package simulator

import (
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// Header values that never change are shared by all answers: net/http only reads them.
var (
	typeJSON   = []string{"application/json; odata.metadata=minimal; charset=utf-8"}
	typeHTML   = []string{"text/html; charset=utf-8"}
	packed     = []string{"gzip"}
	diagnostic = []string{`{"ServerInfo":{"DataCenter":"Loopback","Slice":"E","Ring":"0","ScaleUnit":"000",` +
		`"RoleInstance":"SIMULATOR"}}`}
	challenge = []string{`Bearer realm="", error="invalid_token"`}
)

// deliver writes the answer, as far as the fault lets it.
func (s *Server) deliver(w http.ResponseWriter, r *http.Request, x *exchange) {
	if x.fault.Reset != "" {
		reset(w)
		return
	}
	x.out = x.out[:0]
	if x.fault.Raw != "" {
		x.out, x.body = append(x.out, x.fault.Raw...), bodyRaw
	} else {
		x.render()
	}
	x.headers(w.Header(), r)
	switch {
	case x.fault.Cut:
		w.Header()["Content-Length"] = []string{strconv.Itoa(len(x.out) + 1)}
		w.WriteHeader(x.status)
		_, _ = w.Write(x.out[:len(x.out)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case x.body == BodyEndless:
		w.WriteHeader(x.status)
		stream(w, r)
	default:
		w.WriteHeader(x.status)
		_, _ = w.Write(x.out) // an error means that the client has gone
	}
}

func (x *exchange) headers(h http.Header, r *http.Request) {
	ids := []string{x.requestID, x.correlation}
	h["Request-Id"] = ids[:1:1]
	h["Client-Request-Id"] = ids[1:]
	h["X-Ms-Ags-Diagnostic"] = diagnostic
	if x.retry != nil {
		h["Retry-After"] = x.retry
	}
	if x.left.limit > 0 {
		x.left.headers(h)
	}
	if len(x.out) > 0 || x.body == BodyEndless {
		h["Content-Type"] = typeJSON
	}
	switch x.body {
	case BodyHTML:
		h["Content-Type"] = typeHTML
	case BodyBomb:
		h["Content-Encoding"] = packed
	}
	if x.status == http.StatusUnauthorized {
		h["Www-Authenticate"] = challenge
		if x.denied != nil && x.denied.challenge != nil {
			h["Www-Authenticate"] = x.denied.challenge
		}
	}
	if x.status >= http.StatusMultipleChoices && x.status < http.StatusBadRequest {
		h["Location"] = []string{x.elsewhere(r)}
	}
	for name, values := range x.fault.Header {
		h[http.CanonicalHeaderKey(name)] = values
	}
}

// elsewhere returns where a redirect leads to.
func (x *exchange) elsewhere(r *http.Request) string {
	if x.fault.Location != "" {
		return x.fault.Location
	}
	path := r.URL.EscapedPath()
	return x.host + "/elsewhere" + path[max(0, strings.Index(path, collection)):]
}

// stream writes until the client or the server gives up.
func stream(w http.ResponseWriter, r *http.Request) {
	out := http.NewResponseController(w)
	chunk := []byte(`{"value":"`)
	for r.Context().Err() == nil {
		if _, err := w.Write(chunk); err != nil {
			return
		}
		if err := out.Flush(); err != nil {
			return
		}
		chunk = []byte(endless)
	}
}

var endless = strings.Repeat("a", 16<<10)

// reset closes the connection in such a way that the client sees it broken, with a TCP RST if it is one. What is not a
// connection of its own (HTTP/2) is broken off by net/http.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	raw := conn
	if wrapped, ok := conn.(interface{ NetConn() net.Conn }); ok {
		raw = wrapped.NetConn() // beneath TLS, whose Close would say goodbye
	}
	if tcp, ok := raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = raw.Close()
}

// newID returns a random GUID.
func newID() string {
	const digits = "0123456789abcdef"
	var id [36]byte
	bits := rand.Uint64()
	for i := range id {
		switch i {
		case 8, 13, 18, 23:
			id[i] = '-'
			continue
		case 19:
			bits = rand.Uint64()
		}
		id[i] = digits[bits&15]
		bits >>= 4
	}
	id[14], id[19] = '4', '8'
	return string(id[:])
}
