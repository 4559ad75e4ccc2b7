package input

import (
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/statussync/statussync/sync/row"
)

// The shapes that a JSON text comes in.
type jsonShape uint8

const (
	jsonLines    jsonShape = iota // objects, one after the other on lines of their own, or one alone
	jsonList                      // an array of objects
	jsonEnvelope                  // an object with the array as its member "value", as Microsoft Graph answers
	jsonReport                    // an object with a table in its members "Schema" and "Values", as Intune reports
)

// A jsonDecoder reads the objects of a JSON text as records.
type jsonDecoder struct {
	*text
	jsonTokens
	jsonNames
	shape   jsonShape
	records int64
	last    int64 // the line on which the last record ended

	start   spot         // of the record under way, or of what is read beside the records
	object  []byte       // the record under way
	members []jsonMember // its members, without our own
	raw     []byte       // where an object is written without blanks
	table   jsonTable    // of a jsonReport
}

func newJSON(t *text, opt Options) (decoder, error) {
	d := &jsonDecoder{text: t, jsonTokens: newJSONTokens(t.in)}
	d.app, d.columns, d.idOptional = opt.App, opt.Columns, opt.IDOptional
	d.in.watch = d.watchLong
	if err := d.detect(); err != nil {
		return nil, err
	}
	if d.shape != jsonLines {
		d.peek()
		d.start = d.spot()
		d.dec.ReadToken() // which detect has seen
	}
	if d.shape.list() != "" {
		if err := d.envelope(false); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// next implements decoder.
func (d *jsonDecoder) next(rec *Record) error {
	kind := d.peek()
	if kind == ']' && d.shape != jsonLines {
		return d.finish()
	}
	if kind != 0 {
		d.start = d.spot()
		d.in.release(d.at)
	}
	if kind != 0 && d.shape == jsonLines && d.line == d.last {
		return d.failAt(d.start, "put each object on a line of its own, or all of them into an array",
			"more text follows on the line on which an object ends")
	}
	value, err := d.value()
	if err != nil {
		return d.refusal(err)
	}
	if len(value) > maxRow {
		return d.tooLong()
	}
	d.records++
	d.last = d.line
	rec.Line, rec.Status = d.start.line, row.Status{}
	object, ok := value, true
	switch {
	case kind == '[' && d.shape == jsonReport:
		if object, ok = d.assemble(rec, value); !ok {
			return nil
		}
	case kind != '{':
		rec.Raw = appendCompact(d.raw[:0], value)
		d.refuse(rec, d.start, "not-an-object", "the row is "+kindName(value)+", not an object")
		return nil
	}
	d.object = object
	d.split(rec)
	if len(rec.Problems) == 0 {
		d.accept(rec)
	}
	return nil
}

// finish reads the end of a list and what follows it. It returns io.EOF when no more text does.
func (d *jsonDecoder) finish() error {
	if d.records == 0 {
		d.warn(d.start, "the list is empty")
	}
	d.dec.ReadToken() // the end that peek has seen
	if d.shape.list() != "" {
		if err := d.envelope(true); err != nil {
			return err
		}
		if d.table.total > d.records {
			d.warn(spot{}, fmt.Sprintf("the report has %d rows, this file only %d of them", d.table.total, d.records))
		}
	}
	if d.peek() != 0 {
		return d.failAt(d.spot(), "give each list as a file of its own", "more text follows the end of the list")
	}
	_, err := d.dec.ReadToken()
	return d.refusal(err)
}

// watchLong refuses a record that is too long before more of it is in memory.
func (d *jsonDecoder) watchLong(record []byte) error {
	if len(record) > maxRow {
		return d.tooLong()
	}
	return nil
}

func (d *jsonDecoder) tooLong() error {
	return d.failAt(d.start, "", "what begins here is longer than 16 MiB")
}

// refusal returns what ended the reading for people: an *Error with the place if it is the text that is wrong.
func (d *jsonDecoder) refusal(err error) error {
	if d.in.err != nil && errors.Is(err, d.in.err) {
		return d.in.err // jsontext takes an error of its reader within a value for one of syntax
	}
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return err
	}
	at := d.locate(syntax.ByteOffset)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return d.failAt(at, "the file was probably cut off: get it once more", "the text ends before its JSON does")
	}
	return d.failAt(at, "", "cannot be read as JSON from here on: %v", syntax.Err)
}

func (d *jsonDecoder) failAt(at spot, hint, format string, args ...any) *Error {
	return d.fail(at.line, at.column, hint, format, args...)
}

// layout implements decoder.
func (d *jsonDecoder) layout() Layout {
	return Layout{Format: "json", Newline: "\n", Decoded: d.decoded}
}
