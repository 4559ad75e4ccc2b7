package signin

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// unbegun is a request that was not made.
func (r *request) unbegun(err error) error {
	if own, ok := errors.AsType[*Error](err); ok {
		return own
	}
	return &Error{Text: fmt.Sprintf("signing in by %s cannot begin: %q", r.Method, shown(err.Error(), r.hidden()))}
}

// hidden are the secrets that an error's text might show.
func (r *request) hidden() []string {
	return append(slices.Clone(r.secrets), r.CertificatePassword.Reveal(), r.env("IDENTITY_HEADER"), r.env("MSI_SECRET"))
}

// failed says why azidentity returned err: by what went over the wire, since its own errors quote answers in full.
func (r *request) failed(ctx context.Context, err error) error {
	own, _ := errors.AsType[*Error](r.fault)
	switch {
	case ctx.Err() != nil:
		return overdue(ctx, " from "+r.service())
	case own != nil:
		return own
	case r.err != nil:
		return r.unreached()
	case r.res != nil:
		return r.refused()
	}
	e := &Error{Text: fmt.Sprintf("%s gives no token: %q", r.Method, shown(ownWords(err), r.hidden()))}
	if r.kind == AzureCLI {
		e.HintText = "log in with az login, then try again"
	}
	_, noJSON := errors.AsType[*json.SyntaxError](err)
	_, noObject := errors.AsType[*json.UnmarshalTypeError](err)
	if noJSON || noObject {
		e = &Error{Text: "az has printed something else than a token", HintText: "look at what this prints: " +
			"az account get-access-token -o none"}
	}
	return e
}

// ownWords are an error's words without the name that azidentity puts before them, and the address behind.
func ownWords(err error) string {
	text := err.Error()
	if _, rest, ok := strings.Cut(text, ": "); ok {
		text = rest
	}
	text, _, _ = strings.Cut(text, "To troubleshoot, visit ")
	return strings.TrimSpace(text)
}

// service names who was asked.
func (r *request) service() string {
	switch r.kind {
	case ManagedIdentity:
		return "the managed identity's service"
	case AzureCLI:
		return "az"
	}
	return fmt.Sprintf("the sign-in service %q", r.host)
}

const (
	hintProxy     = "check the proxy in the environment variable HTTPS_PROXY, and its user name and password"
	hintAuthority = "check auth.authority and graph.cloud"
	hintMachine   = "this machine seems to have no managed identity: assign one to it, or choose another auth.method"
)

// unreached judges a request that nobody answered.
func (r *request) unreached() error {
	err := r.err
	if inner, ok := errors.AsType[*url.Error](err); ok {
		err = inner.Err // it names the address, which stands before it
	}
	e := &Error{Err: err, passing: true}
	e.Text = fmt.Sprintf("%s cannot be reached: %q", r.service(), shown(err.Error(), r.hidden()))
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	proxy, refused := errors.AsType[*proxyError](err)
	switch {
	case untrusted:
		e.passing = false
		e.HintText = "check auth.authority and this machine's clock; an authority of your own goes into graph.ca_file"
	case refused && proxy.status/100 == 4:
		e.passing, e.HintText = false, hintProxy
	case refused, proxyFailed(err):
		e.HintText = hintProxy
	case errors.Is(err, errPlain):
		e.passing, e.HintText = false, hintAuthority
	case r.kind == ManagedIdentity:
		e.HintText = hintMachine
	default:
		e.HintText = "check the network, the proxy and auth.authority"
	}
	return e
}

// proxyFailed reports that there was no way to the proxy.
func proxyFailed(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "proxyconnect" // net/http's word
}

// said is what a refusal's body says, of Microsoft Entra ID or of a managed identity's service.
type said struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
	Codes       []int  `json:"error_codes"`
	Message     string `json:"message"` // of App Service, in the description's place
}

// refused judges an answer that brought no token.
func (r *request) refused() error {
	status := r.res.StatusCode
	if status/100 == 2 {
		e := &Error{Text: fmt.Sprintf("%s answered %d, but not with a token", r.service(), status), HintText: hintAuthority}
		if r.kind == ManagedIdentity {
			e.HintText = hintMachine
		}
		return e
	}
	var s said
	if json.Unmarshal(r.body, &s) != nil {
		s = said{} // a gateway's page, say
	}
	e := &Error{passing: passing(status, &s)}
	if len(s.Codes) > 0 {
		e.Code = s.Codes[0]
	}
	e.Text = strings.TrimSpace(fmt.Sprintf("%s answered %d %s", r.service(), status, http.StatusText(status)))
	switch {
	case e.Code != 0:
		e.Text += fmt.Sprintf(", AADSTS%d", e.Code)
	case s.Error != "":
		e.Text += fmt.Sprintf(", %q", shown(s.Error, r.hidden()))
	}
	// Behind the sentence stand ids of Microsoft's logs.
	if about, _, _ := strings.Cut(cmp.Or(s.Description, s.Message), "Trace ID:"); about != "" {
		about = strings.TrimPrefix(about, fmt.Sprintf("AADSTS%d: ", e.Code))
		e.Text += fmt.Sprintf(": %q", shown(about, r.hidden()))
	}
	e.HintText = r.hint(e)
	return e
}

// passing reports whether the same request may fare better later. Codes change, as Microsoft says, so status and the
// word of OAuth decide where they can.
func passing(status int, s *said) bool {
	return status/100 == 5 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout ||
		s.Error == "temporarily_unavailable" || slices.ContainsFunc(s.Codes, func(code int) bool {
		return slices.Contains(passingCodes, code)
	})
}

// passingCodes are refusals of Microsoft Entra ID that it calls transient.
var passingCodes = []int{90006, 90012, 90024, 90033}

func (r *request) hint(e *Error) string {
	switch {
	case e.passing:
		return ""
	case r.kind == ManagedIdentity && r.ClientID != "":
		return "assign the identity auth.client_id to this machine, or leave auth.client_id out"
	case r.kind == ManagedIdentity:
		return hintMachine
	case e.Code == 0:
		return hintAuthority
	}
	return cmp.Or(hints[e.Code], fmt.Sprintf("https://login.microsoftonline.com/error?code=%d explains", e.Code))
}

const (
	hintTenant    = "check auth.tenant; a tenant of another cloud needs its graph.cloud"
	hintApp       = "check auth.client_id and auth.tenant: the tenant must have registered the application, or admitted it"
	hintFederated = "compare the federated credential of the application with issuer, subject and audience of the token"
	hintNone      = "give the application a client secret or a certificate: it sent neither"
	hintSecret    = "give the value of a client secret, not its id; check that it belongs to auth.client_id"
	hintCert      = "upload the certificate to the application auth.client_id, and check that it has not expired"
	hintClock     = "check this machine's clock"
	hintDisabled  = "have an administrator enable the application in the tenant (Enterprise applications, Properties)"
	hintAccess    = "have an administrator look at the conditional access policies for workload identities"
	hintScope     = "check auth.scope and graph.cloud: the scope is the root of Microsoft Graph with /.default behind it"
)

// hints are worded by the codes of Microsoft Entra ID.
var hints = map[int]string{
	7000215: hintSecret, // wrong secret
	7000222: "make a new client secret for the application: this one has expired",
	7000216: hintNone,
	7000218: hintNone,
	700016:  hintApp, // no such application in the tenant
	700011:  hintApp,
	7000229: hintApp,      // no service principal in the tenant
	70001:   hintDisabled, // or no such application, of old
	7000112: hintDisabled,
	90002:   hintTenant, // no such tenant
	900023:  hintTenant, // neither a GUID nor a domain
	90038:   hintTenant, // of another cloud
	50059:   hintTenant,
	50128:   hintTenant,
	700027:  hintCert, // the assertion's signature
	700030:  hintCert,
	700024:  hintClock,     // the assertion is not valid yet, or no longer
	70021:   hintFederated, // no match
	700211:  hintFederated, // issuer
	700212:  hintFederated, // audience
	700213:  hintFederated, // subject
	7002131: hintFederated,
	53003:   hintAccess,
	500011:  hintScope, // no such resource
	70011:   hintScope,
	1002012: hintScope, // without /.default
	650052:  "Microsoft Graph is not enabled for the tenant; have an administrator look at its subscriptions",
}
