package signin

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
)

// An account is whose token is asked for, and where. All of its Config is filled in.
type account struct {
	Config

	kind  string // the method, but for Environment what that comes to
	host  string // of Authority
	known bool   // Authority is one of the clouds'
	chain bool   // the certificate's issuers are sent along
}

// account fills in what is not set, and checks what the method needs.
func (cfg *Config) account() (*account, error) {
	a := &account{Config: *cfg, kind: cfg.Method}
	if a.Method == Environment {
		a.fromEnvironment()
	}
	if a.kind != AzureCLI {
		a.Tenant = cmp.Or(a.Tenant, a.env("AZURE_TENANT_ID"))
	}
	a.ClientID = cmp.Or(a.ClientID, a.env("AZURE_CLIENT_ID"))
	if a.kind == WorkloadIdentity {
		a.TokenFile = cmp.Or(a.TokenFile, a.env(federatedVariable))
	}
	if err := a.place(); err != nil {
		return nil, err
	}
	return a, a.check()
}

const federatedVariable = "AZURE_FEDERATED_TOKEN_FILE"

// fromEnvironment reads the variables of Azure's own tools; a secret goes before a certificate, as with them.
func (a *account) fromEnvironment() {
	a.SecretFile, a.CertificateFile = "", ""
	a.Secret = NewSecret(a.env("AZURE_CLIENT_SECRET"))
	a.kind = ClientSecret
	if path := a.env("AZURE_CLIENT_CERTIFICATE_PATH"); path != "" && a.Secret.Reveal() == "" {
		a.kind, a.CertificateFile = ClientCertificate, path
		a.CertificatePassword = NewSecret(a.env("AZURE_CLIENT_CERTIFICATE_PASSWORD"))
		chain := strings.ToLower(a.env("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN"))
		a.chain = chain == "1" || chain == "true"
	}
}

// place settles where to sign in and for what.
func (a *account) place() error {
	cloud, ok := CloudNamed(a.Cloud)
	if !ok {
		return settingError("graph.cloud is %q, which is none of %s", a.Cloud, strings.Join(cloudNames(), ", "))
	}
	if a.Authority == "" && cloud == Clouds[0] { // a national cloud has been chosen, so it stands
		a.Authority = a.env("AZURE_AUTHORITY_HOST")
	}
	a.Authority, a.Scope = cmp.Or(a.Authority, cloud.Authority), cmp.Or(a.Scope, cloud.Scope)
	u, err := url.Parse(a.Authority)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" ||
		u.RawQuery != "" || u.Fragment != "" {
		return settingError("auth.authority must be https:// with a host, and nothing else")
	}
	a.Authority, a.host = "https://"+u.Host, u.Host
	a.known = knownAuthority(a.Authority)
	if !a.known && a.env(regionVariable) != "" {
		return &Error{
			Text:     fmt.Sprintf("%s would lead away from the sign-in service %q", regionVariable, u.Host),
			HintText: "unset " + regionVariable,
		}
	}
	if !plain([]byte(a.Scope)) {
		return settingError("auth.scope must be one word of ASCII characters")
	}
	return nil
}

const regionVariable = "AZURE_REGIONAL_AUTHORITY_NAME"

// needs says what a method cannot do without, by the setting's key; environment has variables instead.
var needs = map[string][]string{
	ClientSecret:      {"auth.tenant", "auth.client_id", "auth.client_secret_file"},
	ClientCertificate: {"auth.tenant", "auth.client_id", "auth.certificate_file"},
	WorkloadIdentity:  {"auth.tenant", "auth.client_id", "auth.token_file"},
}

// wanted says what stands in for a setting, and how to come by it.
var wanted = map[string]struct{ variable, hint string }{
	"auth.tenant":    {"AZURE_TENANT_ID", "it is a GUID or a domain, which Entra ID shows in its overview"},
	"auth.client_id": {"AZURE_CLIENT_ID", "it is a GUID, which Entra ID shows under App registrations"},
	"auth.token_file": {federatedVariable, "in Kubernetes it is set for pods with the label " +
		`azure.workload.identity/use: "true"`},
	"auth.client_secret_file": {"", "make a client secret for the application, and put its value there"},
	"auth.certificate_file":   {"", hintPEM},
}

// check finds what is missing.
func (a *account) check() error {
	has := map[string]bool{
		"auth.tenant": a.Tenant != "", "auth.client_id": a.ClientID != "", "auth.token_file": a.TokenFile != "",
		"auth.client_secret_file": a.SecretFile != "" || a.Secret.Reveal() != "",
		"auth.certificate_file":   a.CertificateFile != "",
	}
	for _, key := range needs[a.kind] {
		if !has[key] {
			return a.missing(key)
		}
	}
	if strings.ContainsFunc(a.Tenant, noTenant) {
		return settingError("auth.tenant must be a GUID or a domain")
	}
	return nil
}

func (a *account) missing(key string) error {
	w := wanted[key]
	e := &Error{Text: fmt.Sprintf("signing in by %s needs %s", a.Method, key), HintText: w.hint}
	switch {
	case a.Method == Environment:
		e.Text = "signing in by environment needs " +
			cmp.Or(w.variable, "AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH")
	case key == "auth.client_secret_file":
		e.Text = "signing in by client-secret needs " + either(key, a.SecretOrigin)
	case w.variable != "":
		e.Text += ", or the variable " + w.variable
	}
	return e
}

func noTenant(r rune) bool {
	return r != '.' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}

// watched is the file that nobody else should be able to use, if there is one. Whoever hands a federated token out sets
// its mode.
func (a *account) watched() watched {
	switch {
	case a.kind == ClientSecret && a.SecretFile != "":
		return watched{"client secret", a.SecretFile}
	case a.kind == ClientCertificate:
		return watched{"certificate", a.CertificateFile}
	}
	return watched{}
}
