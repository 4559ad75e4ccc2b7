package simulator_test

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/statussync/statussync/sync/graph/simulator"
)

func TestTLS(t *testing.T) {
	t.Parallel()
	s := simulator.New(simulator.Config{PageSize: 1})
	if err := s.StartTLS("localhost:0"); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	put(s, appA, "u1", "u2")
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(s.AuthorityPEM()) {
		t.Fatalf("%s", s.AuthorityPEM())
	}
	for name, roots := range map[string]*x509.CertPool{"pool": s.Authority(), "file": pool} {
		for _, root := range []string{s.URL(), strings.Replace(s.URL(), "127.0.0.1", "localhost", 1)} {
			resp, err := trusting(t, roots).Transport.RoundTrip(request(t.Context(), "GET", root+list(appA), ""))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			text, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if err != nil || resp.StatusCode != 200 || !strings.Contains(string(text), `"@odata.nextLink":"`+root) {
				t.Errorf("%s: %d %s, %v", name, resp.StatusCode, text, err)
			}
		}
	}
	var unknown x509.UnknownAuthorityError
	stranger := simulator.New(simulator.Config{})
	for name, roots := range map[string]*x509.CertPool{"the system's": nil, "another server's": stranger.Authority()} {
		resp, err := trusting(t, roots).Get(s.URL())
		if !errors.As(err, &unknown) {
			t.Errorf("%s: %v, %v", name, resp, err)
		}
	}
	if n := s.Stats().Requests; n != 4 {
		t.Errorf("%d requests came through", n)
	}
	if block, rest := pem.Decode(s.AuthorityPEM()); block == nil || block.Type != "CERTIFICATE" || len(rest) > 0 {
		t.Errorf("the file holds more than the certificate")
	}
}

// TestCloseEndsTLS holds that idle and half-made connections of both servers end.
func TestCloseEndsTLS(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s := simulator.New(simulator.Config{Login: signIn()})
	if err := errors.Join(s.StartTLS(""), s.StartLogin("[::1]:0")); err != nil {
		t.Fatal(err)
	}
	var address *simulator.AddressError
	if err := s.StartLogin(""); !errors.As(err, &address) {
		t.Errorf("twice: %v", err)
	}
	c := trusting(t, s.Authority())
	for _, url := range []string{
		s.URL() + list(appA), s.LoginURL() + "/contoso.example/v2.0/.well-known/openid-configuration",
	} {
		resp, err := c.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	if _, err := http.Get(strings.Replace(s.URL(), "https", "http", 1)); err != nil {
		t.Log(err) // speaks no TLS
	}
	if err := s.Close(); err != nil || s.URL() != "" || s.LoginURL() != "" {
		t.Errorf("%v, %q, %q", err, s.URL(), s.LoginURL())
	}
	c.CloseIdleConnections()
	http.DefaultClient.CloseIdleConnections()
	goleak.VerifyNone(t, before)
}
