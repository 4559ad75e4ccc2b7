package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// A refusal is a token that is not issued. Its number stands behind AADSTS.
type refusal struct {
	code   int
	status int
	name   string // of OAuth 2.0
	text   string
}

const (
	codeBusy     = 90033 // of the sign-in service
	codeThrottle = 90055
)

// aadsts are the refusals by their codes; the texts have places for what they are about.
var aadsts = map[int]refusal{
	50027: invalidRequest("JWT token is invalid or malformed."),
	70003: {0, http.StatusBadRequest, "unsupported_grant_type", "The app requested an unsupported grant type '%.80s'."},
	70011: {0, http.StatusBadRequest, "invalid_scope", "The provided value for the input parameter 'scope' is not " +
		"valid. Client credential flows need one resource with /.default behind it; the scope is '%.200s'."},
	90002: invalidRequest("Tenant '%.80s' not found. Check that the tenant ID is the right one and that you sign in to " +
		"the right cloud."),
	codeBusy: {0, http.StatusServiceUnavailable, "temporarily_unavailable",
		"A transient error has occurred. Please try again."},
	codeThrottle: {0, http.StatusTooManyRequests, "temporarily_unavailable", "There are too many incoming requests."},
	700016: {0, http.StatusBadRequest, "unauthorized_client", "Application with identifier '%.80s' was not found in " +
		"the directory '%s'. It may not be installed there, or the request went to the wrong tenant."},
	700021: invalidClient("Client assertion application identifier doesn't match 'client_id' parameter."),
	700023: invalidClient("Client assertion audience claim does not match Realm issuer."),
	700024: invalidClient("Client assertion is not within its valid time range. Current time: %s, assertion valid from " +
		"%s, expiry time of assertion %s."),
	700027: invalidClient("The certificate with identifier used to sign the client assertion is not good for the " +
		"application. [Reason - %s, Thumbprint of key used by client: '%.64s']"),
	700211: unmatched("issuer"),
	700212: unmatched("audience"),
	700213: unmatched("subject"),
	900144: invalidRequest("The request body must contain the following parameter: '%s'."),
	7000215: invalidClient("Invalid client secret provided. Send the secret's value, not its ID, of a secret that was " +
		"added to app '%.80s'."),
	7000216: invalidClient("'client_assertion' or 'client_secret' is required for the 'client_credentials' grant type."),
	7000222: invalidClient("The provided client secret keys for app '%.80s' are expired. Make new keys for the app, or " +
		"use certificate credentials."),
}

func invalidRequest(text string) refusal {
	return refusal{0, http.StatusBadRequest, "invalid_request", text}
}

func invalidClient(text string) refusal {
	return refusal{0, http.StatusUnauthorized, "invalid_client", text}
}

func unmatched(what string) refusal {
	return invalidClient("No matching federated identity record found for presented assertion " + what +
		" '%.200s'. Compare the federated identity credential with the assertion.")
}

// refuse returns the refusal with a code.
func refuse(code int, about ...any) *refusal {
	r := aadsts[code]
	r.code = code
	if len(about) > 0 {
		r.text = fmt.Sprintf(r.text, about...)
	}
	return &r
}

// body returns the refusal as Entra ID words it. root is the sign-in service's address.
func (r *refusal) body(root, correlation string) []byte {
	trace, now := newID(), time.Now().UTC().Format("2006-01-02 15:04:05Z")
	description := fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", r.code, r.text, trace,
		correlation, now)
	return must(json.Marshal(struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		Codes       []int  `json:"error_codes"`
		Timestamp   string `json:"timestamp"`
		Trace       string `json:"trace_id"`
		Correlation string `json:"correlation_id"`
		URI         string `json:"error_uri"`
	}{r.name, description, []int{r.code}, now, trace, correlation, root + "/error?code=" + strconv.Itoa(r.code)}))
}
