package signin

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestClientSecret(t *testing.T) {
	t.Parallel()
	e := newEntra(t)
	s := newSourceOf(t, e.config())
	step(t, s, "", "token-1")
	step(t, s, "", "token-1")
	form := e.form(1)
	for name, want := range map[string]string{"grant_type": "client_credentials", "client_id": app,
		"client_secret": secret} {
		if got := form.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if scope := form.Get("scope"); !strings.Contains(scope, "https://graph.microsoft.com/.default") {
		t.Errorf("scope %q", scope)
	}
	if claims := form.Get("claims"); !strings.Contains(strings.ToUpper(claims), `"CP1"`) {
		t.Errorf("the service is not told that claims are understood: %q", claims)
	}
	if left := time.Until(s.held.Load().due); left > 55*time.Minute || left < 54*time.Minute {
		t.Errorf("of an hour's token, the next one is asked for in %v", left)
	}
	if s.Method() != ClientSecret || s.Picked() != "" {
		t.Errorf("method %q, picked %q", s.Method(), s.Picked())
	}
}

// TestClientSecretRotates: the file is read at every request for a token.
func TestClientSecretRotates(t *testing.T) {
	t.Parallel()
	e := newEntra(t)
	path := tokenFile(t, "first-secret\n")
	s := newSourceOf(t, e.config(func(cfg *Config) { cfg.SecretFile = path }))
	step(t, s, "", "token-1")
	os.WriteFile(path, []byte("second-secret\n"), 0o600)
	step(t, s, "token-1", "token-2")
	if one, two := e.form(1).Get("client_secret"), e.form(2).Get("client_secret"); one != "first-secret" ||
		two != "second-secret" {
		t.Errorf("%q, then %q", one, two)
	}
	os.Chmod(path, 0o644)
	if w := s.Warning(); !strings.Contains(w, `client secret file`) || !strings.Contains(w, "0644") {
		t.Errorf("warning %q", w)
	}
}

// TestPlainRefusal: a refused token is asked for anew though it has not ended, time and again.
func TestPlainRefusal(t *testing.T) {
	t.Parallel()
	e := newEntra(t)
	s := newSourceOf(t, e.config())
	step(t, s, "", "token-1")
	step(t, s, "token-1", "token-2")
	step(t, s, "token-1", "token-2")
	step(t, s, "token-2", "token-3")
	step(t, s, "", "token-3")
	if n := e.count(); n != 3 {
		t.Errorf("%d requests", n)
	}
}

// TestClaimsReachTheService: what is demanded is asked for, beside what is always asked for.
func TestClaimsReachTheService(t *testing.T) {
	t.Parallel()
	e := newEntra(t)
	s := newSourceOf(t, e.config())
	step(t, s, "", "token-1")
	const demanded = `{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}`
	if got, err := s.Token(t.Context(), "token-1", demanded); got != "token-2" || err != nil {
		t.Fatal(got, err)
	}
	var claims struct {
		Token map[string]any `json:"access_token"`
	}
	json.Unmarshal([]byte(e.form(2).Get("claims")), &claims)
	if claims.Token["nbf"] == nil || claims.Token["xms_cc"] == nil {
		t.Errorf("claims %q", e.form(2).Get("claims"))
	}
}

// TestShortLife: tokens that end in seconds are asked for again and again.
func TestShortLife(t *testing.T) {
	t.Parallel()
	e := newEntra(t)
	e.answer = func(n int, w http.ResponseWriter, _ *http.Request) { grant(w, fmt.Sprint("token-", n), 2) }
	s := newSourceOf(t, e.config())
	for end := time.Now().Add(3 * time.Second); time.Now().Before(end); <-time.After(20 * time.Millisecond) {
		if _, err := s.Token(t.Context(), "", ""); err != nil {
			t.Error(err)
		}
	}
	if n := e.count(); n < 2 || n > 4 {
		t.Errorf("%d requests", n)
	}
}

// newCertificate returns a certificate with its key, each as PEM.
func newCertificate(t *testing.T, change ...func(*x509.Certificate)) (certificate, key []byte, public *rsa.PublicKey) {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "x"},
		NotAfter: time.Now().Add(time.Hour)}
	for _, f := range change {
		f(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, _ := x509.MarshalPKCS8PrivateKey(private)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), &private.PublicKey
}

// TestClientCertificate verifies the assertion's signature, as Entra ID does.
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	certificate, key, public := newCertificate(t)
	e := newEntra(t)
	path := tokenFile(t, string(certificate)+string(key))
	s := newSourceOf(t, e.config(func(cfg *Config) { cfg.Method, cfg.CertificateFile = ClientCertificate, path }))
	step(t, s, "", "token-1")
	parts := strings.Split(e.form(1).Get("client_assertion"), ".")
	if len(parts) != 3 || e.form(1).Get("client_secret") != "" {
		t.Fatalf("form %v", e.form(1))
	}
	signature, _ := base64.RawURLEncoding.DecodeString(parts[2])
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err := rsa.VerifyPSS(public, crypto.SHA256, digest[:], signature, nil); err != nil {
		t.Error(err)
	}
	os.Chmod(path, 0o644)
	if w := s.Warning(); !strings.Contains(w, "certificate file") {
		t.Errorf("warning %q", w)
	}
}

func TestPKCS12(t *testing.T) {
	t.Parallel()
	e := newEntra(t)
	s := newSourceOf(t, e.config(func(cfg *Config) {
		cfg.Method, cfg.CertificateFile = ClientCertificate, "testdata/sha1.p12"
		cfg.CertificatePassword = NewSecret("hunter2hunter2")
	}))
	step(t, s, "", "token-1")
	if e.form(1).Get("client_assertion") == "" {
		t.Errorf("form %v", e.form(1))
	}
}

// TestWorkloadIdentityRotates: the second request carries the file's new content, though the first was moments ago.
func TestWorkloadIdentityRotates(t *testing.T) {
	t.Parallel()
	e := newEntra(t)
	path := tokenFile(t, "federated-one\n")
	s := newSourceOf(t, Config{Method: WorkloadIdentity, RootCAs: e.roots, Env: environment(map[string]string{
		"AZURE_FEDERATED_TOKEN_FILE": path, "AZURE_CLIENT_ID": app, "AZURE_TENANT_ID": tenant,
		"AZURE_AUTHORITY_HOST": e.URL + "/",
	})})
	step(t, s, "", "token-1")
	os.WriteFile(path, []byte("federated-two\n"), 0o600)
	step(t, s, "token-1", "token-2")
	for i, want := range []string{"federated-one", "federated-two"} {
		form := e.form(i + 1)
		if got := form.Get("client_assertion"); got != want || form.Get("client_id") != app {
			t.Errorf("request %d: %v", i+1, form)
		}
	}
	if os.Chmod(path, 0o644); s.Warning() != "" {
		t.Errorf("a warning about a file that Kubernetes writes: %q", s.Warning())
	}
	os.Remove(path)
	if err := failure(t, s, "token-2", ""); err.Temporary() || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("the file is gone: %v", err)
	}
}

// TestEnvironment: a secret goes before a certificate, settings go before variables.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	certificate, key, _ := newCertificate(t)
	path := tokenFile(t, string(certificate)+string(key))
	base := map[string]string{"AZURE_CLIENT_ID": app, "AZURE_TENANT_ID": tenant}
	for name, set := range map[string]map[string]string{
		"client_secret":    {"AZURE_CLIENT_SECRET": secret, "AZURE_CLIENT_CERTIFICATE_PATH": path},
		"client_assertion": {"AZURE_CLIENT_CERTIFICATE_PATH": path, "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN": "TRUE"},
	} {
		e := newEntra(t)
		s := newSourceOf(t, Config{Method: Environment, Authority: e.URL, RootCAs: e.roots,
			Env: environment(with(base, set))})
		step(t, s, "", "token-1")
		if e.form(1).Get(name) == "" || s.Method() != Environment {
			t.Errorf("%s: %v", name, e.form(1))
		}
		header, _, _ := strings.Cut(e.form(1).Get("client_assertion"), ".")
		if text, _ := base64.RawURLEncoding.DecodeString(header); header != "" && !strings.Contains(string(text), "x5c") {
			t.Errorf("the chain is not sent: %s", text)
		}
	}
}

// putAZ puts a program in az's place.
func putAZ(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "az"), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/bin:/usr/bin")
}

func TestAzureCLI(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	t.Setenv("AZ_LOG", log)
	putAZ(t, `echo "$@" >>"$AZ_LOG"; echo '{"accessToken":"cli-token","expires_on":4102444800}'`)
	s := newSourceOf(t, Config{Method: AzureCLI, Tenant: tenant, Cloud: "usgov", Env: environment(nil)})
	step(t, s, "", "cli-token")
	step(t, s, "", "cli-token")
	text, _ := os.ReadFile(log)
	want := "account get-access-token -o json --resource https://graph.microsoft.us --tenant " + tenant + "\n"
	if string(text) != want {
		t.Errorf("az was given %q, want %q", text, want)
	}
	if err := failure(t, s, "cli-token", `{"a":1}`); err.Temporary() ||
		!strings.Contains(err.Hint(), "az login --tenant "+tenant+" --claims-challenge eyJhIjoxfQ==") {
		t.Errorf("claims: %v, hint %q", err, err.Hint())
	}

	putAZ(t, `echo "ERROR: Please run 'az login' to setup account."; exit 1`+" # "+secret)
	s = newSourceOf(t, Config{Method: AzureCLI, Env: environment(nil)})
	if err := failure(t, s, "", ""); err.Temporary() || !strings.Contains(err.Hint(), "az login") {
		t.Errorf("not logged in: %v, hint %q", err, err.Hint())
	}
	putAZ(t, `echo "ERROR: no, `+strings.Repeat("canary-", 10)+`" >&2; exit 1`)
	if err := failure(t, s, "", ""); !strings.Contains(err.Error(), `"ERROR: no, [redacted]`) {
		t.Errorf("what az says: %v", err)
	}
	for _, printed := range []string{"<html>" + secret, "", "WARNING: " + secret, "[]"} {
		putAZ(t, "echo '"+printed+"'")
		err := failure(t, s, "", "")
		if err.Temporary() || err.Error() != "az has printed something else than a token" || err.Hint() == "" {
			t.Errorf("az prints %q: %v, hint %q", printed, err, err.Hint())
		}
		hides(t, err, secret)
	}
	putAZ(t, "echo '{}'")
	if err := failure(t, s, "", ""); err.Temporary() || err.Hint() == "" {
		t.Errorf("az prints no token: %v, hint %q", err, err.Hint())
	}
	t.Setenv("PATH", t.TempDir())
	if err := failure(t, s, "", ""); !strings.Contains(err.Error(), "not on the PATH") || err.Hint() == "" {
		t.Errorf("no az: %v, hint %q", err, err.Hint())
	}
}
