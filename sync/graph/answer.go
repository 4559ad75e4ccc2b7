package graph

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/statussync/statussync/sync/row"
)

const (
	maxBody    = 64 << 10 // bytes read of an answer but a list; behind them the connection is dropped
	maxKept    = 1 << 20  // bytes of a page that is used again
	maxMessage = 1024     // bytes of row.Answer.Message
	maxCode    = 128      // bytes of a code or request id
)

var errTooLong = errors.New("the answer is too long")

// A page is the memory for one answer's body.
type page struct {
	text []byte
	echo echo
}

var pages = sync.Pool{New: func() any { return &page{text: make([]byte, 0, 2048)} }}

// read fills the page with at most room bytes. What was read stays on the page when an error follows.
func (p *page) read(r io.Reader, room int) error {
	p.text = p.text[:0]
	for {
		if len(p.text) == cap(p.text) {
			p.text = slices.Grow(p.text, len(p.text))
		}
		n, err := r.Read(p.text[len(p.text):cap(p.text)])
		p.text = p.text[:len(p.text)+n]
		switch {
		case len(p.text) > room:
			p.text = p.text[:room]
			return errTooLong
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// free gives the page back.
func (p *page) free() {
	if cap(p.text) <= maxKept {
		pages.Put(p)
	}
}

// hear takes an answer in, and judges it.
func (c *Client) hear(ctx context.Context, res *http.Response, b *bearer, want expected, answer row.Answer) (
	row.Answer, error,
) {
	p := pages.Get().(*page)
	defer p.free()
	p.echo.token = b.token
	room := maxBody
	if res.StatusCode == http.StatusOK {
		room = want.room()
	}
	readErr := p.read(res.Body, room)
	res.Body.Close()
	answer.HTTPStatus, answer.Quota = res.StatusCode, quotaOf(res.Header)
	answer.RequestID = clean(res.Header.Get("Request-Id"), b.token, maxCode)
	switch res.StatusCode {
	case http.StatusOK, http.StatusCreated, http.StatusNoContent:
		return p.confirm(ctx, readErr, b, want, answer)
	case http.StatusServiceUnavailable: // a new connection may lead to a machine that is well
		c.transport.CloseIdleConnections()
	}

	said := p.problem(res, b, &answer)
	e := &Error{Kind: judge(res.StatusCode, said.concurrency), Answer: answer}
	switch e.Kind {
	case Unauthorized:
		c.renew(ctx, b, demand(res.Header["Www-Authenticate"]), e)
	case Throttled:
		e.wait, _ = retryAfter(res.Header, time.Now())
		e.asked = true
	case Transient:
		if res.StatusCode == http.StatusServiceUnavailable || res.StatusCode == statusBandwidth {
			e.wait, e.asked = retryAfter(res.Header, time.Now())
		}
	default:
		b.prove()
	}
	return answer, e
}

// problem writes to answer what the body of a refusal says.
func (p *page) problem(res *http.Response, b *bearer, answer *row.Answer) problem {
	said := readProblem(p.text)
	if res.StatusCode/100 == 3 {
		said = problem{code: "redirect", message: destination(res.Header.Get("Location"))}
	}
	answer.Code = clean(said.code, b.token, maxCode)
	answer.Message = clean(said.message, b.token, maxMessage)
	if answer.RequestID == "" {
		answer.RequestID = clean(said.requestID, b.token, maxCode)
	}
	return said
}

const statusBandwidth = 509 // Microsoft Graph's bandwidth limit; no RFC has it

// judge says what a status other than those of success means for a PATCH that sets absolute values.
func judge(status int, concurrency bool) Kind {
	switch status {
	case http.StatusUnauthorized:
		return Unauthorized
	case http.StatusForbidden:
		return Forbidden
	case http.StatusTooManyRequests:
		return Throttled
	case http.StatusLocked:
		return Busy
	case http.StatusConflict:
		if concurrency {
			return Busy
		}
		return Refused
	case http.StatusRequestTimeout, http.StatusFailedDependency:
		return Transient
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported, http.StatusInsufficientStorage:
		return Refused
	}
	switch status / 100 {
	case 2:
		return Unconfirmed
	case 3, 4:
		return Refused
	}
	return Transient
}

// confirm judges an answer whose status is one of success by its body.
func (p *page) confirm(ctx context.Context, err error, b *bearer, want expected, answer row.Answer) (
	row.Answer, error,
) {
	var mismatch string
	if err != nil {
		answer.Code = silenceCode(ctx, err)
	} else if mismatch, err = want.read(p); err != nil {
		answer.Code = "unreadable"
	}
	if err == nil {
		b.prove()
		answer.Mismatch = clean(mismatch, b.token, maxMessage)
		return answer, nil
	}
	var fault *faultError
	if errors.As(err, &fault) {
		b.prove()
		answer.Message = clean(fault.text, b.token, maxMessage)
		return answer, &Error{Kind: Unconfirmed, Answer: answer}
	}
	answer.Message = clean(want.excuse(p, err), b.token, maxMessage)
	return answer, &Error{Kind: Transient, Answer: answer, Err: err}
}

// renew has the token that met a 401 renewed, with the claims that it demanded, and notes in e what came of it.
func (c *Client) renew(ctx context.Context, b *bearer, claims string, e *Error) {
	e.free, e.Err = c.tokens.refused(ctx, b, claims)
	if e.Err != nil && ctx.Err() == nil && !passing(e.Err) {
		e.Kind = SignIn
	}
}

// destination names the host that a redirect leads to, and nothing that may be a secret.
func destination(location string) string {
	u, err := url.Parse(location)
	if err != nil || u.Host == "" {
		return "a redirect, not followed"
	}
	return "a redirect to " + u.Scheme + "://" + u.Host + ", not followed"
}
