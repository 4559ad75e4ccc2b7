package signin

import (
	"context"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// NewStatic returns a source of the one token, without blanks around it. origin names in errors where it comes from. It
// hands the token out also when it was refused: the service is known to refuse good tokens now and then, so a second
// refusal decides.
func NewStatic(origin, token string) *Source { return newSource(watched{}, staticToken(origin, token)) }

func staticToken(origin, text string) func(context.Context, string) (azcore.AccessToken, error) {
	token := NewSecret(strings.TrimSpace(text))
	return func(context.Context, string) (azcore.AccessToken, error) {
		switch text := token.Reveal(); {
		case text == "":
			return azcore.AccessToken{}, &Error{Text: "the token in " + origin + " is empty",
				HintText: "put a token for Microsoft Graph there"}
		case !plain([]byte(text)):
			return azcore.AccessToken{}, &Error{Text: "the token in " + origin + " holds characters that no token has",
				HintText: `put the token there alone, without "Bearer"`}
		default:
			return azcore.AccessToken{Token: text}, nil
		}
	}
}
