package signin

import (
	"context"
	"strings"
)

// A Static is a token that does not change. The zero Static has none.
type Static struct {
	origin string
	token  Secret
}

// NewStatic returns a source of the one token, without blanks around it. origin names in errors where it comes from.
func NewStatic(origin, token string) Static {
	return Static{origin: origin, token: NewSecret(strings.TrimSpace(token))}
}

// Token returns the token, also when it was refused: the service is known to refuse good tokens now and then, so a
// second refusal decides. The error is an *Error.
func (s Static) Token(context.Context, string) (string, error) {
	token := s.token.Reveal()
	if token == "" {
		return "", &Error{Origin: s.origin, Text: "is empty", HintText: "Put a token for Microsoft Graph there."}
	}
	if !plain([]byte(token)) {
		return "", &Error{Origin: s.origin, Text: "holds characters that no token has",
			HintText: `Put the token there alone, without "Bearer".`}
	}
	return token, nil
}
