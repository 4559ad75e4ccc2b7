package input

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/statussync/statussync/sync/row"
)

// A Reader reads the records of one input. It is not safe for concurrent use.
type Reader struct {
	name string
	file *os.File
	free func() // what the decompressor holds
	dec  decoder
	rec  Record
	err  error // what ended the reading
}

// Open begins to read an input: it finds out its compression, encoding, format, delimiter and columns. The error is an
// *Error when the input is refused as a whole. An input without any text has no records.
func Open(src Source, opt Options) (*Reader, error) {
	if err := opt.Check(); err != nil {
		return nil, err
	}
	file, err := os.Open(src.Path)
	if err != nil {
		return nil, &Error{Name: src.Name, Text: "cannot be opened: " + reason(err), Err: err}
	}
	r := &Reader{name: src.Name, file: file, free: func() {}}
	if err := r.open(opt); err != nil {
		r.Close()
		return nil, r.refused(err)
	}
	return r, nil
}

func (r *Reader) open(opt Options) error {
	plain, free, err := decompress(r.name, r.file)
	r.free = free
	if err != nil {
		return err
	}
	t, err := decode(r.name, plain, opt.Encoding)
	if err != nil {
		return err
	}
	r.dec, err = newDecoder(t, opt)
	return err
}

// newDecoder returns the decoder for a text by its first character.
func newDecoder(t *text, opt Options) (decoder, error) {
	start := bytes.TrimLeft(t.head, " \t\r\n")
	if len(start) == 0 && len(t.head) < headSize {
		return empty{Layout{Format: cmp.Or(opt.Format, "csv"), Newline: "\n", Decoded: t.decoded}}, nil
	}
	json := len(start) > 0 && (start[0] == '{' || start[0] == '[')
	if opt.Format == "json" || opt.Format == "" && json {
		return newJSON(t, opt)
	}
	return newCSV(t, opt)
}

// Next returns the next record; it is reused by the next call. The error is io.EOF after the last record, and an *Error
// when the input is refused from here on.
func (r *Reader) Next() (*Record, error) {
	if r.err != nil {
		return nil, r.err
	}
	r.rec = Record{Problems: r.rec.Problems[:0]}
	if err := r.dec.next(&r.rec); err != nil {
		r.err = err
		if err != io.EOF {
			r.err = r.refused(err)
		}
		return nil, r.err
	}
	return &r.rec, nil
}

// refused returns err as an *Error.
func (r *Reader) refused(err error) error {
	var refusal *Error
	if errors.As(err, &refusal) {
		return refusal
	}
	return &Error{Name: r.name, Text: "cannot be read: " + reason(err), Err: err}
}

// Layout returns how records of this input must be written.
func (r *Reader) Layout() Layout { return r.dec.layout() }

// Warnings returns what people should know about the input; it is complete after Next has returned io.EOF.
func (r *Reader) Warnings() []Warning { return r.dec.warnings() }

// Close releases the file.
func (r *Reader) Close() error {
	r.free()
	return r.file.Close()
}

// empty is the decoder of an input without any text.
type empty struct{ shape Layout }

func (e empty) next(*Record) error  { return io.EOF }
func (e empty) layout() Layout      { return e.shape }
func (e empty) warnings() []Warning { return nil }

// reason returns the system's word for an error of a file, without the path.
func reason(err error) string {
	var pathError *os.PathError
	if errors.As(err, &pathError) {
		return pathError.Err.Error()
	}
	return err.Error()
}

// Check refuses options that no input can be read with, with an *Error that names no input. Open does so too.
func (o *Options) Check() error {
	refuse := func(format string, args ...any) error {
		return &Error{Text: fmt.Sprintf(format, args...)}
	}
	switch {
	case o.Format != "" && o.Format != "csv" && o.Format != "json":
		return refuse("the format %s is neither csv nor json", quote(o.Format))
	case o.Delimiter != "" && !(len(o.Delimiter) == 1 && bytes.Contains(delimiters, []byte(o.Delimiter))):
		return refuse("the delimiter %s is %s", quote(o.Delimiter), noDelimiter)
	case o.Encoding != "" && o.Encoding != "utf-8" && o.Encoding != "windows-1252":
		return refuse("the encoding %s is neither utf-8 nor windows-1252", quote(o.Encoding))
	case o.App != "" && !row.IsGUID(o.App):
		return refuse("the app %s is not a GUID of the form 8-4-4-4-12", quote(o.App))
	}
	return checkColumns(o.Columns, refuse)
}
