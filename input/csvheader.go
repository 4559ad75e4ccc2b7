package input

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gocarina/gocsv"

	"github.com/statussync/statussync/sync/row"
)

// A header is what the first record of a table says.
type header struct {
	mapping
	names     []string
	raw       []byte // without our own columns at either end
	newline   string
	delimiter byte
	first     int // the first column that is not our own
	last      int // behind the last column that is not our own
	notes     []Warning
}

// readHeader reads the header and refuses the table if rows cannot be told from it.
func (c *csvDecoder) readHeader(p prelude, opt Options) error {
	rows, err := gocsv.NewUnmarshaller(c.table, &csvRow{})
	line, raw := c.take()
	if err != nil {
		return c.badHeader(err, line, raw)
	}
	c.rows, c.header.names = rows, rows.Headers
	if err := c.checkNames(p, line, raw); err != nil {
		return err
	}
	m, refusal := resolve(c.header.names, opt.Columns)
	if refusal != nil {
		line, column := c.place(refusal.name)
		return c.fail(line, column, refusal.hint, "%s", refusal.text)
	}
	c.header.mapping = m
	notes := m.notes(c.header.names)
	c.warn(notes)
	if err := c.checkMissing(line, notes, opt); err != nil {
		return err
	}
	c.keepHeader(raw)
	return rows.RenormalizeHeaders(func([]string) []string { return m.canonical() })
}

// warn keeps what there is to say about names.
func (c *csvDecoder) warn(notes []note) {
	for _, n := range notes {
		line, column := c.place(n.name)
		c.header.notes = append(c.header.notes, Warning{line, column, n.warning()})
	}
}

// badHeader returns the refusal of a table whose header cannot be read, or io.EOF when there is none.
func (c *csvDecoder) badHeader(err error, line int64, raw []byte) error {
	var broken *csv.ParseError
	if !errors.As(err, &broken) {
		return err
	}
	rec := Record{Row: row.Row{Line: line}, Raw: raw}
	if err := c.misquoted(&rec, broken); err != nil {
		return err
	}
	p := rec.Problems[0]
	return c.fail(p.Line, p.Column, "mend the quotes of the first line, or see whether the file is CSV at all",
		"the header cannot be read: %s", p.Text)
}

// canonical returns for each name the field that it stands for as gocsv knows it, or "".
func (m *mapping) canonical() []string {
	names := make([]string, len(m.field))
	for i, f := range m.field {
		if f != none {
			names[i] = Fields[f]
		}
	}
	return names
}

// keepHeader keeps the header for the files that are written from this one.
func (c *csvDecoder) keepHeader(raw []byte) {
	h := &c.header
	h.first, h.last = 0, len(h.names)
	for h.first < h.last && isOwn(h.names[h.first]) {
		h.first++
	}
	for h.last > h.first && isOwn(h.names[h.last-1]) {
		h.last--
	}
	h.newline = "\n"
	if end := c.in.between(c.at-2, c.at); bytes.Equal(end, []byte("\r\n")) {
		h.newline = "\r\n"
	}
	h.raw = bytes.Clone(c.strip(raw))
}

// strip returns a record with the right number of cells without our own columns at either end.
func (c *csvDecoder) strip(raw []byte) []byte {
	if c.header.last < len(c.header.names) {
		raw = raw[:c.offset(raw, c.header.last)-1]
	}
	if c.header.first > 0 {
		raw = raw[c.offset(raw, c.header.first):]
	}
	return raw
}

// offset returns where a cell of the record that was just read begins in it.
func (c *csvDecoder) offset(raw []byte, column int) int {
	first, _ := c.table.FieldPos(0)
	line, at := c.table.FieldPos(column)
	start := 0
	for ; line > first; line-- {
		start += bytes.IndexByte(raw[start:], '\n') + 1
	}
	return start + at - 1
}

// place returns the line and column of a cell of the record that was just read.
func (c *csvDecoder) place(column int) (int64, int64) {
	line, at := c.table.FieldPos(column)
	return int64(line) + c.skip, int64(at)
}

// checkNames refuses a header that is none.
func (c *csvDecoder) checkNames(p prelude, line int64, raw []byte) error {
	names := c.header.names
	formatted := strings.HasPrefix(strings.ToLower(names[0]), "classid2e4f51ef") ||
		strings.Contains(p.typed, ".Internal.Format.")
	switch {
	case len(names) > maxCells:
		return c.fail(line, 1, "", "the header has %d columns, more than %d", len(names), maxCells)
	case !utf8.Valid(raw):
		return c.fail(line, 1, "if Excel wrote the file, pass --encoding windows-1252", "the header is not valid UTF-8")
	case formatted:
		return c.fail(line, 1, "leave Format-Table out: it is for the screen, Export-Csv needs the objects themselves",
			"the table was written by PowerShell's Format-Table and holds no rows")
	case bytes.IndexByte(raw, '\r') >= 0 && !bytes.Contains(raw, []byte("\r\n")):
		return c.fail(line, 1, "save the file with line ends LF or CR LF", "the lines end in CR alone")
	}
	return nil
}

// checkMissing refuses a header in which columns are missing, and names all of them.
func (c *csvDecoder) checkMissing(line int64, notes []note, opt Options) error {
	h := &c.header
	var missing []string
	for f, column := range h.index {
		switch {
		case f == fieldApp && column != none && opt.App != "":
			h.notes = append(h.notes, Warning{line, 0, "the table has a column for mobileAppId, so --app is not used"})
		case column != none, f == fieldApp && opt.App != "", f == fieldID && opt.IDOptional:
		case f == fieldUserName:
			h.notes = append(h.notes, Warning{line, 0, "the column userName is missing: it is sent empty"})
		default:
			missing = append(missing, missingName(f, opt.Columns))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	text := "the header lacks " + strings.Join(missing, ", ")
	if h.index[fieldID] == none {
		text += " (Intune's reports have no id: it is the key of a status in Microsoft Graph, as a list of them has it)"
	}
	return c.fail(line, 1, c.missingHint(missing, notes), "%s", text)
}

func missingName(f int, columns map[string]string) string {
	if name, mapped := columns[Fields[f]]; mapped {
		return fmt.Sprintf("%s (%s in input.columns)", Fields[f], quote(name))
	}
	return Fields[f]
}

// missingHint returns what may be wrong with a header in which columns are missing.
func (c *csvDecoder) missingHint(missing []string, notes []note) string {
	h := &c.header
	if !slices.ContainsFunc(h.field, func(f int) bool { return f != none }) {
		return fmt.Sprintf("the first line has to name the columns, with %s between them (--delimiter), but says %s",
			quote(string(h.delimiter)), quote(h.names[0]))
	}
	for _, n := range notes {
		if n.near != "" {
			return fmt.Sprintf("is %s meant to be %s?", quote(h.names[n.name]), quote(n.near))
		}
	}
	switch {
	case h.index[fieldID] == none && len(missing) == 1:
		return noIDHint
	case h.index[fieldUPN] == none && h.index[fieldUserName] != none:
		return "if the user name is the name to sign in with, say so in input.columns of the configuration"
	case h.index[fieldApp] == none:
		return "pass --app GUID if all rows are about one app"
	}
	return ""
}
