package input

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
)

// accept converts a record that has the right number of cells.
func (c *csvDecoder) accept(rec *Record, r *csvRow) {
	texts := cells{r.AppID, r.ID, r.UserName, r.UPN, r.Installed, r.Failed, r.NotInstalled}
	if c.header.index[fieldApp] == none {
		texts[fieldApp] = c.app
	}
	var skip fieldSet
	if bytes.IndexByte(rec.Raw, '\r') >= 0 && bytes.Contains(rec.Raw, []byte("\r\n")) {
		skip = c.folded(rec, &texts)
	}
	if c.idOptional {
		excuseID(&texts, &skip)
	}
	convert(&texts, skip, rec)
	if len(rec.Problems) > 0 {
		c.explain(rec, &texts)
	}
	c.names.see(rec)
	if c.header.first > 0 || c.header.last < len(c.header.names) {
		rec.Raw = c.strip(rec.Raw)
	}
}

// folded refuses the fields whose cells hold CR LF, which the csv.Reader has turned into LF.
func (c *csvDecoder) folded(rec *Record, texts *cells) (skip fieldSet) {
	s := c.rescan(rec)
	for f, i := range c.header.index {
		if i == none || !bytes.Contains(s.cell(rec.Raw, i), []byte("\r\n")) {
			continue
		}
		rec.refuse(f, "crlf", texts[f], "has a line end of CR LF in it, which would not arrive as it is")
		texts[f] = ""
		skip.add(f)
	}
	return skip
}

// explain puts the places to the problems of a record, and one problem in the place of many that have one cause.
func (c *csvDecoder) explain(rec *Record, texts *cells) {
	blank, again := true, true
	for f, i := range c.header.index {
		if i != none {
			blank = blank && texts[f] == ""
			again = again && texts[f] == c.header.names[i]
		}
	}
	switch {
	case blank:
		rec.Problems = append(rec.Problems[:0], rec.whole("row-empty", "all cells of the record are empty"))
		return
	case again:
		rec.Problems = append(rec.Problems[:0], rec.whole("header-again", "the record is the header once more"))
		return
	}
	for i := range rec.Problems {
		p := &rec.Problems[i]
		for f, column := range c.header.index {
			if Fields[f] == p.Field && column != none {
				p.Line, p.Column = c.place(column)
			}
		}
	}
}

// ragged refuses a record with more or fewer cells than the header has.
func (c *csvDecoder) ragged(rec *Record) {
	s := c.rescan(rec)
	text := fmt.Sprintf("the record has %d cells, the header has %d", len(s.starts), len(c.header.names))
	if s.spanning != none {
		line, column := at(rec.Raw, s.spanning, rec.Line)
		text += fmt.Sprintf("; the quoted cell that opens at %d:%d goes on over several lines", line, column)
	}
	c.refuseRecord(rec, s, rec.whole("cell-count", text))
}

// misquoted refuses a record in which a quote is misplaced. Where such a record has taken in several lines, or all that
// was left, nobody knows which rows it has swallowed, so the input is refused.
func (c *csvDecoder) misquoted(rec *Record, broken *csv.ParseError) error {
	s := c.rescan(rec)
	open := s.spanning
	if s.state == inQuotes {
		open = s.quote
	}
	if open != none {
		line, column := at(rec.Raw, open, rec.Line)
		return c.fail(line, column, "close it; a quote that belongs to a value is written twice, within a quoted cell",
			"the quote that opens here is not closed, and takes in the rows that follow")
	}
	text := "a quote stands in a cell that is not quoted"
	if errors.Is(broken, csv.ErrQuote) {
		text = "a quoted cell goes on behind its closing quote"
	}
	p := rec.whole("quote-misplaced", text)
	p.Column = int64(broken.Column)
	c.refuseRecord(rec, s, p)
	return nil
}

func (c *csvDecoder) rescan(rec *Record) *scanner {
	s := newScanner(c.header.delimiter)
	s.scan(rec.Raw)
	return s
}

// refuseRecord refuses a record as a whole; of our own columns only those at the beginning can be told.
func (c *csvDecoder) refuseRecord(rec *Record, s *scanner, p Problem) {
	rec.Problems = append(rec.Problems[:0], p)
	if len(s.starts) > c.header.first {
		rec.Raw = rec.Raw[s.starts[c.header.first]:]
	}
}
