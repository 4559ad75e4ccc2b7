package graph

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
)

// Header values that all requests share; a transport does not change a request's header.
var (
	jsonType = []string{"application/json"}
	identity = []string{"identity"} // without it a server may compress as it likes (RFC 9110, section 12.5.3)
	blank    = &http.Request{Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
)

// An exchange is all that one request is made of, in one piece of memory. It is not used twice: a transport may
// still be reading it when an early answer is there.
type exchange struct {
	request http.Request
	url     url.URL
	id      [1]string
	data    []byte // the body; nil is none
	reader  bytes.Reader
	trace   httptrace.ClientTrace
	begun   atomic.Bool
	date    string // when the service answered a read, as it says
}

// prepare makes x.request out of x.url and x.data.
func (c *Client) prepare(ctx context.Context, x *exchange, method string, b *bearer, id string) {
	x.id[0] = id
	x.trace.GotConn = x.gotConn
	x.request = *blank.WithContext(httptrace.WithClientTrace(ctx, &x.trace))
	x.request.Method = method
	x.request.URL = &x.url
	x.request.Host = x.url.Host
	x.request.Header = http.Header{
		"Accept":            jsonType,
		"Accept-Encoding":   identity,
		"Authorization":     b.header[:],
		"Client-Request-Id": x.id[:],
		"User-Agent":        c.agent,
	}
	if x.data == nil {
		return
	}
	x.request.Header["Content-Type"] = jsonType
	x.reader.Reset(x.data)
	x.request.Body = io.NopCloser(&x.reader)
	x.request.GetBody = x.again
	x.request.ContentLength = int64(len(x.data))
}

// again lets the transport dial anew when it finds an idle connection closed before it wrote to it.
func (x *exchange) again() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(x.data)), nil }

// gotConn is called before the first byte is written, when there is a connection with its TLS handshake done.
func (x *exchange) gotConn(httptrace.GotConnInfo) { x.begun.Store(true) }

// unsent reports that RoundTrip came back before it had a connection: the lookup, the dial, the proxy or the TLS
// handshake failed, or the deadline was over. A body of our own that noticed its being read would tell more
// exactly, but for such a body the transport sends the header in a write by itself, a sixth of the CPU of a
// request.
func (x *exchange) unsent() bool { return !x.begun.Load() }
