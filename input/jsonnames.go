package input

import "slices"

const (
	maxLayouts  = 256     // kinds of objects that are remembered
	maxKey      = 4 << 10 // bytes of the names of one that is
	maxName     = 256     // bytes of a name that are looked at
	maxWarnings = 100
)

// jsonNames remembers what the names of members stand for. The names of an object decide that in company, and most
// objects of an input have the same ones in the same order.
type jsonNames struct {
	app     string // supplies a missing mobileAppId, or ""
	columns map[string]string
	known   map[string]*jsonLayout // by the names as they came
	key     []byte                 // the names of the object under way, in their quotes as they came
	told    map[string]bool        // the texts of notes
	notes   []Warning

	idOptional bool
}

// heldName is the member by which an object says, with true, that it is what Graph held: the way back. Then its texts
// but the id may be null, empty or like what programs leave behind, and its counts null or negative.
const heldName = "@statussync.held"

// A jsonLayout says what the members of an object stand for.
type jsonLayout struct {
	mapping
	held      int // the member heldName, or none
	faults    []nameFault
	ambiguous bool // two members may stand for one field
}

// A nameFault says why the name of a member makes the row invalid.
type nameFault struct {
	member     int
	kind, text string
}

// lookUp returns the layout of the object under way by its names, which are in key.
func (d *jsonDecoder) lookUp() *jsonLayout {
	if l := d.known[string(d.key)]; l != nil {
		return l
	}
	l := d.newLayout()
	if d.known == nil || len(d.known) == maxLayouts {
		d.known = map[string]*jsonLayout{}
	}
	if len(d.key) <= maxKey {
		d.known[string(d.key)] = l
	}
	return l
}

func (d *jsonDecoder) newLayout() *jsonLayout {
	l := &jsonLayout{held: none}
	names := l.names(d.object, d.members)
	m, refusal := resolve(names, d.columns)
	l.mapping = m
	if refusal != nil {
		l.ambiguous = true
		l.fault(refusal.name, "name-ambiguous", refusal.text)
		for i := refusal.name; i < len(names); i++ {
			l.field[i] = none
		}
		return l
	}
	for _, note := range m.notes(names) {
		d.warnOnce(d.spotIn(d.members[note.name].name), note.warning())
	}
	if l.index[fieldUserName] == none && !l.empty() {
		d.warnOnce(d.start, "the member userName is missing: it is sent empty")
	}
	if i := l.index[fieldApp]; d.app != "" && i != none {
		d.warnOnce(d.spotIn(d.members[i].name), "the object has a member for mobileAppId, so --app is not used for it")
	}
	return l
}

// names returns the names of the members that may stand for a field, "" for the others, and finds their faults.
func (l *jsonLayout) names(object []byte, members []jsonMember) []string {
	names := make([]string, len(members))
	seen := make(map[string]bool, len(members))
	for i, m := range members {
		quoted := object[m.name:m.nameEnd]
		name, ok := unquote(quoted)
		switch {
		case !ok:
			kind, why := damage(quoted)
			l.fault(i, kind, "the name "+quote(string(quoted[1:len(quoted)-1]))+" "+why)
		case isOwn(name):
			continue
		case len(name) > maxCell:
			l.fault(i, "too-long", "the name "+quote(name)+" is longer than 1 MiB")
		case seen[name]:
			l.fault(i, "name-twice", "the name "+quote(name)+" stands here for the second time")
		case !isAnnotation(name):
			names[i] = name[:min(len(name), maxName)]
		case name == heldName:
			l.held = i
		}
		seen[name] = true
	}
	return names
}

func (l *jsonLayout) fault(member int, kind, text string) {
	l.faults = append(l.faults, nameFault{member, kind, text})
}

// empty reports whether no member stands for a field.
func (l *jsonLayout) empty() bool {
	return !slices.ContainsFunc(l.field, func(f int) bool { return f != none })
}

func (n *jsonNames) warn(at spot, text string) {
	n.notes = append(n.notes, Warning{Line: at.line, Column: at.column, Text: text})
}

// warnOnce warns unless the text was said before.
func (n *jsonNames) warnOnce(at spot, text string) {
	if n.told[text] || len(n.told) > maxWarnings {
		return
	}
	if n.told == nil {
		n.told = map[string]bool{}
	}
	n.told[text] = true
	if len(n.told) > maxWarnings {
		text = "there is more like this from here on"
	}
	n.warn(at, text)
}

// warnings implements decoder.
func (n *jsonNames) warnings() []Warning { return n.notes }
