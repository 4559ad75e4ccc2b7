package signin

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

const (
	tenant = "3b1f7c52-8a44-4f0e-9d1b-6c2a5e7f1a01"
	app    = "5d1a3c7e-0b64-4a55-9b0e-0f6a3a1c9d10"
	secret = "canary~Q8/secret+of.an-application"
)

// An entra is a sign-in service on loopback.
type entra struct {
	*httptest.Server
	roots *x509.CertPool

	// answer answers token request n, from 1.
	answer func(n int, w http.ResponseWriter, r *http.Request)

	mu    sync.Mutex
	forms []url.Values // of the token requests
}

// newEntra returns a service that takes everybody and hands out token-1, token-2, … for an hour. change may alter it
// before it starts.
func newEntra(t testing.TB, change ...func(*entra)) *entra {
	t.Helper()
	e := &entra{answer: func(n int, w http.ResponseWriter, _ *http.Request) { grant(w, fmt.Sprint("token-", n), 3600) }}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{tenant}/v2.0/.well-known/openid-configuration", e.configuration)
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		e.mu.Lock()
		e.forms = append(e.forms, r.Form)
		n := len(e.forms)
		e.mu.Unlock()
		e.answer(n, w, r)
	})
	e.Server = httptest.NewUnstartedServer(mux)
	e.Config.ErrorLog = log.New(io.Discard, "", 0)
	for _, f := range change {
		f(e)
	}
	e.StartTLS()
	t.Cleanup(e.Close)
	e.roots = x509.NewCertPool()
	e.roots.AddCert(e.Certificate())
	return e
}

func (e *entra) configuration(w http.ResponseWriter, r *http.Request) {
	base := e.URL + "/" + r.PathValue("tenant")
	if r.PathValue("tenant") == "nowhere" {
		refuse(w, 400, 90002, "invalid_tenant", "Tenant 'nowhere' not found.")
		return
	}
	json.NewEncoder(w).Encode(map[string]string{
		"issuer": base + "/v2.0", "authorization_endpoint": base + "/oauth2/v2.0/authorize",
		"token_endpoint": base + "/oauth2/v2.0/token",
	})
}

func grant(w http.ResponseWriter, token string, seconds int) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"token_type":"Bearer","access_token":%q,"expires_in":%d}`, token, seconds)
}

// refuse answers as Entra ID words it.
func refuse(w http.ResponseWriter, status, code int, word, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{
		"error": word, "error_codes": []int{code},
		"error_description": fmt.Sprintf("AADSTS%d: %s Trace ID: 0f6a Correlation ID: 3a1c", code, text),
	})
}

// form returns token request n, from 1.
func (e *entra) form(n int) url.Values {
	e.mu.Lock()
	defer e.mu.Unlock()
	if n > len(e.forms) {
		return url.Values{}
	}
	return e.forms[n-1]
}

func (e *entra) count() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.forms)
}

// environment is a Config.Env.
func environment(set map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { text, ok := set[name]; return text, ok }
}

// config signs in at e by a client secret.
func (e *entra) config(change ...func(*Config)) Config {
	cfg := Config{Method: ClientSecret, Tenant: tenant, ClientID: app, Secret: NewSecret(secret), Authority: e.URL,
		RootCAs: e.roots, Env: environment(nil)}
	for _, f := range change {
		f(&cfg)
	}
	return cfg
}

func newSourceOf(t testing.TB, cfg Config) *Source {
	t.Helper()
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// step asks s for a token.
func step(t *testing.T, s *Source, refused, want string) {
	t.Helper()
	if got, err := s.Token(t.Context(), refused, ""); got != want || err != nil {
		t.Errorf("refused %q: %q, %v; want %q", refused, got, err, want)
	}
}

// failure returns the *Error of a source that has no token.
func failure(t *testing.T, s *Source, refused, claims string) *Error {
	t.Helper()
	got, err := s.Token(t.Context(), refused, claims)
	e, ok := err.(*Error)
	if !ok || got != "" {
		t.Fatalf("%q, %v; want an *Error", got, err)
	}
	return e
}

// hides fails if one of the canaries can be seen in err, however it is printed.
func hides(t *testing.T, err *Error, canaries ...string) {
	t.Helper()
	all := fmt.Sprintf("%v %+v %#v %s %q", err, err, *err, err.Hint(), err.Text)
	for cause := err.Err; cause != nil; {
		all += fmt.Sprintf("%v %+v %#v", cause, cause, cause)
		next, ok := cause.(interface{ Unwrap() error })
		if !ok {
			break
		}
		cause = next.Unwrap()
	}
	for _, c := range canaries {
		if strings.Contains(all, c) || strings.Contains(all, url.QueryEscape(c)) {
			t.Errorf("%q is shown in %s", c, all)
		}
	}
}

// with returns the union of two sets of variables.
func with(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
