package input

import "bytes"

// A scanner finds the cells in the bytes of one record, by the rules of encoding/csv, which tells the places of cells
// only when the whole record is sound. It serves records that are long or refused, never the ordinary one.
type scanner struct {
	delimiter byte
	stops     string // what ends a cell without quotes
	pos       int    // bytes looked at
	state     scanState
	starts    []int // where each cell begins
	quote     int   // where the last quoted cell opened, or none
	spanning  int   // where the last cell with a line end in it opened, or none
	tooLong   int   // where a cell of more than maxCell bytes begins, or none
}

type scanState uint8

const (
	atCell      scanState = iota // at the beginning of a cell
	inPlain                      // in a cell without quotes
	inQuotes                     // in a quoted cell
	afterQuote                   // behind a quote in a quoted cell: its end, or the first of two
	atEnd                        // behind the record
	outOfBounds                  // behind a misplaced quote
)

func newScanner(delimiter byte) *scanner {
	stops := "\n\"" + string(rune(delimiter))
	return &scanner{delimiter: delimiter, stops: stops, starts: []int{0}, quote: none, spanning: none, tooLong: none}
}

// scan goes on to the end of the record, which begins with the bytes of the calls before, or as far as there are bytes.
// It passes over empty lines at the beginning.
func (s *scanner) scan(record []byte) {
	for s.pos < len(record) && s.state < atEnd {
		switch rest := record[s.pos:]; {
		case s.state == atCell && rest[0] == '"':
			s.state, s.quote = inQuotes, s.pos
			s.pos++
		case s.state == inQuotes:
			s.quoted(rest)
		case s.state == afterQuote:
			s.behindQuote(rest)
		default:
			s.plain(record)
		}
	}
	if s.state < atEnd {
		s.measure()
	}
}

func (s *scanner) plain(record []byte) {
	n := bytes.IndexAny(record[s.pos:], s.stops)
	if n < 0 {
		s.state, s.pos = inPlain, len(record)
		return
	}
	s.pos += n
	switch record[s.pos] {
	case s.delimiter:
		s.endCell()
	case '"':
		s.state = outOfBounds
	default:
		if first := s.starts[0]; len(s.starts) == 1 && emptyLine(record[first:s.pos+1]) > 0 {
			s.starts[0], s.state = s.pos+1, atCell
		} else {
			s.endRecord()
		}
	}
	s.pos++
}

func (s *scanner) quoted(rest []byte) {
	n := bytes.IndexByte(rest, '"')
	if n < 0 {
		n = len(rest)
	} else {
		s.state = afterQuote
	}
	if bytes.IndexByte(rest[:n], '\n') >= 0 {
		s.spanning = s.quote
	}
	s.pos = min(s.pos+n+1, s.pos+len(rest))
}

func (s *scanner) behindQuote(rest []byte) {
	switch c := rest[0]; {
	case c == '"':
		s.state = inQuotes
	case c == s.delimiter:
		s.endCell()
	case c == '\n', c == '\r' && (len(rest) == 1 || rest[1] == '\n'):
		s.endRecord()
	default:
		s.state = outOfBounds
	}
	s.pos++
}

func (s *scanner) endCell() {
	s.measure()
	s.state = atCell
	s.starts = append(s.starts, s.pos+1)
}

func (s *scanner) endRecord() {
	s.measure()
	s.state = atEnd
}

// measure looks at the length of the last cell so far.
func (s *scanner) measure() {
	if start := s.starts[len(s.starts)-1]; s.pos-start > maxCell {
		s.tooLong = start
	}
}

// cell returns the bytes of a cell as they came, its quotes included.
func (s *scanner) cell(record []byte, i int) []byte {
	if i+1 < len(s.starts) {
		return record[s.starts[i] : s.starts[i+1]-1]
	}
	return record[s.starts[i]:]
}

// at returns the place of an offset in a record that begins on a line.
func at(record []byte, offset int, line int64) (int64, int64) {
	before := record[:offset]
	return line + int64(bytes.Count(before, []byte("\n"))), int64(offset - bytes.LastIndexByte(before, '\n'))
}
