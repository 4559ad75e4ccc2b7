package signin

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// through asks for a token by way of a proxy, and returns what came of it.
func through(t *testing.T, proxy *url.URL) *Error {
	t.Helper()
	a := &account{Config: Config{Method: ClientSecret, Env: environment(nil)}, host: "login.invalid", kind: ClientSecret}
	r := &request{account: a, transport: a.newTransport()}
	r.transport.Proxy = http.ProxyURL(proxy)
	_, r.err = r.client().Get("https://login.invalid/")
	r.transport.CloseIdleConnections()
	return r.failed(t.Context(), errors.New(secret)).(*Error)
}

// TestProxy: its refusal is told apart from trouble that passes, and its password stays out of sight.
func TestProxy(t *testing.T) {
	t.Parallel()
	for status, passing := range map[int]bool{407: false, 403: false, 502: true} {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) }))
		defer proxy.Close()
		u, _ := url.Parse(proxy.URL)
		u.User = url.UserPassword("ann", "canary-of-the-proxy")
		err := through(t, u)
		if err.Temporary() != passing || err.Hint() != hintProxy || !strings.Contains(err.Error(), fmt.Sprint(status)) {
			t.Errorf("%d: %v, hint %q", status, err, err.Hint())
		}
		hides(t, err, "canary-of-the-proxy", secret)
	}
	if proxied := (&account{}).newTransport().Proxy; proxied == nil {
		t.Error("the proxy of the environment is not asked")
	}
	if proxied := (&account{kind: ManagedIdentity}).newTransport().Proxy; proxied != nil {
		t.Error("what is for this machine goes through a proxy")
	}
}

// TestNoProxy: a proxy that is down, or has no address, may come back, and is what the hint is about.
func TestNoProxy(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"127.0.0.1:1", "proxy.invalid:3128"} {
		err := through(t, &url.URL{Scheme: "http", Host: host})
		if !err.Temporary() || err.Hint() != hintProxy || !strings.Contains(err.Error(), "proxyconnect") {
			t.Errorf("%s: %v, hint %q", host, err, err.Hint())
		}
	}
}
