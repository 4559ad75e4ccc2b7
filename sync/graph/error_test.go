package graph

import (
	"testing"

	"github.com/statussync/statussync/sync/row"
)

func TestErrorSentence(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]*Error{
		`Microsoft Graph answered 404 Not Found, code "NotFound": "no\r\nsuch", request-id "r"`: {Kind: Refused,
			Answer: row.Answer{HTTPStatus: 404, Code: "NotFound", Message: "no\r\nsuch", RequestID: "r"}},
		`Microsoft Graph answered 599`: {Kind: Transient, Answer: row.Answer{HTTPStatus: 599}},
		`no answer from Microsoft Graph (reset): "read: connection reset"`: {Kind: Transient,
			Answer: row.Answer{Code: "reset", Message: "read: connection reset"}},
		`Microsoft Graph cannot be reached (refused)`: {Kind: Unreachable,
			Answer: row.Answer{Code: "refused"}},
		`there is no token for now: the service "x" answered 503`: {Kind: Unreachable,
			Answer: row.Answer{Code: "sign-in", Message: `the service "x" answered 503`}},
		`there is no token to sign in with: it is empty`: {Kind: SignIn,
			Answer: row.Answer{Code: "token", Message: "it is empty"}},
		`the row cannot be sent (unsendable)`: {Kind: Refused,
			Answer: row.Answer{Code: "unsendable"}},
		`the proxy does not let us through (proxy)`: {Kind: Proxy, Answer: row.Answer{Code: "proxy"}},
		"the certificate cannot be trusted (certificate)": {Kind: Certificate,
			Answer: row.Answer{Code: "certificate"}},
	} {
		if got := e.Error(); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

func TestHints(t *testing.T) {
	t.Parallel()
	for k := range kinds {
		e := &Error{Kind: Kind(k)}
		needs := e.Fatal() || e.Kind == Forbidden
		if (e.Hint() != "") != needs {
			t.Errorf("%v: hint %q", e.Kind, e.Hint())
		}
	}
}
