package input

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"

	"github.com/gocarina/gocsv"
)

// csvRow is what gocsv decodes a record into: texts only, since its own conversions read 012 as 10 and 5.abc as 5.
type csvRow struct {
	AppID        string `csv:"mobileAppId"`
	ID           string `csv:"id"`
	UserName     string `csv:"userName"`
	UPN          string `csv:"userPrincipalName"`
	Installed    string `csv:"installedDeviceCount"`
	Failed       string `csv:"failedDeviceCount"`
	NotInstalled string `csv:"notInstalledDeviceCount"`
}

// A csvDecoder reads a table: gocsv maps the cells, a csv.Reader beneath it finds them, a window beneath that keeps
// their bytes.
type csvDecoder struct {
	*text
	table  *csv.Reader
	rows   *gocsv.Unmarshaller // over table
	header header
	app    string // supplies the missing column, or ""
	origin int64  // offset in the text at which table begins
	skip   int64  // lines before table begins
	at     int64  // offset in the text behind the last record
	line   int64  // the line on which at lies
	ended  bool   // the last record has a line end
	long   *scanner
	longAt int64 // offset of the record that long looks at
	names  suspects

	idOptional bool
}

func newCSV(t *text, opt Options) (decoder, error) {
	p := readPrelude(t.head)
	start := int64(p.bytes)
	c := &csvDecoder{text: t, app: opt.App, origin: start, skip: p.lines, at: start, line: p.lines + 1}
	c.idOptional = opt.IDOptional
	comma := p.delimiter
	switch {
	case opt.Delimiter != "":
		comma = opt.Delimiter[0]
	case comma == 0:
		comma = detect(t.head[p.bytes:], opt.Columns)
	case bytes.IndexByte(delimiters, comma) < 0:
		return nil, t.fail(p.lines, 5, "", "the delimiter %s is %s", quote(string(comma)), noDelimiter)
	}
	if _, err := io.CopyN(io.Discard, t.in, start); err != nil {
		return nil, err
	}
	c.in.release(start)
	t.in.watch = c.watchLong
	c.header.delimiter = comma
	c.table = csv.NewReader(bufio.NewReaderSize(t.in, headSize))
	c.table.Comma, c.table.ReuseRecord = rune(comma), true
	if err := c.readHeader(p, opt); err == io.EOF {
		return empty{Layout{Format: "csv", Delimiter: comma, Newline: "\n", Decoded: t.decoded}}, nil
	} else if err != nil {
		return nil, err
	}
	return c, nil
}

// next implements decoder.
func (c *csvDecoder) next(rec *Record) error {
	got, err := c.rows.Read()
	if err == io.EOF {
		return err
	}
	line, raw := c.take()
	rec.Line, rec.Raw = line, raw
	if len(raw) > longRow {
		if err := c.checkLimits(newScanner(c.header.delimiter), raw, line); err != nil {
			return err
		}
	}
	if err == nil {
		c.accept(rec, got.(*csvRow))
		return nil
	}
	var broken *csv.ParseError
	if !errors.As(err, &broken) {
		return err
	}
	if errors.Is(err, csv.ErrFieldCount) {
		c.ragged(rec)
		return nil
	}
	return c.misquoted(rec, broken)
}

// take returns the bytes of the record that was just read, without its line end, and the line on which they begin.
func (c *csvDecoder) take() (int64, []byte) {
	end := c.origin + c.table.InputOffset()
	span := c.in.between(c.at, end)
	c.in.release(end)
	c.at = end
	for n := emptyLine(span); n > 0; n = emptyLine(span) { // the csv.Reader passes over these
		span = span[n:]
		c.line++
	}
	line := c.line
	c.line += int64(bytes.Count(span, newline))
	span, c.ended = bytes.CutSuffix(span, newline)
	return line, bytes.TrimSuffix(span, []byte("\r"))
}

var newline = []byte("\n")

// emptyLine returns the length of the empty line with which b begins, or 0.
func emptyLine(b []byte) int {
	switch {
	case len(b) > 0 && b[0] == '\n':
		return 1
	case len(b) > 1 && b[0] == '\r' && b[1] == '\n':
		return 2
	}
	return 0
}

// layout implements decoder.
func (c *csvDecoder) layout() Layout {
	h := &c.header
	return Layout{Format: "csv", Header: h.raw, Delimiter: h.delimiter, Newline: h.newline, Decoded: c.decoded}
}

// warnings implements decoder.
func (c *csvDecoder) warnings() []Warning {
	all := append(c.header.notes[:len(c.header.notes):len(c.header.notes)], c.names.warn()...)
	if !c.ended {
		all = append(all, Warning{Line: c.line, Text: "the last line has no end: the file may have been cut off"})
	}
	return all
}
