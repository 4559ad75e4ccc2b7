package signin

import (
	"fmt"
	"net/http"
	"testing"
)

// TestDefaultSignsIn has one thing present to sign in with, each in turn, and signs in with it through azidentity.
func TestDefaultSignsIn(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	certificate, key, _ := newCertificate(t)
	both, single := tokenFile(t, string(certificate)+string(key)), tokenFile(t, "single-word\n")
	base := map[string]string{"AZURE_CLIENT_ID": app, "AZURE_TENANT_ID": tenant}
	for _, tt := range []struct {
		method, field string // of the token request
		set           map[string]string
		change        func(*Config)
	}{
		{method: ClientSecret, field: "client_secret", change: func(cfg *Config) { cfg.SecretFile = single }},
		{method: ClientSecret, field: "client_secret", change: func(cfg *Config) { cfg.Secret = NewSecret(secret) }},
		{method: ClientCertificate, field: "client_assertion", change: func(cfg *Config) { cfg.CertificateFile = both }},
		{method: Environment, field: "client_secret", set: map[string]string{"AZURE_CLIENT_SECRET": secret}},
		{method: Environment, field: "client_assertion", set: map[string]string{"AZURE_CLIENT_CERTIFICATE_PATH": both}},
		{method: WorkloadIdentity, field: "client_assertion", set: map[string]string{"AZURE_FEDERATED_TOKEN_FILE": single}},
	} {
		e := newEntra(t)
		cfg := Config{Authority: e.URL, RootCAs: e.roots, Env: environment(with(base, tt.set))}
		if tt.change != nil {
			tt.change(&cfg)
		}
		s := newSourceOf(t, cfg)
		step(t, s, "", "token-1")
		if s.Method() != tt.method || e.form(1).Get(tt.field) == "" || e.form(1).Get("client_id") != app {
			t.Errorf("%s: %s, %v", tt.method, s.Picked(), e.form(1))
		}
	}
	for _, cfg := range []Config{{TokenFile: single}, {Token: NewSecret("single-word")}} {
		cfg.Env = environment(nil)
		step(t, newSourceOf(t, cfg), "", "single-word")
	}
	putAZ(t, `echo '{"accessToken":"cli-token","expires_on":4102444800}'`)
	step(t, newSourceOf(t, Config{Env: environment(nil)}), "", "cli-token")
	appService(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"access_token":"machine-token","expires_on":"4102444800","resource":"x","token_type":"Bearer"}`)
	})
	step(t, newSourceOf(t, Config{}), "", "machine-token")
}
