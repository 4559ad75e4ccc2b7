package graph

import (
	"bytes"
	"html"
	"math"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	maxNesting = 16 // objects and arrays within an error
	maxLetters = 2  // JSON documents within a message within a message

	codeConcurrency = "Directory_ConcurrencyViolation"
)

// A problem is what an error's body says.
type problem struct {
	code, message, requestID string

	concurrency bool // codeConcurrency is among the codes, at any depth
}

// readProblem reads an error's body as far as it can be read: Graph's error object in either spelling of innerError, a
// gateway's object, a JSON document as the text of a message, an HTML page, plain text, nothing.
func readProblem(body []byte) problem {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return problem{}
	}
	if body[0] == '<' {
		return problem{message: title(body)}
	}
	said := readObject(body)
	if said.code == "" && said.message == "" {
		said.message = string(body)
		return said
	}
	for range maxLetters {
		if !strings.HasPrefix(strings.TrimSpace(said.message), "{") {
			break
		}
		said.adopt(readObject([]byte(said.message)))
	}
	return said
}

// adopt takes over what the document in the message says.
func (p *problem) adopt(inner problem) {
	p.concurrency = p.concurrency || inner.concurrency
	if p.code == "" {
		p.code = inner.code
	}
	if p.requestID == "" {
		p.requestID = inner.requestID
	}
	if inner.message != "" {
		p.message = inner.message
	}
}

// A problemReader keeps the outermost code and message that are not empty.
type problemReader struct {
	problem

	dec                     *jsontext.Decoder
	codeDepth, messageDepth int
}

func readObject(text []byte) problem {
	r := problemReader{codeDepth: math.MaxInt, messageDepth: math.MaxInt}
	r.dec = jsontext.NewDecoder(bytes.NewBuffer(text),
		jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	_ = r.value("", 0) // what was read before an error counts
	return r.problem
}

// value reads the value of the member called name, which is in lower case.
func (r *problemReader) value(name string, depth int) error {
	kind := r.dec.PeekKind()
	switch {
	case (kind == '{' || kind == '[') && depth > maxNesting:
		return r.dec.SkipValue()
	case kind == '{':
		return r.object(depth)
	case kind == '[':
		return r.array(depth)
	}
	tok, err := r.dec.ReadToken()
	if err == nil && (kind == '"' || kind == '0') {
		r.note(name, tok.String(), depth)
	}
	return err
}

func (r *problemReader) object(depth int) error {
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for r.dec.PeekKind() != '}' {
		tok, err := r.dec.ReadToken()
		if err != nil {
			return err
		}
		if err := r.value(strings.ToLower(tok.String()), depth+1); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

func (r *problemReader) array(depth int) error {
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for r.dec.PeekKind() != ']' {
		if err := r.value("", depth+1); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

func (r *problemReader) note(name, text string, depth int) {
	if text == "" {
		return
	}
	switch name {
	case "code", "error": // a token endpoint and some gateways have the code as a string in error
		r.concurrency = r.concurrency || text == codeConcurrency
		if depth < r.codeDepth {
			r.code, r.codeDepth = text, depth
		}
	case "message", "error_description":
		if depth < r.messageDepth {
			r.message, r.messageDepth = text, depth
		}
	case "request-id", "requestid":
		if r.requestID == "" {
			r.requestID = text
		}
	}
}

var titleOf = regexp.MustCompile(`(?i)<title[^>]*>([^<]*)`)

// title returns what a page of HTML says it is.
func title(page []byte) string {
	if m := titleOf.FindSubmatch(page); m != nil {
		if text := strings.TrimSpace(html.UnescapeString(string(m[1]))); text != "" {
			return "an HTML page: " + text
		}
	}
	return "an HTML page"
}
