package simulator_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/graph/simulator"
)

const (
	client    = "4a6b7c8d-0000-4000-8000-00000000000e"
	loginRoot = "https://login.test"
)

// A pair is a certificate with its key.
type pair struct {
	cert *x509.Certificate
	key  *rsa.PrivateKey
}

func newPair() pair {
	cert, file := simulator.NewCertificate("test")
	_, rest := pem.Decode(file)
	block, _ := pem.Decode(rest)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		panic(err)
	}
	return pair{cert, key.(*rsa.PrivateKey)}
}

// mine is registered with the application, other is not.
var (
	mine  = sync.OnceValue(newPair)
	other = sync.OnceValue(newPair)
)

// cluster is the federation that the application trusts.
var cluster = simulator.Federation{Issuer: "https://cluster.example/", Subject: "system:serviceaccount:jobs:sync"}

// signIn is a sign-in service with one application.
func signIn() *simulator.Login {
	return &simulator.Login{
		Tenants: []string{simulator.DefaultTenant, "contoso.example"},
		Apps: []simulator.App{{
			ID: client, Secrets: []string{"s1", "s2"}, Expired: []string{"s0"}, Federations: []simulator.Federation{cluster},
		}},
	}
}

func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// sign makes an assertion of the application's own. header and claims go over the usual ones.
func (p pair) sign(algorithm string, header, claims map[string]any) string {
	old, sum := sha1.Sum(p.cert.Raw), sha256.Sum256(p.cert.Raw)
	h := map[string]any{"alg": algorithm, "typ": "JWT", "x5t#S256": base64.RawURLEncoding.EncodeToString(sum[:])}
	if algorithm == "RS256" {
		h = map[string]any{"alg": algorithm, "typ": "JWT", "x5t": base64.StdEncoding.EncodeToString(old[:])}
	}
	c := map[string]any{
		"iss": client, "sub": client, "aud": loginRoot + "/" + simulator.DefaultTenant + "/oauth2/v2.0/token",
		"nbf": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
	}
	for name, value := range header {
		h[name] = value
	}
	for name, value := range claims {
		c[name] = value
	}
	text := encode(h) + "." + encode(c)
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, digest[:])
	if algorithm == "PS256" {
		signature, err = rsa.SignPSS(rand.Reader, p.key, crypto.SHA256, digest[:], nil)
	}
	if err != nil {
		panic(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// form is a token request by the application's secret; pairs of names and values go over it, an empty value deletes.
func form(pairs ...string) url.Values {
	f := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {client},
		"scope": {"https://graph.microsoft.com/.default openid offline_access profile"}, "client_secret": {"s1"},
	}
	for i := 0; i < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			f.Del(pairs[i])
		}
	}
	return f
}

func asserted(assertion string, pairs ...string) url.Values {
	return form(append([]string{"client_secret", "", "client_assertion", assertion,
		"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, pairs...)...)
}

// A reply is what a token request is answered with.
type reply struct {
	Token       string `json:"access_token"`
	Type        string `json:"token_type"`
	Seconds     int    `json:"expires_in"`
	Error       string
	Description string `json:"error_description"`
	Codes       []int  `json:"error_codes"`
	Timestamp   string
	Trace       string `json:"trace_id"`
	Correlation string `json:"correlation_id"`
}

// ask makes a token request without a connection.
func ask(t testing.TB, s *simulator.Server, tenant string, f url.Values) (reply, *httptest.ResponseRecorder) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, loginRoot+"/"+tenant+"/oauth2/v2.0/token", strings.NewReader(f.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Client-Request-Id", "c1")
	w := httptest.NewRecorder()
	s.ServeLogin(w, r.WithContext(t.Context()))
	var got reply
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatalf("status %d, %.200q: %v", w.Code, w.Body, err)
	}
	return got, w
}

// token signs in by a secret.
func token(t testing.TB, s *simulator.Server, pairs ...string) string {
	t.Helper()
	got, w := ask(t, s, simulator.DefaultTenant, form(pairs...))
	if w.Code != http.StatusOK || got.Token == "" {
		t.Fatalf("status %d, %+v", w.Code, got)
	}
	return got.Token
}

// show sends a PATCH, or a GET, with a token.
func show(t testing.TB, s *simulator.Server, method, token string) *httptest.ResponseRecorder {
	t.Helper()
	text := ""
	if method == http.MethodPatch {
		text = body
	}
	return direct(s, request(t.Context(), method, "http://sim"+list(appA), text, "Authorization", "Bearer "+token))
}

// trusting returns a client that trusts the servers' authorities, and no other.
func trusting(t testing.TB, roots *x509.CertPool) *http.Client {
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}
