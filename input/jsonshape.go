package input

import (
	"bytes"
	"strings"
)

// detect finds out the shape of the text from its head. It refuses a report of Intune, which has columns and not rows.
func (d *jsonDecoder) detect() error {
	j := newJSONTokens(bytes.NewReader(d.head))
	switch j.peek() {
	case '[':
		d.shape = jsonList
	case '{':
		j.dec.ReadToken()
		return d.detectList(&j)
	}
	return nil
}

// detectList looks for a list of rows among the members of the first object. What is wrong with the object is left to
// be found when it is read.
func (d *jsonDecoder) detectList(j *jsonTokens) error {
	for j.peek() == '"' {
		at := j.spot()
		quoted, err := j.value()
		if err != nil {
			return nil
		}
		name, _ := unquote(quoted)
		if j.peek() == '[' {
			switch name {
			case "value":
				d.shape = jsonEnvelope
				return nil
			case "Schema", "Values":
				return d.failAt(at, "take the rows from a list of userStatuses: a report has no id for them",
					"this is the answer of a report of Intune, a table of Schema and Values, not a list of rows")
			}
		}
		if _, err := j.value(); err != nil {
			return nil
		}
	}
	return nil
}

// envelope reads the members of the object around the list: to the beginning of the list, or what follows its end.
func (d *jsonDecoder) envelope(behind bool) error {
	for d.peek() == '"' {
		d.start = d.spot()
		d.in.release(d.at)
		quoted, err := d.dec.ReadValue()
		if err != nil {
			return d.refusal(err)
		}
		name, _ := unquote(quoted)
		kind := d.peek()
		switch {
		case name != "value":
			d.beside(name)
		case behind:
			return d.failAt(d.start, "", "a second \"value\" follows the list")
		case kind == '[':
			d.start = d.spot()
			_, err := d.dec.ReadToken()
			return err
		}
		if _, err := d.value(); err != nil {
			return d.refusal(err)
		}
	}
	if _, err := d.dec.ReadToken(); err != nil {
		return d.refusal(err)
	}
	return nil
}

// beside says what there is to say about a member beside the list.
func (d *jsonDecoder) beside(name string) {
	switch {
	case name == "@odata.nextLink":
		d.warnOnce(d.start, "@odata.nextLink says that the list goes on at another address: those rows are not in this file")
	case !isAnnotation(name) && !isOwn(name):
		d.warnOnce(d.start, quote(name)+" stands beside the list and is passed over")
	}
}

// isAnnotation reports whether a member says something about the data, as "@odata.type" and "app@odata.context" do.
func isAnnotation(name string) bool { return strings.Contains(name, "@") }
