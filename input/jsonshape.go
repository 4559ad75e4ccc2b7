package input

import (
	"bytes"
	"strconv"
	"strings"
)

const noIDHint = "pass --compare remote, which finds it by the userPrincipalName"

// list returns the name of the member that is the list of rows, or "" where it is no member.
func (s jsonShape) list() string {
	switch s {
	case jsonEnvelope:
		return "value"
	case jsonReport:
		return "Values"
	}
	return ""
}

// detect finds out the shape of the text from its head.
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
			case "Schema":
				d.shape = jsonReport
				return nil
			case "Values":
				return d.failAt(at, "", "this is a report of Intune, whose \"Values\" stand before their \"Schema\"")
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
		isList := name == d.shape.list()
		switch {
		case isList && behind:
			return d.failAt(d.start, "", "a second %q follows the list", name)
		case isList && kind == '[':
			d.start = d.spot()
			_, err := d.dec.ReadToken()
			return err
		}
		value, err := d.value()
		if err != nil {
			return d.refusal(err)
		}
		if !isList {
			if err := d.beside(name, value); err != nil {
				return err
			}
		}
	}
	if _, err := d.dec.ReadToken(); err != nil {
		return d.refusal(err)
	}
	if !behind {
		return d.failAt(d.start, "", "no list %q follows", d.shape.list())
	}
	return nil
}

// beside takes in a member beside the list, or says what there is to say about it.
func (d *jsonDecoder) beside(name string, value []byte) error {
	report := d.shape == jsonReport
	switch {
	case report && name == "Schema" && value[0] == '[':
		return d.readSchema(value)
	case report && name == "TotalRowCount":
		d.table.total, _ = strconv.ParseInt(string(value), 10, 64)
	case report && name == "SessionId":
	case name == "@odata.nextLink":
		d.warnOnce(d.start, "@odata.nextLink says that the list goes on at another address: those rows are not in this file")
	case !isAnnotation(name) && !isOwn(name):
		d.warnOnce(d.start, quote(name)+" stands beside the list and is passed over")
	}
	return nil
}

// isAnnotation reports whether a member says something about the data, as "@odata.type" and "app@odata.context" do.
func isAnnotation(name string) bool { return strings.Contains(name, "@") }
