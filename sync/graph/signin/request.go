package signin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

const (
	// azidentity goes to the service twice before it gives up, so these make about a second.
	retries       = 2
	retryDelay    = 100 * time.Millisecond
	maxRetryDelay = time.Second

	dialTimeout = 5 * time.Second
	tlsTimeout  = 5 * time.Second
	localDial   = time.Second // to what answers on this machine, if it is there at all

	maxHeader = 64 << 10 // bytes of an answer's header
	maxAnswer = 1 << 20  // bytes of an answer
)

// A request is one token request with all that goes over the wire for it, and what came of it.
type request struct {
	*account

	transport *http.Transport
	secrets   []string // that were sent
	fault     error    // of our own part

	// The last answer or error on the wire: azidentity's own errors have lost it, or may show too much.
	res  *http.Response
	body []byte
	err  error
}

// newTransport returns a transport for one token request. A managed identity answers on this machine, and what is sent
// to it is for no proxy.
func (a *account) newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: dialTimeout}
	t := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: proxyAnswered,
		TLSClientConfig:        &tls.Config{RootCAs: a.RootCAs, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    tlsTimeout,
		ForceAttemptHTTP2:      true,
		IdleConnTimeout:        tlsTimeout,
		MaxResponseHeaderBytes: maxHeader,
		DisableCompression:     true,
	}
	if a.kind == ManagedIdentity {
		t.Proxy, dialer.Timeout = nil, localDial
	}
	t.DialContext = dialer.DialContext
	return t
}

// client returns what azidentity is to send with. Redirects are answers like others: nothing secret follows them.
func (r *request) client() *http.Client {
	c := &http.Client{
		Transport:     encrypted{r.transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if r.kind == ManagedIdentity {
		c.Transport = r.transport // plain HTTP mostly, and with Service Fabric azidentity insists on this type
	}
	return c
}

// encrypted sends over TLS only, and cuts answers off at maxAnswer.
type encrypted struct{ base *http.Transport }

func (e encrypted) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != "https" {
		return nil, errPlain
	}
	res, err := e.base.RoundTrip(req)
	if err == nil {
		res.Body = cut{io.LimitReader(res.Body, maxAnswer), res.Body}
	}
	return res, err
}

var errPlain = errors.New("the sign-in service leads to an address without https")

type cut struct {
	io.Reader
	io.Closer
}

// Do is a policy.Policy that notes what came.
func (r *request) Do(req *policy.Request) (*http.Response, error) {
	r.res, r.err = req.Next()
	r.body = nil
	if r.err == nil {
		r.body, _ = runtime.Payload(r.res)
	}
	return r.res, r.err
}

// A proxyError is a proxy's refusal to connect us.
type proxyError struct{ status int }

func (e *proxyError) Error() string {
	return fmt.Sprintf("the proxy answered %d %s", e.status, http.StatusText(e.status))
}

func proxyAnswered(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{status: res.StatusCode}
}
