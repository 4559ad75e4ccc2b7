package graph

import (
	"errors"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/statussync/statussync/sync/row"
)

var (
	errNoObject = errors.New("the answer is not the object that was asked for")
	errInside   = errors.New("the answer says success and holds an error")
)

const maxShown = 200 // bytes of a value in a mismatch

// An echo compares the object that came back with the status that was sent.
type echo struct {
	sent     *row.Status
	mismatch string // the first field that differs
	members  int
	known    int // members that a status has
	inner    bool
	unquoted []byte
	token    string // the bearer token, which is not shown
}

// read reads the object of an answer, and returns in words where it differs from sent. Where sent is nil, any
// object will do.
func (e *echo) read(text []byte, sent *row.Status) (mismatch string, err error) {
	*e = echo{sent: sent, unquoted: e.unquoted, token: e.token}
	defer func() { e.sent, e.token = nil, "" }()
	if err := json.Unmarshal(text, e); err != nil {
		if errors.Is(err, errInside) {
			return "", errInside
		}
		return "", errNoObject
	}
	if e.members > 0 && e.known == 0 && sent != nil { // some other service's yes
		return "", errNoObject
	}
	return e.mismatch, nil
}

// UnmarshalJSONFrom reads {…} or {"value":{…}}.
func (e *echo) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return readMembers(dec, e.member)
}

func (e *echo) member(name []byte, dec *jsontext.Decoder) error {
	e.members++
	e.known++
	switch name := string(name); {
	case name == "error":
		return errInside
	case e.sent == nil:
	case name == "value" && !e.inner:
		e.inner = true
		return e.UnmarshalJSONFrom(dec)
	case name == "id":
		return e.text(dec, "id", e.sent.ID, row.IsGUID(e.sent.ID))
	case name == "userName":
		return e.text(dec, "userName", e.sent.UserName, false)
	case name == "userPrincipalName":
		return e.text(dec, "userPrincipalName", e.sent.UserPrincipalName, true)
	case name == "mobileAppId":
		return e.text(dec, "mobileAppId", e.sent.AppID, true)
	case name == "installedDeviceCount":
		return e.count(dec, "installedDeviceCount", e.sent.Installed, row.NullInstalled)
	case name == "failedDeviceCount":
		return e.count(dec, "failedDeviceCount", e.sent.Failed, row.NullFailed)
	case name == "notInstalledDeviceCount":
		return e.count(dec, "notInstalledDeviceCount", e.sent.NotInstalled, row.NullNotInstalled)
	case strings.HasPrefix(name, "@odata."):
	default:
		e.known--
	}
	return dec.SkipValue()
}

// text compares a string; null is Graph's empty string.
func (e *echo) text(dec *jsontext.Decoder, field, want string, fold bool) error {
	v, err := dec.ReadValue()
	if err != nil {
		return err
	}
	e.unquoted = e.unquoted[:0]
	switch v.Kind() {
	case 'n':
	case '"':
		if e.unquoted, err = jsontext.AppendUnquote(e.unquoted, v); err != nil {
			return err
		}
	default:
		e.differs(field, strconv.Quote(clip(want, maxShown)), v)
		return nil
	}
	if string(e.unquoted) != want && !(fold && strings.EqualFold(string(e.unquoted), want)) {
		e.differs(field, strconv.Quote(clip(want, maxShown)), v)
	}
	return nil
}

// count compares an integer by its digits: 5.0 and "5" are not what was sent, and null only where that was.
func (e *echo) count(dec *jsontext.Decoder, field string, want int32, null row.Nulls) error {
	v, err := dec.ReadValue()
	if err != nil || v.Kind() == 'n' && e.sent.Null&null != 0 {
		return err
	}
	var digits [11]byte
	if string(v) != string(strconv.AppendInt(digits[:0], int64(want), 10)) {
		e.differs(field, strconv.Itoa(int(want)), v)
	}
	return nil
}

func (e *echo) differs(field, want string, got jsontext.Value) {
	if e.mismatch == "" { // without the token before it is cut: half a token is one too many
		e.mismatch = field + ": sent " + want + ", came back " + clean(string(got), e.token, maxShown)
	}
}
