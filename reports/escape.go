package reports

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// jsonPlain marks the bytes that stand for themselves in a JSON string; cellPlain those in a CSV cell, wherever they
// are.
var jsonPlain, cellPlain = func() (j, c [256]bool) {
	for b := byte(' '); b < 0x7f; b++ {
		j[b] = b != '"' && b != '\\'
		c[b] = !strings.ContainsRune(`",;|`, rune(b))
	}
	return j, c
}()

// allPlain reports whether every byte of s is marked.
func allPlain(marked *[256]bool, s string) bool {
	for i := range len(s) {
		if !marked[s[i]] {
			return false
		}
	}
	return true
}

// appendJSON appends s as a JSON string. What a terminal would obey instead of showing is escaped too, which JSON
// leaves to the writer: C1 controls, bidirectional marks. Bytes that are not UTF-8 become U+FFFD, as JSON cannot hold
// them.
func appendJSON(b []byte, s string) []byte {
	b = append(b, '"')
	if allPlain(&jsonPlain, s) {
		b = append(b, s...)
		return append(b, '"')
	}
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf && jsonPlain[r]:
			b = append(b, byte(r))
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		default:
			b = appendJSONRune(b, r)
		}
	}
	return append(b, '"')
}

// appendJSONRune appends a rune inside of a JSON string, escaped unless it is printable.
func appendJSONRune(b []byte, r rune) []byte {
	switch {
	case r == '\n':
		return append(b, `\n`...)
	case r == '\r':
		return append(b, `\r`...)
	case r == '\t':
		return append(b, `\t`...)
	case strconv.IsPrint(r):
		return utf8.AppendRune(b, r)
	case r > 0xffff: // JSON spells these as two surrogates
		r -= 0x10000
		b = appendUnicode(b, 0xd800+r>>10)
		return appendUnicode(b, 0xdc00+r&0x3ff)
	}
	return appendUnicode(b, r)
}

func appendUnicode(b []byte, r rune) []byte {
	return append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

// escapeJSON returns a JSON document in which nothing but its line ends is unprintable.
func escapeJSON(doc []byte) []byte {
	b := make([]byte, 0, len(doc))
	for _, r := range string(doc) {
		if r == '\n' || r < utf8.RuneSelf && r != 0x7f {
			b = append(b, byte(r))
		} else {
			b = appendJSONRune(b, r)
		}
	}
	return b
}

// AppendCell appends s as a CSV cell for people, for any of the delimiters that are read. It is one line without
// control characters: those are spelled as Go spells them. A quote mark defuses what a spreadsheet would take for a
// formula, at the beginning and after each separator, as a spreadsheet set to another separator begins a cell there.
func AppendCell(b []byte, s string) []byte {
	if s == "" || s[0] != ' ' && !formula(s) && allPlain(&cellPlain, s) {
		return append(b, s...)
	}
	b = append(b, '"')
	fresh := true
	for i, r := range s {
		if fresh && formula(s[i:]) {
			b = append(b, '\'')
		}
		fresh = strings.ContainsRune(",;|", r)
		if r == '"' {
			b = append(b, '"')
		}
		b = appendVisible(b, s[i:], r)
	}
	return append(b, '"')
}

// formula reports whether a spreadsheet may take text that begins like s for a formula. The wide signs count where the
// spreadsheet speaks Chinese or Japanese.
func formula(s string) bool {
	s = strings.TrimLeft(s, ` "`)
	if s == "" {
		return false
	}
	r, _ := utf8.DecodeRuneInString(s)
	return strings.ContainsRune("=+-@\t\r\n＝＋－＠", r)
}

// appendVisible appends r, the first rune of rest, spelled out unless it is printable.
func appendVisible(b []byte, rest string, r rune) []byte {
	switch {
	case r == utf8.RuneError && !strings.HasPrefix(rest, "\ufffd"):
		return append(b, '\\', 'x', hexDigits[rest[0]>>4], hexDigits[rest[0]&15])
	case strconv.IsPrint(r):
		return utf8.AppendRune(b, r)
	}
	quoted := strconv.AppendQuoteRune(b, r) // 'x' or '\n': only what stands between the marks is wanted
	copy(quoted[len(b):], quoted[len(b)+1:])
	return quoted[:len(quoted)-2]
}

// visible returns s on one line, with everything unprintable spelled out.
func visible(s string) string {
	var b []byte
	for i, r := range s {
		b = appendVisible(b, s[i:], r)
	}
	return string(b)
}
