package input

import (
	"bytes"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// A spot is a place in a text: line and column from 1, the column in bytes.
type spot struct{ line, column int64 }

// jsonTokens reads a JSON text and knows the places of its tokens. It lets duplicate names and damaged characters
// through, since a jsontext.Decoder that looks for them cannot go on behind one.
type jsonTokens struct {
	dec   *jsontext.Decoder
	at    int64 // offset of the token that peek found last
	line  int64 // up to which line ends are counted
	begin int64 // offset at which that line begins
}

func newJSONTokens(in io.Reader) jsonTokens {
	dec := jsontext.NewDecoder(in, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return jsonTokens{dec: dec, line: 1}
}

// peek finds the next token and returns its kind; 0 says that reading it will end in an error.
func (j *jsonTokens) peek() jsontext.Kind {
	kind := j.dec.PeekKind()
	if kind == 0 {
		return 0
	}
	start := j.dec.InputOffset()
	unread := j.dec.UnreadBuffer()
	for i := 0; ; i++ {
		switch unread[i] {
		case ' ', '\t', '\r', ',', ':':
		case '\n':
			j.line++
			j.begin = start + int64(i) + 1
		default:
			j.at = start + int64(i)
			return kind
		}
	}
}

// spot returns the place of the token that peek found last, as long as it has not been read.
func (j *jsonTokens) spot() spot { return spot{j.line, j.at - j.begin + 1} }

// value reads the value that peek found. It is valid until the next call of peek.
func (j *jsonTokens) value() (jsontext.Value, error) {
	v, err := j.dec.ReadValue()
	if err == nil && nested(v) {
		j.pass(v, j.at)
	}
	return v, err
}

// pass counts the line ends in b, which stands at an offset of the text.
func (j *jsonTokens) pass(b []byte, offset int64) {
	if n := bytes.Count(b, newline); n > 0 {
		j.line += int64(n)
		j.begin = offset + int64(bytes.LastIndexByte(b, '\n')) + 1
	}
}

// locate returns the place of an offset that reading has just failed at.
func (j *jsonTokens) locate(offset int64) spot {
	read := j.dec.InputOffset()
	from := max(read, j.at)
	j.pass(j.dec.UnreadBuffer()[from-read:offset-read], from)
	return spot{j.line, offset - j.begin + 1}
}
