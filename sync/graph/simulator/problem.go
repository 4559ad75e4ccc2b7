package simulator

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A problem is what an error answer says.
type problem struct {
	status  int
	code    string // "": the usual one of the status
	message string
}

func badRequest(message string) *problem { return &problem{http.StatusBadRequest, "", message} }

// codeNoRoute is Intune's code for a path or a method that its model does not have.
const codeNoRoute = "No method match route template"

// noRoute is how Intune says that a path or a method is not in its model.
func noRoute(x *exchange) problem {
	template := "~/singleton/navigation/key/navigation"
	if x.route.single {
		template += "/key"
	}
	return problem{http.StatusBadRequest, codeNoRoute,
		"There is no OData route for the template " + template + " with the verb " + strconv.Quote(x.method) + "."}
}

// usual returns the code that Graph puts into an error when nothing more special is to be said.
func usual(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "InvalidAuthenticationToken"
	case http.StatusNotFound:
		return "ResourceNotFound"
	case 509:
		return "BandwidthLimitExceeded"
	}
	return strings.ReplaceAll(http.StatusText(status), " ", "")
}

// appendProblem appends an error body in one of the four JSON shapes.
func appendProblem(dst []byte, x *exchange) []byte {
	p := x.problem
	if p.code == "" {
		p.code = usual(p.status)
	}
	inner := "innerError"
	switch x.body {
	case BodyLower:
		inner = "innererror"
	case BodyIntune:
		p.message = intuneMessage(p.message, x)
	case BodyNested:
		nested := problem{code: p.code, message: intuneMessage(p.message, x)}
		p.message = intuneMessage(string(nested.append(nil, "innerError", x)), x)
	}
	return p.append(dst, inner, x)
}

func (p problem) append(dst []byte, inner string, x *exchange) []byte {
	dst = append(dst, `{"error":{"code":`...)
	dst = quote(dst, p.code)
	dst = append(dst, `,"message":`...)
	dst = quote(dst, p.message)
	dst = append(dst, `,"details":[],"`...)
	dst = append(dst, inner...)
	dst = append(dst, `":{"date":"`...)
	dst = time.Now().UTC().AppendFormat(dst, "2006-01-02T15:04:05")
	dst = append(dst, `","request-id":`...)
	dst = quote(dst, x.requestID)
	dst = append(dst, `,"client-request-id":`...)
	dst = quote(dst, x.correlation)
	return append(dst, "}}}"...)
}

// intuneMessage puts a text into the JSON document that Intune sends as a string in the place of a message.
func intuneMessage(text string, x *exchange) string {
	dst := append([]byte(nil), "{\r\n  \"_version\": 3,\r\n  \"Message\": "...)
	dst = quote(dst, text+" - Operation ID: "+x.requestID+" - Activity ID: "+x.correlation+" - Url: "+x.host)
	return string(append(dst, ",\r\n  \"CustomApiErrorPhrase\": \"\",\r\n  \"RetryAfter\": null,\r\n"+
		"  \"ErrorSourceService\": \"\",\r\n  \"HttpHeaders\": \"{}\"\r\n}"...))
}

// quoteUnless appends null, or a JSON string.
func quoteUnless(null bool, dst []byte, s string) []byte {
	if null {
		return append(dst, "null"...)
	}
	return quote(dst, s)
}

// quote appends a JSON string. Bytes that are not UTF-8 become U+FFFD.
func quote(dst []byte, s string) []byte {
	dst, _ = jsontext.AppendQuote(dst, s)
	return dst
}
