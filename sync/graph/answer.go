package graph

import (
	"bytes"
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
	maxBody    = 64 << 10 // bytes read of an answer; behind them the connection is dropped
	maxMessage = 1024     // bytes of row.Answer.Message
	maxCode    = 128      // bytes of a code or request id
)

var errTooLong = errors.New("the answer is longer than 64 KiB")

// A page is the memory for one answer's body.
type page struct {
	text []byte
	echo echo
}

var pages = sync.Pool{New: func() any { return &page{text: make([]byte, 0, 2048)} }}

// read fills the page with at most maxBody bytes. What was read stays on the page when an error follows.
func (p *page) read(r io.Reader) error {
	p.text = p.text[:0]
	for {
		if len(p.text) == cap(p.text) {
			p.text = slices.Grow(p.text, len(p.text))
		}
		n, err := r.Read(p.text[len(p.text):cap(p.text)])
		p.text = p.text[:len(p.text)+n]
		switch {
		case len(p.text) > maxBody:
			p.text = p.text[:maxBody]
			return errTooLong
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// hear takes an answer in, and judges it.
func (c *Client) hear(ctx context.Context, res *http.Response, b *bearer, sent *row.Status, answer row.Answer) (
	row.Answer, error,
) {
	p := pages.Get().(*page)
	defer pages.Put(p)
	readErr := p.read(res.Body)
	res.Body.Close()
	answer.HTTPStatus = res.StatusCode
	answer.RequestID = clean(res.Header.Get("Request-Id"), b.token, maxCode)
	switch res.StatusCode {
	case http.StatusOK, http.StatusCreated, http.StatusNoContent:
		return p.confirm(ctx, readErr, b, sent, answer)
	case http.StatusServiceUnavailable: // a new connection may lead to a machine that is well
		c.transport.CloseIdleConnections()
	}

	said := p.problem(res, b, &answer)
	e := &Error{Kind: judge(res.StatusCode, said.concurrency), Answer: answer}
	switch e.Kind {
	case Unauthorized:
		c.renew(ctx, b, e)
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
func (p *page) confirm(ctx context.Context, err error, b *bearer, sent *row.Status, answer row.Answer) (
	row.Answer, error,
) {
	var mismatch string
	if err != nil {
		answer.Code = silenceCode(ctx, err)
	} else if len(bytes.TrimSpace(p.text)) > 0 {
		if mismatch, err = p.echo.read(p.text, sent); err != nil {
			answer.Code = "unreadable"
		}
	}
	if err != nil {
		answer.Message = clean(readProblem(p.text).message, b.token, maxMessage)
		return answer, &Error{Kind: Transient, Answer: answer, Err: err}
	}
	b.prove()
	answer.Mismatch = clean(mismatch, b.token, maxMessage)
	return answer, nil
}

// renew has the token that met a 401 renewed, and notes in e what came of it.
func (c *Client) renew(ctx context.Context, b *bearer, e *Error) {
	changed, err := c.tokens.refused(ctx, b)
	e.free, e.Err = changed, err
	if err != nil && ctx.Err() == nil {
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
