package simulator

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// typeName is the only value that @odata.type may have.
const typeName = "#microsoft.graph.userAppInstallStatus"

// A field is one bit a property.
type field uint8

const (
	fieldType field = 1 << iota
	fieldID
	fieldUserName
	fieldUserPrincipalName
	fieldInstalled
	fieldFailed
	fieldNotInstalled
)

// A change is what the body of a PATCH asks for; a property that is not in has keeps its value.
type change struct {
	has field
	Status
}

// apply merges the change into a status.
func (c *change) apply(s *Status) {
	if c.has&fieldUserName != 0 {
		s.UserName, s.NoUserName = c.UserName, c.NoUserName
	}
	if c.has&fieldUserPrincipalName != 0 {
		s.UserPrincipalName, s.NoUserPrincipalName = c.UserPrincipalName, c.NoUserPrincipalName
	}
	if c.has&fieldInstalled != 0 {
		s.InstalledDeviceCount = c.InstalledDeviceCount
	}
	if c.has&fieldFailed != 0 {
		s.FailedDeviceCount = c.FailedDeviceCount
	}
	if c.has&fieldNotInstalled != 0 {
		s.NotInstalledDeviceCount = c.NotInstalledDeviceCount
	}
}

// decode reads one JSON object with known properties, each at most once, and nothing after it.
func (c *change) decode(dec *jsontext.Decoder) *problem {
	*c = change{}
	if dec.PeekKind() != '{' {
		return badRequest("The body is not a JSON object.")
	}
	if _, err := dec.ReadToken(); err != nil {
		return malformed(err)
	}
	var scratch [64]byte
	for dec.PeekKind() == '"' {
		raw, err := dec.ReadValue()
		if err != nil {
			return malformed(err)
		}
		name, err := unquote(scratch[:0], raw)
		if err != nil {
			return malformed(err)
		}
		if p := c.property(name, dec); p != nil {
			return p
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return malformed(err)
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return badRequest("The body goes on after its JSON object.")
	}
	return nil
}

// A slot is where a property's value goes: one of text and count is set. Null is nil where it cannot be null.
type slot struct {
	bit   field
	text  *string
	null  *bool
	count *int32
}

// slot returns the place of a property, no bit for an unknown one. Names are compared by case, as Graph does.
func (c *change) slot(name []byte, odataType *string) slot {
	switch string(name) {
	case "@odata.type":
		return slot{bit: fieldType, text: odataType}
	case "id":
		return slot{bit: fieldID, text: &c.ID}
	case "userName":
		return slot{bit: fieldUserName, text: &c.UserName, null: &c.NoUserName}
	case "userPrincipalName":
		return slot{bit: fieldUserPrincipalName, text: &c.UserPrincipalName, null: &c.NoUserPrincipalName}
	case "installedDeviceCount":
		return slot{bit: fieldInstalled, count: &c.InstalledDeviceCount}
	case "failedDeviceCount":
		return slot{bit: fieldFailed, count: &c.FailedDeviceCount}
	case "notInstalledDeviceCount":
		return slot{bit: fieldNotInstalled, count: &c.NotInstalledDeviceCount}
	}
	return slot{}
}

// property reads the value of one property.
func (c *change) property(name []byte, dec *jsontext.Decoder) *problem {
	var odataType string
	to := c.slot(name, &odataType)
	if to.bit == 0 {
		return badRequest(fmt.Sprintf("The type userAppInstallStatus has no property %.80q.", name))
	}
	kind := dec.PeekKind()
	raw, err := dec.ReadValue()
	if err != nil {
		return malformed(err)
	}
	c.has |= to.bit
	switch {
	case to.count != nil:
		n, err := strconv.ParseInt(string(raw), 10, 32)
		if kind != '0' || err != nil {
			return badRequest(fmt.Sprintf("The value %.80q of %q is not an Int32.", raw, name))
		}
		*to.count = int32(n)
	case kind == '"':
		var scratch [128]byte
		plain, err := unquote(scratch[:0], raw)
		if err != nil {
			return malformed(err)
		}
		*to.text = string(plain)
	case kind == 'n' && to.null != nil:
		*to.null = true
	default:
		return badRequest(fmt.Sprintf("The value %.80q of %q is not a string.", raw, name))
	}
	if to.bit == fieldType && odataType != typeName {
		return badRequest(fmt.Sprintf("The type %.80q cannot be used for a user status.", odataType))
	}
	return nil
}

// unquote appends what a JSON string says. Most have no escapes: those are copied.
func unquote(dst []byte, raw jsontext.Value) ([]byte, error) {
	if bytes.IndexByte(raw, '\\') < 0 {
		return append(dst, raw[1:len(raw)-1]...), nil
	}
	return jsontext.AppendUnquote(dst, raw)
}

// media returns what is wrong with the headers of a request that has a body.
func media(h http.Header) *problem {
	if encoding := h.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return unsupported("content encoding", encoding)
	}
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), "application/json") {
		return unsupported("content type", kind)
	}
	return nil
}

func unsupported(what, value string) *problem {
	return &problem{http.StatusUnsupportedMediaType, "", fmt.Sprintf("The %s %.80q is not read.", what, value)}
}

func malformed(err error) *problem {
	return badRequest(fmt.Sprintf("The body cannot be read as JSON: %.200s.", err))
}
