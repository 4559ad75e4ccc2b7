package input

import (
	"bytes"
	"encoding/csv"
)

// delimiters are those of tables, in the order of preference.
var delimiters = []byte(",;\t|")

const noDelimiter = "none of comma, semicolon, tab and vertical bar"

// A prelude is what stands before the header of a table.
type prelude struct {
	lines     int64 // lines to pass over
	bytes     int   // their bytes
	delimiter byte  // what Excel's "sep=" line says, or 0
	typed     string
}

// readPrelude recognises PowerShell's #TYPE line and Excel's sep= line at the beginning of a text.
func readPrelude(head []byte) prelude {
	var p prelude
	for {
		line, _, whole := bytes.Cut(head[p.bytes:], []byte("\n"))
		if !whole {
			return p
		}
		content := bytes.TrimSuffix(line, []byte("\r"))
		switch {
		case bytes.HasPrefix(content, []byte("#TYPE")):
			p.typed = string(bytes.TrimSpace(content[len("#TYPE"):]))
		case len(content) == 5 && bytes.EqualFold(content[:4], []byte("sep=")):
			p.delimiter = content[4]
		default:
			return p
		}
		p.lines++
		p.bytes += len(line) + 1
	}
}

// detect returns the delimiter with which the header names the most fields, and among those the most columns.
func detect(head []byte, columns map[string]string) byte {
	best, most := delimiters[0], 0
	for _, d := range delimiters {
		r := csv.NewReader(bytes.NewReader(head))
		r.Comma, r.LazyQuotes = rune(d), true
		names, _ := r.Read()
		score := len(names)
		if score <= maxCells {
			m, refusal := resolve(names, columns)
			for _, i := range m.index {
				if i != none {
					score += maxCells
				}
			}
			if refusal != nil {
				score += maxCells
			}
		}
		if score > most {
			best, most = d, score
		}
	}
	return best
}
