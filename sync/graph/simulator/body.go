package simulator

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A Body is the kind of an answer's body.
type Body string

// The bodies. Those of a success on a request that was refused become BodyGraph.
const (
	BodyObject    Body = "object"     // of a success: the object as it stands now
	BodyValue     Body = "value"      // of a success: the object within {"value": …}
	BodyPartial   Body = "partial"    // of a success: the object with its id alone
	BodyAltered   Body = "altered"    // of a success: the object with one more installed device than it has
	BodyEmpty     Body = "empty"      // no bytes
	BodyNoContent Body = "no-content" // no bytes, and status 204 in place of 200

	BodyGraph  Body = "graph"  // of an error: with innerError
	BodyLower  Body = "lower"  // of an error: with innererror
	BodyIntune Body = "intune" // of an error: the message is a JSON document
	BodyNested Body = "nested" // of an error: twice so

	BodyHTML    Body = "html"    // a page for people
	BodyDeep    Body = "deep"    // JSON, 100,000 arrays deep
	BodyHuge    Body = "huge"    // JSON, 8 MiB
	BodyBomb    Body = "bomb"    // gzip, 16 MiB of JSON once it is unpacked
	BodyEndless Body = "endless" // JSON without an end, as long as the client reads

	bodyPage Body = "page" // a page of a list
	bodyApps Body = "apps" // a list with one app at most
	bodyRaw  Body = "raw"  // Fault.Raw
)

var (
	successes = []Body{BodyObject, BodyValue, BodyPartial, BodyAltered, BodyEmpty, BodyNoContent}
	refusals  = []Body{BodyGraph, BodyLower, BodyIntune, BodyNested, BodyHTML, BodyEmpty}
	hostile   = []Body{BodyDeep, BodyHuge, BodyBomb, BodyEndless}
)

func (b Body) successful() bool { return slices.Contains(successes, b) }
func (b Body) refusing() bool   { return slices.Contains(refusals, b) }
func (b Body) known() bool      { return b.successful() || b.refusing() || slices.Contains(hostile, b) }

const (
	depth    = 100_000
	hugeSize = 8 << 20
	bombSize = 16 << 20
)

const htmlPage = `<!DOCTYPE html><html><head><title>Gateway</title></head><body><h1>Not the service</h1></body></html>`

// render appends the body of the chosen kind.
func (x *exchange) render() {
	switch x.body {
	case BodyEmpty, BodyNoContent, BodyEndless:
	case BodyHTML:
		x.out = append(x.out, htmlPage...)
	case BodyDeep:
		x.out = append(append(x.out, strings.Repeat("[", depth)...), strings.Repeat("]", depth)...)
	case BodyHuge:
		x.out = appendPadded(x.out, hugeSize)
	case BodyBomb:
		x.out = append(x.out, bomb()...)
	case bodyPage:
		x.out = appendPage(x.out, x)
	case bodyApps:
		x.out = appendApps(x.out, x.object.ID)
	default:
		if x.status >= http.StatusMultipleChoices || !x.body.successful() {
			x.out = appendProblem(x.out, x)
			return
		}
		x.out = appendObject(x.out, x)
	}
}

func appendPadded(dst []byte, size int) []byte {
	dst = append(dst, `{"value":"`...)
	dst = append(dst, strings.Repeat("a", size)...)
	return append(dst, `"}`...)
}

// bomb is packed once, when the first client asks for it: many gzip members one after the other are one stream.
var bomb = sync.OnceValue(func() []byte {
	filling := pack(strings.Repeat("a", 1<<20))
	return slices.Concat(pack(`{"value":"`), bytes.Repeat(filling, bombSize>>20), pack(`"}`))
})

func pack(text string) []byte {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(text)) // a bytes.Buffer does not fail
	_ = z.Close()
	return packed.Bytes()
}

func appendContext(dst []byte, x *exchange, suffix string) []byte {
	dst = append(dst, `"@odata.context":`...)
	return quote(dst, x.host+x.route.root+"/$metadata#deviceAppManagement/mobileApps('"+url.PathEscape(x.route.app)+
		"')/userStatuses"+suffix)
}

func appendObject(dst []byte, x *exchange) []byte {
	dst = append(dst, '{')
	dst = appendContext(dst, x, "/$entity")
	dst = append(dst, ',')
	if x.body == BodyValue {
		dst = append(dst, `"value":{`...)
	}
	switch x.body {
	case BodyPartial:
		dst = quote(append(dst, `"id":`...), x.object.ID)
	case BodyAltered:
		altered := x.object
		altered.InstalledDeviceCount++
		dst = appendStatus(dst, &altered)
	default:
		dst = appendStatus(dst, &x.object)
	}
	if x.body == BodyValue {
		dst = append(dst, '}')
	}
	return append(dst, '}')
}

// appendStatus appends the members of a status, without the braces.
func appendStatus(dst []byte, s *Status) []byte {
	dst = append(dst, `"@odata.type":"`+typeName+`","id":`...)
	dst = quote(dst, s.ID)
	dst = append(dst, `,"userName":`...)
	dst = quoteUnless(s.NoUserName, dst, s.UserName)
	dst = append(dst, `,"userPrincipalName":`...)
	dst = quoteUnless(s.NoUserPrincipalName, dst, s.UserPrincipalName)
	dst = append(dst, `,"installedDeviceCount":`...)
	dst = strconv.AppendInt(dst, int64(s.InstalledDeviceCount), 10)
	dst = append(dst, `,"failedDeviceCount":`...)
	dst = strconv.AppendInt(dst, int64(s.FailedDeviceCount), 10)
	dst = append(dst, `,"notInstalledDeviceCount":`...)
	return strconv.AppendInt(dst, int64(s.NotInstalledDeviceCount), 10)
}

func appendApps(dst []byte, app string) []byte {
	dst = append(dst, `{"value":[`...)
	if app != "" {
		dst = append(quote(append(dst, `{"id":`...), app), '}')
	}
	return append(dst, "]}"...)
}

func appendPage(dst []byte, x *exchange) []byte {
	dst = append(dst, '{')
	dst = appendContext(dst, x, "")
	if x.page.next != "" {
		dst = quote(append(dst, `,"@odata.nextLink":`...), x.page.next)
	}
	dst = append(dst, `,"value":[`...)
	for i := range x.page.statuses {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendStatus(append(dst, '{'), &x.page.statuses[i]), '}')
	}
	return append(dst, "]}"...)
}
