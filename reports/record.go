package reports

import (
	"strconv"
	"time"
)

// A record builds one line in two forms at a time, over the same columns: JSON members without the braces around
// them, CSV cells without a line end. Its values are given in the order of the columns; one that does not apply
// leaves out the member but not the cell. Its buffers are reused.
type record struct {
	keys      [][]byte // the columns' names, as a JSON member begins
	delimiter byte
	next      int // the column that comes next
	json, csv []byte
}

func newRecord(delimiter byte, columns ...string) *record {
	r := &record{delimiter: delimiter}
	for _, name := range columns {
		r.keys = append(r.keys, append(appendJSON(nil, name), ':'))
	}
	return r
}

// header returns the names of the columns as a CSV record.
func header(delimiter byte, columns []string) []byte {
	var b []byte
	for i, name := range columns {
		if i > 0 {
			b = append(b, delimiter)
		}
		b = append(b, name...)
	}
	return b
}

func (r *record) reset() { r.next, r.json, r.csv = 0, r.json[:0], r.csv[:0] }

// column begins the next column; applies tells whether it gets a member.
func (r *record) column(applies bool) {
	if r.next > 0 {
		r.csv = append(r.csv, r.delimiter)
	}
	if applies {
		if len(r.json) > 0 {
			r.json = append(r.json, ',')
		}
		r.json = append(r.json, r.keys[r.next]...)
	}
	r.next++
}

// text adds a text; the empty one does not apply.
func (r *record) text(s string) {
	r.column(s != "")
	if s != "" {
		r.json = appendJSON(r.json, s)
		r.csv = AppendCell(r.csv, s)
	}
}

func (r *record) number(n int64, applies bool) {
	r.column(applies)
	if applies {
		r.json = strconv.AppendInt(r.json, n, 10)
		r.csv = strconv.AppendInt(r.csv, n, 10)
	}
}

func (r *record) truth(v, applies bool) {
	r.column(applies)
	if applies {
		r.json = strconv.AppendBool(r.json, v)
		r.csv = strconv.AppendBool(r.csv, v)
	}
}

// moment adds a time in UTC; the zero time does not apply.
func (r *record) moment(t time.Time) {
	r.column(!t.IsZero())
	if !t.IsZero() {
		at := len(r.csv)
		r.csv = t.UTC().AppendFormat(r.csv, timeLayout)
		r.json = append(r.json, '"')
		r.json = append(r.json, r.csv[at:]...)
		r.json = append(r.json, '"')
	}
}

// timeLayout is RFC 3339 with milliseconds, for times in UTC.
const timeLayout = "2006-01-02T15:04:05.000Z"
