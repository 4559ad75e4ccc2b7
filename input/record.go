package input

import (
	"fmt"
	"strconv"

	"github.com/statussync/statussync/sync/row"
)

// A Source is one input: a regular file, and its name as people know it.
type Source struct {
	Name string // "users.csv", "stdin"
	Path string // where the bytes lie
}

// Options says how an input is to be read. The zero Options detects everything.
type Options struct {
	Format    string            // "csv" or "json"; "" detects it from the first character
	Delimiter string            // ",", ";", "\t" or "|"; "" detects it from the header
	Encoding  string            // "utf-8" or "windows-1252"; "" is UTF-8. A byte order mark beats it.
	App       string            // the GUID that supplies a missing mobileAppId column
	Columns   map[string]string // from a field of Fields to the header name that the user has for it
	// IDOptional says that a row may lack its id: the column or member may be missing, the cell blank, the value null.
	// Then Record.ID is "".
	IDOptional bool
}

// A Record is one record of an input: a row when it has no Problems.
type Record struct {
	// Row has its Line and Status filled in; Number and Input stay 0. On an invalid record the texts that could be read
	// are filled in, the counts are 0. The strings may be kept.
	row.Row
	Problems []Problem // why the record is not a valid row; reused by the next call of Next
	held     bool      // it says of itself that it is what Graph held
	// Raw is the record as it came. CSV: its bytes in UTF-8, without the line end and without the _statussync_* columns
	// at either end, of which a record with the wrong number of cells keeps those at its end. JSON: one compact line,
	// the values token for token, without _statussync_* members. Valid until the next call of Next.
	Raw []byte
}

// A Problem is one reason why a record is not a valid row.
type Problem struct {
	Line, Column int64  // from 1; the column counts bytes of UTF-8 within the line
	Field        string // one of Fields, or "" when it concerns the whole record
	// Kind groups problems. Of a value: app-not-guid, id-empty, id-reserved, upn-empty, count-empty, count-not-integer,
	// count-negative, count-too-small, count-too-large, not-utf8, crlf, placeholder, cut-off. Of a record in a table:
	// cell-count, quote-misplaced, row-empty, header-again. JSON adds some of its own.
	Kind string
	Text string // for people, with the field and the value
}

// A Layout says how records of an input must be written so that the file can be read again.
type Layout struct {
	Format    string // "csv" or "json"
	Header    []byte // CSV: the header record in UTF-8, without line end or the _statussync_* columns at either end
	Delimiter byte   // CSV
	Newline   string // "\n" or "\r\n", as the header line ended
	Decoded   bool   // the input was not UTF-8: records follow a UTF-8 byte order mark, which beats Options.Encoding
}

// A Warning is something about an input that people should know and that refuses nothing.
type Warning struct {
	Line, Column int64 // 0 when it concerns the whole input
	Text         string
}

// An Error says why an input is refused, as a whole or from a place on.
type Error struct {
	Name         string // the input's name; "" when it concerns no single one
	Line, Column int64  // 0 when it concerns the whole input
	Text         string
	HintText     string // what to do about it, or ""
	Err          error  // the cause, or nil
}

// Error returns one sentence that begins with the place, if there is one: "users.csv:3:7: …".
func (e *Error) Error() string {
	if e.Name == "" {
		return e.Text
	}
	return place(e.Name, e.Line, e.Column) + ": " + e.Text
}

// Hint returns what to do about the error, or "".
func (e *Error) Hint() string { return e.HintText }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

func place(name string, line, column int64) string {
	for _, r := range name {
		if !strconv.IsPrint(r) {
			name = strconv.Quote(name)
			break
		}
	}
	switch {
	case line == 0:
		return name
	case column == 0:
		return fmt.Sprintf("%s:%d", name, line)
	}
	return fmt.Sprintf("%s:%d:%d", name, line, column)
}

// quote returns s for people: quoted, escaped, and cut after 60 bytes.
func quote(s string) string {
	const limit = 60
	if len(s) <= limit {
		return strconv.Quote(s)
	}
	cut := limit
	for cut > limit-4 && s[cut]&0xC0 == 0x80 { // not within a character
		cut--
	}
	return strconv.Quote(s[:cut]) + "…"
}

// A decoder turns the text of one input into records. Both formats implement it.
type decoder interface {
	// next fills in an empty record. It returns io.EOF after the last one, and an *Error, or the error of the text,
	// when the input is refused from here on; it is not called again after an error.
	next(*Record) error
	layout() Layout
	warnings() []Warning // complete after io.EOF
}

// A text is one input as its decoder gets it: decompressed, without byte order mark, UTF-8 unless it is damaged.
type text struct {
	name    string
	decoded bool // the bytes of the input were not UTF-8
	in      *window
	head    []byte // the first 64 KiB of what in will give; valid until in is read
}

// fail returns an *Error at a place in the input.
func (t *text) fail(line, column int64, hint, format string, args ...any) *Error {
	return &Error{Name: t.name, Line: line, Column: column, Text: fmt.Sprintf(format, args...), HintText: hint}
}
