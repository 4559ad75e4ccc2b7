package input

import (
	"fmt"

	"github.com/statussync/statussync/sync/row"
)

const maxDepth = 64 // levels in a value that is passed over

var nulls = [fieldCount]row.Nulls{
	fieldUserName: row.NullUserName, fieldUPN: row.NullUserPrincipalName,
	fieldInstalled: row.NullInstalled, fieldFailed: row.NullFailed, fieldNotInstalled: row.NullNotInstalled,
}

// take returns the text of a field's value. It reports false, with a problem, when the value is none for the field.
func (d *jsonDecoder) take(rec *Record, f int, value []byte) (text string, ok bool) {
	isCount, kind := f >= fieldInstalled, value[0]
	switch {
	case len(value) > maxCell:
		rec.refuse(f, "too-long", string(value[:maxName]), "is longer than 1 MiB")
	case kind == '"':
		if text, ok = unquote(value); ok {
			return text, true
		}
		kind, why := damage(value)
		rec.refuse(f, kind, string(value[1:len(value)-1]), why)
	case isCount && (kind == '-' || '0' <= kind && kind <= '9'):
		return string(value), true
	case kind == 'n' && rec.held && nulls[f] != 0:
		rec.Null |= nulls[f]
		if isCount {
			text = "0"
		}
		return text, true
	case kind == 'n' && (f == fieldUserName || f == fieldID && d.idOptional):
		return "", true
	case isCount:
		rec.refuse(f, "wrong-type", "", "is "+kindName(value)+", not a whole number")
	default:
		rec.refuse(f, "wrong-type", "", "is "+kindName(value)+", not a string")
	}
	return "", false
}

// supply returns the text of a field that no member stands for. It reports false when the row is invalid without one.
func (d *jsonDecoder) supply(rec *Record, l *jsonLayout, f int) (text string, ok bool) {
	switch {
	case l.ambiguous: // the member in question may be the one
		return "", false
	case f == fieldApp && d.app != "":
		return d.app, true
	case f == fieldUserName, f == fieldID && d.idOptional:
		return "", true
	}
	missing := missingName(f, d.columns) + " is missing"
	if f == fieldID {
		missing += " (Intune's reports have no id: it is the key of a status in Microsoft Graph, as a list of them has it)"
	}
	rec.Problems = append(rec.Problems, Problem{Field: Fields[f], Kind: "missing", Text: missing})
	return "", false
}

// passOver looks at a value that is not sent.
func (d *jsonDecoder) passOver(rec *Record, m *jsonMember) {
	value := d.object[m.value:m.valueEnd]
	switch {
	case len(value) > maxCell:
		d.refuse(rec, d.spotIn(m.value), "too-long", "a value is longer than 1 MiB")
	case nested(value) && depth(value) > maxDepth:
		d.refuse(rec, d.spotIn(m.value), "too-deep", fmt.Sprintf("a value is nested more than %d levels deep", maxDepth))
	case !sound(value):
		kind, why := damage(value)
		d.refuse(rec, d.spotIn(m.value), kind, "the value "+quote(string(value))+" "+why)
	}
}

func depth(value []byte) int {
	_, levels := pastNested(value, 0)
	return levels
}
