package graph

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/statussync/statussync/sync/row"
)

// A Kind is what went wrong with one attempt.
type Kind uint8

// The kinds of an Error.
const (
	Refused      Kind = iota // the service refused this row for good: most 4xx, any redirect, 501, 505, 507
	Busy                     // locked, or being changed by another: 423, 409 with Directory_ConcurrencyViolation
	Throttled                // too many requests: 429
	Transient                // it may have been applied: other 5xx, 408, 424, a reset, a timeout, an unreadable answer
	Unconfirmed              // a 2xx that promises nothing: 202, say, or a list that is of no use
	Unreachable              // nothing was sent: refused connection, failed lookup or TLS handshake, deadline before
	Unauthorized             // 401, and the token source has been asked again
	SignIn                   // 401 with a renewed token as well, or no token to be had
	Forbidden                // 403
	Certificate              // the server's certificate cannot be trusted
	Proxy                    // the proxy refuses to connect us: 407, say
)

var kinds = [...]struct {
	word, silence          string
	again, definite, fatal bool
}{
	Refused:      {word: "refused", silence: "the row cannot be sent", definite: true},
	Busy:         {word: "busy", again: true, definite: true},
	Throttled:    {word: "throttled", again: true, definite: true},
	Transient:    {word: "transient", silence: "no answer from Microsoft Graph", again: true},
	Unconfirmed:  {word: "unconfirmed"},
	Unreachable:  {word: "unreachable", silence: "Microsoft Graph cannot be reached", again: true, definite: true},
	Unauthorized: {word: "unauthorized", again: true, definite: true},
	SignIn:       {word: "sign-in refused", silence: "there is no token to sign in with", definite: true, fatal: true},
	Forbidden:    {word: "forbidden", definite: true},
	Certificate:  {word: "certificate", silence: "the certificate cannot be trusted", definite: true, fatal: true},
	Proxy:        {word: "proxy", silence: "the proxy does not let us through", definite: true, fatal: true},
}

func (k Kind) String() string { return kinds[k].word }

// An Error is an attempt that did not succeed. It holds no token, and no part of an address but the host.
type Error struct {
	Kind   Kind
	Answer row.Answer // as the call returned it
	Err    error      // the cause, where it is not the answer alone

	wait   time.Duration
	asked  bool // everybody is to wait
	free   bool // the token that was refused has been replaced
	unmade bool
}

// Again reports whether another attempt may fare better.
func (e *Error) Again() bool { return kinds[e.Kind].again }

// Pause reports whether the service asked everybody to wait, and for how long; 0 means that it did not say.
func (e *Error) Pause() (time.Duration, bool) { return e.wait, e.asked }

// Definite reports whether it is certain that this attempt was not applied.
func (e *Error) Definite() bool { return kinds[e.Kind].definite }

// Free reports whether the attempt does not count against the row: a 429, or a 401 whose token has been replaced since.
func (e *Error) Free() bool { return e.Kind == Throttled || e.Kind == Unauthorized && e.free }

// Unmade reports whether not even a request was made: there was no token, or the row cannot be written as one.
func (e *Error) Unmade() bool { return e.unmade }

// Fatal reports whether no other row would fare better.
func (e *Error) Fatal() bool { return kinds[e.Kind].fatal }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Error returns one sentence. What the server said is quoted; a token source says it in words of its own.
func (e *Error) Error() string {
	var b strings.Builder
	a := e.Answer
	switch {
	case a.HTTPStatus == 0 && a.Code == codeSignIn:
		return "there is no token for now: " + a.Message
	case a.HTTPStatus == 0 && a.Code == codeToken:
		return kinds[e.Kind].silence + ": " + a.Message
	case a.HTTPStatus == 0:
		fmt.Fprintf(&b, "%s (%s)", kinds[e.Kind].silence, a.Code)
	default:
		status := fmt.Sprintf("%d %s", a.HTTPStatus, http.StatusText(a.HTTPStatus))
		b.WriteString("Microsoft Graph answered " + strings.TrimSpace(status))
		if a.Code != "" {
			fmt.Fprintf(&b, ", code %q", a.Code)
		}
	}
	if a.Message != "" {
		fmt.Fprintf(&b, ": %q", a.Message)
	}
	if a.RequestID != "" {
		fmt.Fprintf(&b, ", request-id %q", a.RequestID)
	}
	return b.String()
}

const hintGrant = "the app needs the permission DeviceManagementApps.ReadWrite.All with an administrator's consent, " +
	"and the tenant an Intune licence"

// Hint says what to do about it; it is empty where there is nothing to do but wait. A token source's own hint goes
// first.
func (e *Error) Hint() string {
	var inner interface{ Hint() string }
	if errors.As(e.Err, &inner) && inner.Hint() != "" {
		return inner.Hint()
	}
	switch e.Kind {
	case SignIn:
		return "sign in to this tenant anew, or put a new token where the program reads it, and run the same command " +
			"again; " + hintGrant
	case Forbidden:
		return hintGrant
	case Certificate:
		return "check the base URL and this machine's clock; a proxy that looks into TLS needs its authority in the " +
			"system's certificate store, or in --ca-file"
	case Proxy:
		return hintProxy
	case Unreachable:
		return silenceHints[e.Answer.Code]
	}
	return ""
}

const hintProxy = "check the proxy in the environment variable HTTPS_PROXY, and its user name and password"

// silenceHints say what to do where Graph cannot be reached, by the code of the silence.
var silenceHints = map[string]string{
	"dns":     "check the host in --base-url, and this machine's name service; behind a proxy set HTTPS_PROXY",
	"refused": "check host and port in --base-url: nobody listens there",
	"tls":     "check --base-url: what listens there does not speak TLS",
	"timeout": "check the network and its firewall; behind a proxy set HTTPS_PROXY",
	codeProxy: hintProxy,
}
