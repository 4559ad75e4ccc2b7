package signin

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// appService is the managed identity's service of Azure App Service on loopback.
func appService(t *testing.T, answer http.HandlerFunc) {
	t.Helper()
	srv := httptest.NewServer(answer)
	t.Cleanup(srv.Close)
	t.Setenv("IDENTITY_ENDPOINT", srv.URL+"/msi/token")
	t.Setenv("IDENTITY_HEADER", secret)
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
}

// TestManagedIdentity: a refused token is asked for anew, though all of azidentity's credentials share a cache here.
func TestManagedIdentity(t *testing.T) {
	n := 0
	var query, header string
	appService(t, func(w http.ResponseWriter, r *http.Request) {
		n++
		query, header = r.URL.RawQuery, r.Header.Get("X-Identity-Header")
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":"token-%d","expires_on":"4102444800","resource":"x","token_type":"Bearer"}`, n)
	})
	s := newSourceOf(t, Config{})
	step(t, s, "", "token-1")
	step(t, s, "", "token-1")
	step(t, s, "token-1", "token-2")
	if got, err := s.Token(t.Context(), "token-2", `{"a":1}`); got != "token-3" || err != nil {
		t.Errorf("with claims: %q, %v", got, err)
	}
	if header != secret || !strings.Contains(query, "resource=https%3A%2F%2Fgraph.microsoft.com&") &&
		!strings.HasSuffix(query, "resource=https%3A%2F%2Fgraph.microsoft.com") {
		t.Errorf("query %q, header %q", query, header)
	}
	if s.Method() != ManagedIdentity || s.Picked() != "managed-identity, since IDENTITY_ENDPOINT is set" {
		t.Errorf("picked %q", s.Picked())
	}
	s = newSourceOf(t, Config{Method: ManagedIdentity, ClientID: app})
	step(t, s, "", "token-4")
	if !strings.Contains(query, "client_id="+app) {
		t.Errorf("a user-assigned identity: query %q", query)
	}
}

func TestManagedIdentityFails(t *testing.T) {
	status, body := 400, `{"error":"invalid_request","error_description":"Identity not found: `+secret+`"}`
	appService(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	})
	s := newSourceOf(t, Config{Method: ManagedIdentity})
	err := failure(t, s, "", "")
	if err.Temporary() || !strings.Contains(err.Error(), "Identity not found") ||
		!strings.Contains(err.Hint(), "no managed identity") {
		t.Errorf("%v, hint %q", err, err.Hint())
	}
	hides(t, err, secret)
	status, body = 500, "<html>"+secret
	if err = failure(t, s, "", ""); !err.Temporary() ||
		err.Error() != "the managed identity's service answered 500 Internal Server Error" {
		t.Errorf("%v", err)
	}
	hides(t, err, secret)
	status = 200
	for _, body = range []string{"<html>" + secret, `{"access_token":"` + secret + `"`, `{"x":"` + secret + `"}`, ""} {
		if err = failure(t, s, "", ""); err.Temporary() || err.Hint() != hintMachine ||
			err.Error() != "the managed identity's service answered 200, but not with a token" {
			t.Errorf("%.10s: %v, hint %q", body, err, err.Hint())
		}
		hides(t, err, secret)
	}

	t.Setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:1/")
	if err = failure(t, s, "", ""); !err.Temporary() || !strings.Contains(err.Error(), "cannot be reached") ||
		!strings.Contains(err.Hint(), "no managed identity") {
		t.Errorf("nobody there: %v, hint %q", err, err.Hint())
	}
	t.Setenv("IDENTITY_SERVER_THUMBPRINT", "none")
	if err = failure(t, s, "", ""); err.Temporary() || !strings.Contains(err.Error(), "cannot begin") {
		t.Errorf("Service Fabric: %v", err)
	}
	hides(t, err, secret)
}
