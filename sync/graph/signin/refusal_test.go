package signin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestRefusals: the code in the answer's own field words the hint, and every secret that was sent stays out of sight,
// though the service sends all of them back.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for code, word := range map[int]string{
		7000215: "value of a client secret", 7000222: "expired", 700016: "auth.client_id", 700027: "upload the certificate",
		90002: "auth.tenant", 700213: "federated credential", 70021: "federated credential",
		7000112: "enable the application",
		53003:   "conditional access", 500011: "auth.scope", 700024: "clock", 4242: "error?code=4242",
	} {
		e := newEntra(t)
		e.answer = func(_ int, w http.ResponseWriter, r *http.Request) {
			refuse(w, 401, code, "invalid_client", "No, not with "+r.FormValue("client_secret")+" or "+
				r.PostForm.Encode()+r.FormValue("client_assertion")+".\r\nAADSTS7000222: no")
		}
		err := failure(t, newSourceOf(t, e.config()), "", "")
		if err.Temporary() || err.Code != code || !strings.Contains(err.Hint(), word) ||
			!strings.Contains(err.Error(), fmt.Sprintf(`answered 401 Unauthorized, AADSTS%d: "No, not with [redacted]`, code)) {
			t.Errorf("%d: %v, hint %q", code, err, err.Hint())
		}
		if strings.Contains(err.Error(), "Trace ID") || strings.Contains(err.Error(), "\n") || len(err.Error()) > 600 {
			t.Errorf("%d: %v", code, err)
		}
		hides(t, err, secret)
		if n := e.count(); n != 1 {
			t.Errorf("%d: %d requests", code, n)
		}
	}
}

// TestAssertionsAreNeverShown does the same to assertions, Entra's and the cluster's.
func TestAssertionsAreNeverShown(t *testing.T) {
	t.Parallel()
	certificate, key, _ := newCertificate(t)
	both := tokenFile(t, string(certificate)+string(key))
	federated := tokenFile(t, "federated-canary")
	for method, path := range map[string]string{ClientCertificate: both, WorkloadIdentity: federated} {
		var sent string
		e := newEntra(t)
		e.answer = func(_ int, w http.ResponseWriter, r *http.Request) {
			sent = r.FormValue("client_assertion")
			refuse(w, 400, 700027, "invalid_client "+sent, sent+" "+r.PostForm.Encode())
		}
		s := newSourceOf(t, e.config(func(cfg *Config) {
			cfg.Method, cfg.CertificateFile, cfg.TokenFile = method, path, path
		}))
		err := failure(t, s, "", "")
		parts := strings.Split(sent, ".")
		hides(t, err, append(parts, sent, string(key[40:80]))...)
		if sent == "" || err.Code != 700027 {
			t.Errorf("%s: %v", method, err)
		}
	}
}

// TestUnknownTenant: the tenant is refused before any secret is sent.
func TestUnknownTenant(t *testing.T) {
	t.Parallel()
	e := newEntra(t)
	err := failure(t, newSourceOf(t, e.config(func(cfg *Config) { cfg.Tenant = "nowhere" })), "", "")
	if err.Code != 90002 || err.Temporary() || !strings.Contains(err.Hint(), "auth.tenant") || e.count() != 0 {
		t.Errorf("%v, hint %q; %d requests with the secret", err, err.Hint(), e.count())
	}
}

// TestPassing: what may pass is tried again, and is told apart from what does not.
func TestPassing(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		passing bool
		tries   int
		answer  func(w http.ResponseWriter)
	}{
		"503": {true, 3, func(w http.ResponseWriter) { w.WriteHeader(503) }},
		"429": {true, 3, func(w http.ResponseWriter) { w.WriteHeader(429) }},
		"429 for long": {true, 1, func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(429)
		}},
		"a passing code":  {true, 1, func(w http.ResponseWriter) { refuse(w, 400, 90033, "server_error", "later") }},
		"a passing word":  {true, 1, func(w http.ResponseWriter) { refuse(w, 400, 1, "temporarily_unavailable", "later") }},
		"a gateway's 403": {false, 1, func(w http.ResponseWriter) { w.WriteHeader(403); fmt.Fprint(w, "<html>"+secret) }},
		"another JSON":    {false, 1, func(w http.ResponseWriter) { w.WriteHeader(400); fmt.Fprint(w, `["`+secret+`"]`) }},
		"no JSON":         {false, 1, func(w http.ResponseWriter) { fmt.Fprint(w, secret) }},
		"no token":        {false, 1, func(w http.ResponseWriter) { fmt.Fprint(w, `{"x":"`+secret+`"}`) }},
		"a bad token":     {false, 1, func(w http.ResponseWriter) { grant(w, secret+"\n"+secret, 60) }},
		"endless":         {false, 1, func(w http.ResponseWriter) { grant(w, strings.Repeat("x", maxAnswer), 60) }},
	} {
		e := newEntra(t)
		e.answer = func(_ int, w http.ResponseWriter, _ *http.Request) { tt.answer(w) }
		err := failure(t, newSourceOf(t, e.config()), "", "")
		if err.Temporary() != tt.passing || (err.Hint() == "") != tt.passing || e.count() != tt.tries {
			t.Errorf("%s: %v, hint %q, %d requests", name, err, err.Hint(), e.count())
		}
		hides(t, err, secret)
	}
}

// TestUnreached: each way of not reaching the service fails soon.
func TestUnreached(t *testing.T) {
	t.Parallel()
	e := newEntra(t)
	old := newEntra(t, func(e *entra) { e.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10} })
	gone := newEntra(t)
	gone.Close()
	for name, tt := range map[string]struct {
		change  func(*Config)
		passing bool
		hint    string
	}{
		"another authority": {func(cfg *Config) { cfg.RootCAs = nil }, false, "graph.ca_file"},
		"unknown host":      {func(cfg *Config) { cfg.Authority = "https://login.invalid" }, true, "auth.authority"},
		"nobody listens":    {func(cfg *Config) { cfg.Authority = gone.URL }, true, "auth.authority"},
		"TLS 1.1":           {func(cfg *Config) { cfg.Authority, cfg.RootCAs = old.URL, old.roots }, true, "network"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			err := failure(t, newSourceOf(t, e.config(tt.change)), "", "")
			if err.Temporary() != tt.passing || !strings.Contains(err.Hint(), tt.hint) ||
				!strings.Contains(err.Error(), "cannot be reached") || err.Unwrap() == nil {
				t.Errorf("%v, hint %q", err, err.Hint())
			}
			if name == "TLS 1.1" && !strings.Contains(err.Error(), "protocol version") {
				t.Errorf("for another reason: %v", err)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestHangingService ends with the caller's deadline, and at once when the caller is told to stop.
func TestHangingService(t *testing.T) {
	t.Parallel()
	free := make(chan struct{})
	e := newEntra(t)
	defer close(free) // before the server waits for its requests
	e.answer = func(_ int, w http.ResponseWriter, r *http.Request) { <-free }
	s := newSourceOf(t, e.config())
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := s.Token(ctx, "", "")
	var own *Error
	if !errors.As(err, &own) || !own.Temporary() || !errors.Is(err, context.DeadlineExceeded) ||
		time.Since(began) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

// TestNoRedirects: neither a redirect nor the service's own directory leads the secret to another place without TLS.
func TestNoRedirects(t *testing.T) {
	t.Parallel()
	var lured atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { lured.Add(1) }))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 307, 308} {
		e := newEntra(t)
		e.answer = func(_ int, w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, status) }
		if err := failure(t, newSourceOf(t, e.config()), "", ""); err.Temporary() ||
			!strings.Contains(err.Error(), fmt.Sprint(status)) {
			t.Errorf("%d: %v", status, err)
		}
	}
	e := newEntra(t)
	e.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"issuer":%q,"authorization_endpoint":"%s/a","token_endpoint":"%s/t"}`, e.URL, e.URL, elsewhere.URL)
	})
	if err := failure(t, newSourceOf(t, e.config()), "", ""); err.Temporary() || !errors.Is(err, errPlain) {
		t.Errorf("plain HTTP: %v", err)
	}
	if n := lured.Load(); n != 0 {
		t.Errorf("%d requests went elsewhere", n)
	}
}

// TestNoIdleConnections: a token request leaves no connection behind.
func TestNoIdleConnections(t *testing.T) {
	t.Parallel()
	var open atomic.Int32
	e := newEntra(t, func(e *entra) {
		e.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				open.Add(1)
			case http.StateClosed:
				open.Add(-1)
			}
		}
	})
	step(t, newSourceOf(t, e.config()), "", "token-1")
	for end := time.Now().Add(4 * time.Second); open.Load() != 0; <-time.After(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d connections", open.Load())
		}
	}
}
