package input

import (
	"bytes"
	"fmt"
)

// A jsonTable is the answer of a report of Intune: the member "Schema" names the columns, the list "Values" has the
// cells of each row as an array. Its rows are read as the objects that they would be.
type jsonTable struct {
	heads  [][]byte // one of each column, as `"UserPrincipalName":`
	object []byte   // where a row becomes one
	total  int64    // rows that the report says it has, or 0
}

// readSchema takes the names of the columns in. It refuses the table if no row can be told from it.
func (d *jsonDecoder) readSchema(schema []byte) error {
	var names []string
	d.table.heads = nil
	for column := range elementsOf(schema) {
		quoted := columnName(column)
		name, ok := unquote(quoted)
		if !ok || len(names) == maxCells {
			return d.failAt(d.start, "", "column %d of \"Schema\" cannot be used", len(names)+1)
		}
		names = append(names, name)
		d.table.heads = append(d.table.heads, fmt.Appendf(nil, "%s:", quoted))
	}
	if m, refusal := resolve(names, d.columns); refusal == nil && m.index[fieldID] == none && !d.idOptional {
		return d.failAt(d.start, noIDHint, "this is a report of Intune, which has no id for its rows")
	}
	return nil
}

// columnName returns the name of a column in its quotes, and quotes around what is not sound where it has none.
func columnName(column []byte) []byte {
	if column[0] == '{' {
		for m := range membersOf(column) {
			if string(column[m.name:m.nameEnd]) == `"Column"` && column[m.value] == '"' {
				return column[m.value:m.valueEnd]
			}
		}
	}
	return []byte("\"\xFF\"")
}

// assemble returns the object that a row would be. It reports false, with a problem, when the row has not as many cells
// as there are columns.
func (d *jsonDecoder) assemble(rec *Record, row []byte) (object []byte, ok bool) {
	t, n := &d.table, 0
	t.object = append(t.object[:0], '{')
	for cell := range elementsOf(row) {
		if n < len(t.heads) {
			t.object = append(append(append(t.object, t.heads[n]...), cell...), ',')
		}
		n++
	}
	if n != len(t.heads) {
		rec.Raw = appendCompact(d.raw[:0], row)
		d.refuse(rec, d.start, "cell-count", fmt.Sprintf("the row has %d cells, \"Schema\" has %d columns", n, len(t.heads)))
		return nil, false
	}
	t.object = append(bytes.TrimSuffix(t.object, []byte(",")), '}')
	return t.object, true
}
