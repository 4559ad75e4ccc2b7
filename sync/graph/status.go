package graph

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/statussync/statussync/sync/row"
)

// A faultError is what is wrong with an answer that came back whole. Another try would bring the same.
type faultError struct{ text string }

func (e *faultError) Error() string { return e.text }

const maxNumber = 40 // bytes of a count that is shown; a part of a longer one may be a part of a secret

var errNoText = errors.New("the value is no string")

// unmarshal reads an answer into a value that reads itself. Its error is errInside, errNoObject, or a *faultError.
func unmarshal(text []byte, into json.UnmarshalerFrom) error {
	err := json.Unmarshal(text, into)
	var fault *faultError
	var syntax *jsontext.SyntacticError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errInside):
		return errInside
	case errors.As(err, &fault):
		return fault
	case errors.As(err, &syntax) && syntax.JSONPointer != "" && !errors.Is(err, io.ErrUnexpectedEOF):
		return &faultError{syntax.Error()}
	}
	return errNoObject
}

// readMembers reads an object. It hands the name of each member to member, which reads the value.
func readMembers(dec *jsontext.Decoder, member func(name []byte, dec *jsontext.Decoder) error) error {
	if dec.PeekKind() != '{' {
		return errNoObject
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadValue()
		if err != nil {
			return err
		}
		if err := member(unquote(name), dec); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

func unquote(name jsontext.Value) []byte {
	if bytes.IndexByte(name, '\\') < 0 {
		return name[1 : len(name)-1]
	}
	plain, _ := jsontext.AppendUnquote(nil, name) // has been read, so it is valid
	return plain
}

// readText appends a string to b; null is nothing. Other values are an errNoText.
func readText(dec *jsontext.Decoder, b []byte) ([]byte, error) {
	v, err := dec.ReadValue()
	switch {
	case err != nil:
		return b, err
	case v.Kind() == 'n':
		return b, nil
	case v.Kind() == '"':
		return jsontext.AppendUnquote(b, v)
	}
	return b, errNoText
}

// A statusReader reads one status after another.
type statusReader struct {
	appID  string
	number int // of the status on its page, from 1; 0: it stands alone
	status row.Status

	id, name, principal []byte // the texts of the status
	all                 []byte // and all of them, so that a status costs one string
}

func (r *statusReader) excuse(p *page, err error) string { return p.excuse(err) }

// excuse returns what the body says in the place of what was asked for, or err where it is JSON and no error: it may
// hold the data of many people.
func (p *page) excuse(err error) string {
	said := readProblem(p.text).message
	if strings.HasPrefix(said, "{") || strings.HasPrefix(said, "[") {
		return err.Error()
	}
	return said
}

func (r *statusReader) readStatus(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '{' {
		return r.fault("is not an object")
	}
	r.begin()
	if err := readMembers(dec, r.member); err != nil {
		return err
	}
	return r.end()
}

func (r *statusReader) begin() {
	r.status = row.Status{AppID: r.appID, Null: row.AllNull}
	r.id, r.name, r.principal = r.id[:0], r.name[:0], r.principal[:0]
}

func (r *statusReader) end() error {
	if len(r.id) == 0 {
		return r.fault("has no id")
	}
	r.all = append(append(append(r.all[:0], r.id...), r.name...), r.principal...)
	all, named := string(r.all), len(r.id)+len(r.name)
	r.status.ID, r.status.UserName, r.status.UserPrincipalName = all[:len(r.id)], all[len(r.id):named], all[named:]
	return nil
}

func (r *statusReader) member(name []byte, dec *jsontext.Decoder) error {
	switch string(name) {
	case "id":
		return r.text(dec, "an id", &r.id, 0)
	case "userName":
		return r.text(dec, "a userName", &r.name, row.NullUserName)
	case "userPrincipalName":
		return r.text(dec, "a userPrincipalName", &r.principal, row.NullUserPrincipalName)
	case "installedDeviceCount":
		return r.count(dec, "installedDeviceCount", &r.status.Installed, row.NullInstalled)
	case "failedDeviceCount":
		return r.count(dec, "failedDeviceCount", &r.status.Failed, row.NullFailed)
	case "notInstalledDeviceCount":
		return r.count(dec, "notInstalledDeviceCount", &r.status.NotInstalled, row.NullNotInstalled)
	}
	return dec.SkipValue()
}

// here notes that a field is there, unless its value is null.
func (r *statusReader) here(dec *jsontext.Decoder, field row.Nulls) {
	if dec.PeekKind() != 'n' {
		r.status.Null &^= field
	}
}

func (r *statusReader) text(dec *jsontext.Decoder, what string, into *[]byte, field row.Nulls) (err error) {
	r.here(dec, field)
	if *into, err = readText(dec, *into); err == errNoText {
		return r.fault("has " + what + " that is not a string")
	}
	return err
}

// count reads an Int32 in plain digits: 5.0 and "5" are none. null is 0.
func (r *statusReader) count(dec *jsontext.Decoder, name string, into *int32, field row.Nulls) error {
	r.here(dec, field)
	v, err := dec.ReadValue()
	if err != nil || v.Kind() == 'n' {
		return err
	}
	n, err := strconv.ParseInt(string(v), 10, 32)
	if err != nil {
		shown := string(v)
		if len(shown) > maxNumber {
			shown = "a long value"
		}
		return r.fault("has " + shown + " as " + name + ", not an Int32 in plain digits")
	}
	*into = int32(n)
	return nil
}

func (r *statusReader) fault(text string) error {
	if r.number == 0 {
		return &faultError{"the status " + text}
	}
	return &faultError{fmt.Sprintf("status %d of the page %s", r.number, text)}
}
