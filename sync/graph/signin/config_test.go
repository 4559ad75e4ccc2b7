package signin

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestDefault: the first method for which there is something is picked, and says why.
func TestDefault(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	full := Config{TokenFile: "t", Token: NewSecret("t"), TokenOrigin: "STATUSSYNC_TOKEN", SecretFile: "s",
		Secret: NewSecret("s"), CertificateFile: "c", Tenant: tenant, ClientID: app}
	set := map[string]string{"AZURE_CLIENT_SECRET": "s", "AZURE_CLIENT_CERTIFICATE_PATH": "c",
		"AZURE_FEDERATED_TOKEN_FILE": "f", "IDENTITY_ENDPOINT": "i", "MSI_ENDPOINT": "m"}
	for _, tt := range []struct {
		want   string
		remove func()
	}{
		{"token, since auth.token_file is set", func() { full.TokenFile = "" }},
		{"token, since STATUSSYNC_TOKEN is set", func() { full.Token = Secret{} }},
		{"client-secret, since auth.client_secret_file is set", func() { full.SecretFile = "" }},
		{"client-secret, since a client secret is set", func() { full.Secret = Secret{} }},
		{"client-certificate, since auth.certificate_file is set", func() { full.CertificateFile = "" }},
		{"environment, since AZURE_CLIENT_SECRET is set", func() { delete(set, "AZURE_CLIENT_SECRET") }},
		{"environment, since AZURE_CLIENT_CERTIFICATE_PATH is set",
			func() { delete(set, "AZURE_CLIENT_CERTIFICATE_PATH") }},
		{"workload-identity, since AZURE_FEDERATED_TOKEN_FILE is set", func() { delete(set, "AZURE_FEDERATED_TOKEN_FILE") }},
		{"managed-identity, since IDENTITY_ENDPOINT is set", func() { delete(set, "IDENTITY_ENDPOINT") }},
		{"managed-identity, since MSI_ENDPOINT is set", func() { delete(set, "MSI_ENDPOINT"); putAZ(t, "") }},
		{"azure-cli, since az is on the PATH", func() { os.Unsetenv("PATH") }},
	} {
		cfg := full
		cfg.Env = environment(maps.Clone(set))
		s := newSourceOf(t, cfg)
		method, _, _ := strings.Cut(tt.want, ",")
		if s.Picked() != tt.want || s.Method() != method {
			t.Errorf("picked %q, want %q", s.Picked(), tt.want)
		}
		tt.remove()
	}
	_, err := New(Config{Method: Default, Env: environment(nil)})
	if e, ok := err.(*Error); !ok || !strings.Contains(e.Hint(), "auth.method") || !strings.Contains(e.Hint(), "virtual") {
		t.Errorf("nothing: %v", err)
	}
}

func TestSettingsRefused(t *testing.T) {
	t.Parallel()
	base := Config{Method: ClientSecret, Tenant: tenant, ClientID: app, Secret: NewSecret(secret), Env: environment(nil)}
	for want, change := range map[string]func(*Config){
		`auth.method is "magic"`:                     func(c *Config) { c.Method = "magic" },
		`graph.cloud is "mars"`:                      func(c *Config) { c.Cloud = "mars" },
		"needs auth.tenant, or the variable AZURE_T": func(c *Config) { c.Tenant = "" },
		"needs auth.client_id, or":                   func(c *Config) { c.ClientID = "" },
		"needs auth.client_secret_file":              func(c *Config) { c.Secret = Secret{} },
		"needs auth.certificate_file":                func(c *Config) { c.Method = ClientCertificate },
		"needs auth.token_file, or the variable":     func(c *Config) { c.Method = WorkloadIdentity },
		"environment needs AZURE_CLIENT_SECRET":      func(c *Config) { c.Method = Environment },
		"environment needs AZURE_TENANT_ID":          func(c *Config) { c.Method, c.Tenant = Environment, "" },
		"auth.tenant must be":                        func(c *Config) { c.Tenant = "a/b" },
		"auth.authority must be":                     func(c *Config) { c.Authority = "http://127.0.0.1" },
		"auth.authority must be https":               func(c *Config) { c.Authority = "https://a:" + secret + "@b" },
		"auth.authority must be https:":              func(c *Config) { c.Authority = "https://a/tenant" },
		"auth.authority must be https:/":             func(c *Config) { c.Authority = "https://a?b" },
		"auth.authority must be https://":            func(c *Config) { c.Authority = "login.microsoftonline.com" },
		"auth.scope must be":                         func(c *Config) { c.Scope = "a b" },
		"lead away": func(c *Config) {
			c.Authority = "https://login.contoso.example"
			c.Env = environment(map[string]string{"AZURE_REGIONAL_AUTHORITY_NAME": "westeurope"})
		},
	} {
		cfg := base
		change(&cfg)
		_, err := New(cfg)
		e, ok := err.(*Error)
		if !ok || e.Temporary() || !strings.Contains(e.Error(), want) {
			t.Errorf("%v, want %q", err, want)
			continue
		}
		hides(t, e, secret)
	}
}

// TestClouds: a cloud sets the sign-in service and the scope; settings go before it, and the variable of the public
// cloud's alone.
func TestClouds(t *testing.T) {
	t.Parallel()
	const host = "https://login.contoso.example"
	set := environment(map[string]string{"AZURE_AUTHORITY_HOST": host + "/"})
	for _, tt := range []struct {
		cfg              Config
		authority, scope string
		known            bool
	}{
		{Config{}, "https://login.microsoftonline.com", "https://graph.microsoft.com/.default", true},
		{Config{Cloud: "usgov"}, "https://login.microsoftonline.us", "https://graph.microsoft.us/.default", true},
		{Config{Cloud: "usgov-dod"}, "https://login.microsoftonline.us", "https://dod-graph.microsoft.us/.default", true},
		{Config{Cloud: "china"}, "https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn/.default", true},
		{Config{Env: set}, host, "https://graph.microsoft.com/.default", false},
		{Config{Env: set, Cloud: "usgov"}, "https://login.microsoftonline.us", "https://graph.microsoft.us/.default", true},
		{Config{Env: set, Authority: "https://other.example:8443", Scope: "api://x/.default"}, "https://other.example:8443",
			"api://x/.default", false},
	} {
		cfg := tt.cfg
		if cfg.Method, cfg.Tenant, cfg.ClientID, cfg.Secret = ClientSecret, tenant, app, NewSecret(secret); cfg.Env == nil {
			cfg.Env = environment(nil)
		}
		a, err := cfg.account()
		if err != nil || a.Authority != tt.authority || a.Scope != tt.scope || a.known != tt.known {
			t.Errorf("%+v: %v", tt, err)
		}
	}
	if c, ok := CloudNamed("usgov-dod"); !ok || c.Graph != "https://dod-graph.microsoft.us/beta" {
		t.Errorf("%+v", c)
	}
	if c, ok := CloudNamed(""); !ok || c != Clouds[0] || c.Graph != "https://graph.microsoft.com/beta" {
		t.Errorf("%+v", c)
	}
}

func TestGivenToken(t *testing.T) {
	t.Parallel()
	path := tokenFile(t, token)
	os.Chmod(path, 0o644)
	s := newSourceOf(t, Config{Method: Token, TokenFile: path, Token: NewSecret("other")})
	step(t, s, "", token)
	if s.Warning() == "" {
		t.Error("no warning")
	}
	step(t, newSourceOf(t, Config{Method: Token, Token: NewSecret(token)}), "", token)
	s = newSourceOf(t, Config{Method: Token, TokenOrigin: "X"})
	if err := failure(t, s, "", ""); !strings.Contains(err.Error(), "in X") {
		t.Error(err)
	}
	s = newSourceOf(t, Config{Method: Token, TokenFile: filepath.Join(t.TempDir(), "none")})
	if err := failure(t, s, "", ""); err.Temporary() {
		t.Error(err)
	}
	if len(Methods) != 8 || !slices.Contains(Methods, Default) {
		t.Errorf("methods %q", Methods)
	}
}
