package signin

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// An Error is a token that is not to be had. It holds no part of one, and none of a secret.
type Error struct {
	Text     string // one sentence, without its full stop
	HintText string
	Code     int   // of Microsoft Entra ID, what stands behind AADSTS; 0: none
	Err      error // the cause, if there is one to tell

	passing bool
}

func (e *Error) Error() string { return e.Text }

// Hint says what to do about it, or is empty.
func (e *Error) Hint() string { return e.HintText }

// Temporary reports whether another attempt may fare better with everything as it is.
func (e *Error) Temporary() bool { return e.passing }

func (e *Error) Unwrap() error { return e.Err }

func settingError(format string, args ...any) *Error {
	return &Error{Text: fmt.Sprintf(format, args...)}
}

// overdue is a token that did not come before ctx ended; from says where it would have come from.
func overdue(ctx context.Context, from string) *Error {
	return &Error{Text: "no token came" + from + " in time", Err: context.Cause(ctx), passing: true}
}

const (
	maxShown  = 300 // bytes of others' words
	minSecret = 8   // bytes; what is shorter is no secret, and is found within words
)

// wordy is what no sentence holds but an encoded token, key or assertion.
var wordy = regexp.MustCompile(`[\w.~+/=%-]{60,}`)

// shown makes others' words fit for an error: one line of bounded length, without the secrets or what looks like one.
func shown(text string, secrets []string) string {
	for _, s := range secrets {
		if len(s) >= minSecret {
			text = strings.NewReplacer(s, Mask, url.QueryEscape(s), Mask).Replace(text)
		}
	}
	text, _, _ = strings.Cut(strings.TrimSpace(strings.ToValidUTF8(text, "\uFFFD")), "\n")
	text = strings.TrimSpace(wordy.ReplaceAllString(text, Mask))
	if len(text) > maxShown {
		text = strings.ToValidUTF8(text[:maxShown], "") + "…"
	}
	return text
}
