package input

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
)

var ownName = []byte(`"_statussync_`)

// split finds the members of the object under way that are not our own, their names, and the record's Raw.
func (d *jsonDecoder) split(rec *Record) {
	d.members, d.key = d.members[:0], d.key[:0]
	size, loose := len("{"), false
	for m := range membersOf(d.object) {
		name, value := d.object[m.name:m.nameEnd], d.object[m.value:m.valueEnd]
		if bytes.HasPrefix(name, ownName) {
			continue
		}
		size += len(name) + len(":") + len(value) + len(",")
		loose = loose || nested(value)
		if len(d.members) < maxCells {
			d.members = append(d.members, m)
			d.key = append(d.key, name...)
		} else if len(rec.Problems) == 0 {
			d.refuse(rec, d.spotIn(m.name), "too-many-members", fmt.Sprintf("the row has more than %d members", maxCells))
		}
	}
	rec.Raw = d.object
	if loose || size != len(d.object) {
		rec.Raw = d.compact()
	}
}

// compact returns the object under way without blanks and without our own members.
func (d *jsonDecoder) compact() []byte {
	d.raw = append(d.raw[:0], '{')
	for m := range membersOf(d.object) {
		name := d.object[m.name:m.nameEnd]
		if bytes.HasPrefix(name, ownName) {
			continue
		}
		d.raw = append(append(d.raw, name...), ':')
		d.raw = append(appendCompact(d.raw, d.object[m.value:m.valueEnd]), ',')
	}
	d.raw = append(bytes.TrimSuffix(d.raw, []byte(",")), '}')
	return d.raw
}

// accept converts the members of the object under way.
func (d *jsonDecoder) accept(rec *Record) {
	l := d.lookUp()
	if l.empty() && len(l.faults) == 0 {
		d.refuse(rec, d.start, "row-empty", "no member of the object is a field")
		return
	}
	for _, f := range l.faults {
		d.refuse(rec, d.spotIn(d.members[f.member].name), f.kind, f.text)
	}
	rec.held = l.held != none && string(d.valueOf(l.held)) == "true"
	var texts cells
	var skip fieldSet
	for i, f := range l.field {
		ok := true
		if f == none {
			d.passOver(rec, &d.members[i])
		} else if texts[f], ok = d.take(rec, f, d.valueOf(i)); !ok {
			skip.add(f)
		}
	}
	for f, i := range l.index {
		ok := true
		if i != none {
			continue
		}
		if texts[f], ok = d.supply(rec, l, f); !ok {
			skip.add(f)
		}
	}
	if d.idOptional && !skip.has(fieldID) {
		excuseID(&texts, &skip)
	}
	convert(&texts, skip, rec)
	if len(rec.Problems) > 0 {
		d.explain(rec, l)
	}
}

// valueOf returns the value of a member of the object under way.
func (d *jsonDecoder) valueOf(member int) []byte {
	return d.object[d.members[member].value:d.members[member].valueEnd]
}

// explain puts places to the problems with fields and brings all of them into the order of the text.
func (d *jsonDecoder) explain(rec *Record, l *jsonLayout) {
	for i := range rec.Problems {
		p := &rec.Problems[i]
		if p.Line != 0 {
			continue
		}
		at := d.start
		if member := l.index[slices.Index(Fields[:], p.Field)]; member != none {
			at = d.spotIn(d.members[member].value)
		}
		p.Line, p.Column = at.line, at.column
	}
	slices.SortStableFunc(rec.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// refuse appends a problem with a place.
func (d *jsonDecoder) refuse(rec *Record, at spot, kind, text string) {
	rec.Problems = append(rec.Problems, Problem{Line: at.line, Column: at.column, Kind: kind, Text: text})
}

// spotIn returns the place of an offset in the object under way.
func (d *jsonDecoder) spotIn(offset int) spot {
	if d.shape == jsonReport { // whose objects do not stand in the text
		return d.start
	}
	line, column := at(d.object, offset, d.start.line)
	if line == d.start.line {
		column += d.start.column - 1
	}
	return spot{line, column}
}
