package input

import (
	"bytes"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

func nested(value []byte) bool { return value[0] == '{' || value[0] == '[' }

// kindName names the kind of a value for people.
func kindName(value []byte) string {
	switch value[0] {
	case 'n':
		return "null"
	case 't':
		return "true"
	case 'f':
		return "false"
	case '"':
		return "a string"
	case '[':
		return "an array"
	case '{':
		return "an object"
	}
	return "a number"
}

// unquote returns the text of a string, and whether the string is sound.
func unquote(quoted []byte) (string, bool) {
	plain := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(plain, '\\') < 0 {
		return string(plain), utf8.Valid(plain)
	}
	unescaped, err := jsontext.AppendUnquote(nil, quoted)
	return string(unescaped), err == nil
}

// sound reports whether the strings in a value are valid UTF-8 without half a surrogate pair.
func sound(value []byte) bool {
	if bytes.IndexByte(value, '\\') < 0 {
		return utf8.Valid(value)
	}
	return jsontext.Value(value).IsValid(jsontext.AllowDuplicateNames(true))
}

// damage returns what is wrong with a value that is not sound.
func damage(value []byte) (kind, why string) {
	if !utf8.Valid(value) {
		return "not-utf8", notUTF8
	}
	return "half-pair", "has half of a surrogate pair in it"
}

// appendCompact appends a value without blanks, its tokens as they are.
func appendCompact(dst, value []byte) []byte {
	if !nested(value) {
		return append(dst, value...)
	}
	dst, _ = jsontext.AppendFormat(dst, value, // has been read, so it is valid
		jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true), jsontext.PreserveRawStrings(true))
	return dst
}
