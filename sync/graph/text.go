package graph

import (
	"strings"
	"unicode/utf8"
)

const minSecret = 8 // bytes; a shorter token is no secret, and is found within words

// clean makes text of a server fit for keeping: valid UTF-8, without the token should the server have sent it back, at
// most limit bytes.
func clean(s, token string, limit int) string {
	s = strings.TrimSpace(strings.ToValidUTF8(s, "\uFFFD"))
	if len(token) >= minSecret {
		s = strings.ReplaceAll(s, token, "[token]")
	}
	return clip(s, limit)
}

// clip cuts s to at most limit bytes, between runes, and marks the cut.
func clip(s string, limit int) string {
	const mark = "…"
	if len(s) <= limit {
		return s
	}
	cut := limit - len(mark)
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + mark
}
