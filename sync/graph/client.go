// Package graph speaks to Microsoft Graph, one call one request.
//
// Start with [New]. [Client.Patch] sets one install status, [Client.Get] reads one, [Client.List] reads those of an app
// page by page, [Client.AnyApp] finds one, [Client.Probe] asks whether the route is served at all, and [Client.Inspect]
// what time it is there.
// Before each request [Config].Tokens is asked for a token; package signin has such sources.
//
// A call never retries, never follows a redirect, never sends its token to another host than the configured one.
// What went wrong comes back as an [*Error], which answers what a caller has to know: may another try fare better,
// was everybody asked to wait, is it certain that nothing was applied, would no other row fare better.
//
// What an answer means is decided by its HTTP status first, by its error code second, by its text never.
package graph

import (
	"bytes"
	"context"
	"crypto/x509"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/statussync/statussync/sync/row"
)

// DefaultBaseURL is the public cloud's service root; userAppInstallStatus is documented for beta alone.
const DefaultBaseURL = "https://graph.microsoft.com/beta"

// DefaultPath addresses the collection of an app's statuses; the status is then named by the id in the body.
// Microsoft's entity form is the same with "/{id}" behind it.
const DefaultPath = "/deviceAppManagement/mobileApps/{mobileAppId}/userStatuses"

// A Config says where a Client sends its requests, and as whom.
type Config struct {
	BaseURL   string         // service root with its version, see CheckBaseURL; "" is DefaultBaseURL
	Path      string         // template below BaseURL, see CheckPath; "" is DefaultPath
	Tokens    TokenSource    // required
	UserAgent string         // "" is "statussync"
	Conns     int            // idle connections kept: the concurrency; less than 1 is 1
	RootCAs   *x509.CertPool // certificate authorities to trust; nil means those of the system
}

// A Client sends requests to one service root. It is safe for concurrent use.
type Client struct {
	route     *route
	tokens    tokens
	transport *http.Transport
	agent     []string
}

// New returns a client for cfg. Its error is a *SettingError.
func New(cfg Config) (*Client, error) {
	if cfg.BaseURL == "" {
		cfg.BaseURL = DefaultBaseURL
	}
	if cfg.Path == "" {
		cfg.Path = DefaultPath
	}
	if cfg.UserAgent == "" {
		cfg.UserAgent = "statussync"
	}
	if cfg.Tokens == nil {
		return nil, &SettingError{Setting: "token source", Text: "is missing"}
	}
	r, err := newRoute(cfg.BaseURL, cfg.Path)
	if err != nil {
		return nil, err
	}
	return &Client{
		route:     r,
		tokens:    newTokens(cfg.Tokens),
		transport: newTransport(max(cfg.Conns, 1), cfg.RootCAs),
		agent:     []string{cfg.UserAgent},
	}, nil
}

// Close closes the idle connections. The client must not be used afterwards.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Patch sets s with one request, and returns what Graph said to it; the error is an *Error with the same answer.
//
// Success is 200 or 201 (the service made the status that the row names) with the object or an empty body, or 204.
// Where the object came back and differs from s, the Answer's Mismatch says how; what it leaves out is not
// compared. Any other 2xx promises nothing yet and is an error of the kind Unconfirmed. The deadline of ctx is the
// attempt's.
func (c *Client) Patch(ctx context.Context, s *row.Status) (row.Answer, error) {
	answer := row.Answer{ClientRequestID: uuid.NewString()}
	x := &exchange{}
	var err error
	if x.data, err = encode(s); err == nil {
		err = c.route.status(&x.url, s)
	}
	if err != nil {
		return unsendable(answer, err)
	}
	return c.send(ctx, x, http.MethodPatch, (*change)(s), answer)
}

// Probe asks for the first status of an app, with one GET of the collection. A nil error means that the route is
// served.
func (c *Client) Probe(ctx context.Context, appID string) (row.Answer, error) {
	answer, _, err := c.Inspect(ctx, appID)
	return answer, err
}

// Inspect is Probe, and returns by the service's clock when it answered; zero if it did not say.
func (c *Client) Inspect(ctx context.Context, appID string) (row.Answer, time.Time, error) {
	answer := row.Answer{ClientRequestID: uuid.NewString()}
	x := &exchange{}
	err := c.route.collection(&x.url, appID)
	if err != nil {
		answer, err = unsendable(answer, err)
		return answer, time.Time{}, err
	}
	x.url.RawQuery = "$top=1"
	answer, err = c.send(ctx, x, http.MethodGet, (*change)(nil), answer)
	clock, _ := http.ParseTime(x.date) // zero if it is not one
	return answer, clock, err
}

// An expected is what a call makes of an answer's body when the status says success.
type expected interface {
	room() int // bytes that the body may have
	read(*page) (mismatch string, err error)
	excuse(*page, error) string // what may be shown of a body that could not be read
}

// A change is what a Patch has sent; nil, of a Probe, takes any object.
type change row.Status

func (s *change) room() int { return maxBody }

func (s *change) read(p *page) (string, error) {
	if len(bytes.TrimSpace(p.text)) == 0 {
		return "", nil
	}
	return p.echo.read(p.text, (*row.Status)(s))
}

func (s *change) excuse(p *page, err error) string {
	if s == nil {
		return p.excuse(err)
	}
	return readProblem(p.text).message
}

// send makes the one request of a call.
func (c *Client) send(ctx context.Context, x *exchange, method string, want expected, answer row.Answer) (
	row.Answer, error,
) {
	b, err := c.tokens.current(ctx)
	if err != nil {
		return tokenless(ctx, answer, err)
	}
	c.prepare(ctx, x, method, b, answer.ClientRequestID)
	res, err := c.transport.RoundTrip(&x.request)
	if err != nil {
		return silence(ctx, answer, b, err, x.unsent())
	}
	if method == http.MethodGet {
		x.date = res.Header.Get("Date")
	}
	return c.hear(ctx, res, b, want, answer)
}
