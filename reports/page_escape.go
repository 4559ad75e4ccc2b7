package reports

import "strings"

// escapedSize has the bytes that html/template makes of a byte, where it is more than one.
var escapedSize = func() (size [256]int) {
	for b := range size {
		size[b] = 1
	}
	for escaped, b := range map[string]byte{
		"&#34;": '"', "&amp;": '&', "&#39;": '\'', "&#43;": '+', "&lt;": '<', "&gt;": '>', "\ufffd": 0,
	} {
		size[b] = len(escaped)
	}
	return size
}()

// escapedLen returns the bytes that s takes of a page.
func escapedLen(s string) (n int) {
	for i := range len(s) {
		n += escapedSize[s[i]]
	}
	return n
}

// clipEscaped returns the UTF-8 text s cut so that it takes at most limit bytes of a page, of which the sign of a cut
// needs three.
func clipEscaped(s string, limit int) string {
	if escapedLen(s) <= limit {
		return s
	}
	size := len("…")
	for i, r := range s {
		if size += escapedLen(string(r)); size > limit {
			return s[:i] + "…"
		}
	}
	return s
}

// brief returns a name for the page, on one line, cut where it is very long.
func brief(s string) string { return clipEscaped(visible(strings.TrimSpace(s)), maxQuote) }
