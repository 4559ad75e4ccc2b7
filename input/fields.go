package input

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
)

// The fields by number.
const (
	fieldApp = iota
	fieldID
	fieldUserName
	fieldUPN
	fieldInstalled
	fieldFailed
	fieldNotInstalled
	fieldCount

	none = -1 // no field
)

// Fields names the seven fields of a row in order, as Microsoft Graph spells them.
var Fields = [fieldCount]string{
	"mobileAppId", "id", "userName", "userPrincipalName",
	"installedDeviceCount", "failedDeviceCount", "notInstalledDeviceCount",
}

// The other names of fields are those of Intune's report UserInstallStatusAggregateByApp and of its portal's page
// "User install status", normalised. "User name" is not among them: portal decides about it.
var aliases = map[string]int{
	"applicationid":     fieldApp,
	"name":              fieldUserName,
	"upn":               fieldUPN,
	"installedcount":    fieldInstalled,
	"installations":     fieldInstalled,
	"failedcount":       fieldFailed,
	"failures":          fieldFailed,
	"notinstalledcount": fieldNotInstalled,
	"notinstalled":      fieldNotInstalled,
}

// Counts that Intune's report has and the resource has no field for. They belong to none of the other counts.
var uncounted = map[string]bool{"pendinginstallcount": true, "notapplicablecount": true}

func init() {
	for f, name := range Fields {
		aliases[normalise(name)] = f
	}
}

// normalise returns a header name without case, spaces, underscores and hyphens.
func normalise(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '_' || r == '-' {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// isOwn reports whether a column or member is one that statussync itself adds to the files it writes.
func isOwn(name string) bool { return strings.HasPrefix(name, "_statussync_") }

// A note is something to say about one of the names.
type note struct {
	name int // index into the names, or none
	text string
	hint string // what to do, of a refusal
	near string // the field that was probably meant, or ""
}

// warning returns the note as a sentence of its own.
func (n *note) warning() string {
	if n.near == "" {
		return n.text
	}
	return fmt.Sprintf("%s; did you mean %s?", n.text, quote(n.near))
}

// A mapping says which field each of some names stands for.
type mapping struct {
	field []int           // by name; none when it is passed over
	index [fieldCount]int // of the name, by field; none when it is absent
}

// resolve finds out which field each name stands for: the name that the user gave for a field in columns, the field's
// own, or another that Intune has for it. The refusal is for an ambiguous name; a field may be absent.
func resolve(names []string, columns map[string]string) (m mapping, refusal *note) {
	m = mapping{field: make([]int, len(names))}
	for f := range m.index {
		m.index[f] = none
	}
	means := vocabulary(names, columns)
	for i, name := range names {
		m.field[i] = none
		f, ok := means[normalise(name)]
		if !ok || isOwn(name) {
			continue
		}
		if other := m.index[f]; other != none {
			return m, &note{
				name: i, text: fmt.Sprintf("%s and %s may both be %s", quote(names[other]), quote(name), Fields[f]),
				hint: "rename one of them, or say in input.columns of the configuration which one it is",
			}
		}
		m.field[i], m.index[f] = f, i
	}
	return m, nil
}

// vocabulary returns the field of each normalised name that stands for one in the company of these names.
func vocabulary(names []string, columns map[string]string) map[string]int {
	means := make(map[string]int, len(aliases))
	for name, f := range aliases {
		if _, mapped := columns[Fields[f]]; !mapped {
			means[name] = f
		}
	}
	if portal(names, columns) {
		means["username"] = fieldUPN
	}
	for f, field := range Fields {
		if name, mapped := columns[field]; mapped {
			means[normalise(name)] = f
		}
	}
	return means
}

// portal reports whether "User name" is the name to sign in with. Intune's portal calls that one so, beside "Name" for
// the name to display; its report means the name to display, and has "UserPrincipalName" beside it.
func portal(names []string, columns map[string]string) bool {
	_, upn := columns[Fields[fieldUPN]]
	_, display := columns[Fields[fieldUserName]]
	for _, name := range names {
		switch normalise(name) {
		case "userprincipalname", "upn":
			upn = true
		case "name":
			display = true
		}
	}
	return display && !upn
}

// notes says which names are passed over, except our own and those that are empty, 20 at most.
func (m *mapping) notes(names []string) []note {
	const limit = 20
	var notes []note
	for i, name := range names {
		if m.field[i] != none || isOwn(name) {
			continue
		}
		if len(notes) == limit {
			return append(notes, note{name: i, text: "this and other names that follow are not fields that are sent"})
		}
		n := note{name: i, text: fmt.Sprintf("%s is not a field that is sent", quote(name))}
		switch short := normalise(name); {
		case short == "":
			continue
		case uncounted[short]:
			n.text = quote(name) + " has no field in Microsoft Graph: it is left out, and not added to another count"
		default:
			if f := m.similar(name); f != none {
				n.near = Fields[f]
			}
		}
		notes = append(notes, n)
	}
	return notes
}

// similar returns the absent field that a name was probably meant for, or none.
func (m *mapping) similar(name string) int {
	short := normalise(name)
	if len(short) > 40 {
		return none
	}
	best, field := math.MaxInt, none
	for alias, f := range aliases {
		if m.index[f] != none {
			continue
		}
		if d := difference(short, alias); d < best || d == best && f < field {
			best, field = d, f
		}
	}
	if best == math.MaxInt {
		return none
	}
	return field
}

// difference returns by how many letters two names differ, and math.MaxInt when it is too many for a slip: more than a
// third of them, unless a good part of one is the other.
func difference(a, b string) int {
	short, long := a, b
	if len(a) > len(b) {
		short, long = b, a
	}
	switch d := distance(a, b); {
	case len(short) > 3 && len(short)*3 > len(long) && strings.HasPrefix(long, short):
		return len(long) - len(short)
	case len(short) > 3 && len(short)*3 > len(long) && strings.HasSuffix(long, short):
		return len(long) // what begins otherwise may mean the opposite
	case d <= len(a)/3:
		return d
	}
	return math.MaxInt
}

// distance returns how many bytes have to be inserted, removed or replaced to make b of a.
func distance(a, b string) int {
	line := make([]int, len(b)+1)
	for j := range line {
		line[j] = j
	}
	for i := range len(a) {
		diagonal := line[0]
		line[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = line[j+1]
			line[j+1] = min(change, line[j]+1, line[j+1]+1)
		}
	}
	return line[len(b)]
}

// checkColumns refuses a mapping of names that no header can satisfy.
func checkColumns(columns map[string]string, refuse func(format string, args ...any) error) error {
	taken := map[string]string{}
	for _, field := range slices.Sorted(maps.Keys(columns)) {
		name := columns[field]
		short := normalise(name)
		switch other, twice := taken[short]; {
		case !slices.Contains(Fields[:], field):
			return refuse("input.columns names the field %s; there are %s", quote(field), strings.Join(Fields[:], ", "))
		case short == "" || isOwn(name):
			return refuse("input.columns has the name %s for %s, which no column has", quote(name), field)
		case twice:
			return refuse("input.columns has the name %s for two fields, %s and %s", quote(name),
				other, field)
		}
		taken[short] = field
	}
	return nil
}
