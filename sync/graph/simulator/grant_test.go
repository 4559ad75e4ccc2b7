package simulator_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// certified is signIn with the certificate registered.
func certified(cert *x509.Certificate) *simulator.Login {
	l := signIn()
	l.Apps[0].Certificates = []*x509.Certificate{cert}
	return l
}

func TestGrants(t *testing.T) {
	t.Parallel()
	federated := cluster.Assertion(time.Minute)
	for _, test := range []struct {
		name  string
		grant simulator.Grant
		form  url.Values
	}{
		{"secret", simulator.GrantSecret, form()},
		{"second secret", simulator.GrantSecret, form("client_secret", "s2")},
		{"capital letters", simulator.GrantSecret, form("client_id", strings.ToUpper(client))},
		{"PS256", simulator.GrantCertificate, asserted(mine().sign("PS256", nil, nil))},
		{"RS256", simulator.GrantCertificate, asserted(mine().sign("RS256", nil, nil))},
		{"other audience", simulator.GrantCertificate, asserted(mine().sign("PS256", nil,
			map[string]any{"aud": []string{"x", loginRoot + "/" + simulator.DefaultTenant + "/v2.0"}}))},
		{"clock ahead", simulator.GrantCertificate, asserted(mine().sign("PS256", nil,
			map[string]any{"nbf": time.Now().Add(time.Minute).Unix()}))},
		{"federation", simulator.GrantFederation, asserted(federated)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := certified(mine().cert)
			l.Lifetime = 10 * time.Minute
			s := simulator.New(simulator.Config{Login: l})
			got, w := ask(t, s, simulator.DefaultTenant, test.form)
			if w.Code != 200 || got.Type != "Bearer" || got.Seconds != 600 {
				t.Fatalf("status %d, %+v", w.Code, got)
			}
			if w := show(t, s, "PATCH", got.Token); w.Code != 200 {
				t.Errorf("Graph: %d %s", w.Code, w.Body)
			}
			stats := s.LoginStats()
			if n := stats.Outcomes[simulator.Outcome{Grant: test.grant, Status: 200}]; n != 1 || stats.Issued() != 1 {
				t.Errorf("%+v", stats)
			}
			if tokens := s.IssuedTokens(); !slices.Equal(tokens, []string{got.Token}) {
				t.Errorf("tokens %v", tokens)
			}
		})
	}
}

func TestTokenSpeaks(t *testing.T) {
	t.Parallel()
	s := simulator.New(simulator.Config{Login: signIn()})
	first, second := token(t, s), token(t, s)
	parts := strings.Split(first, ".")
	if first == second || len(parts) != 3 {
		t.Fatalf("%q, %q", first, second)
	}
	plain, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Tid, AppID, Aud string
		Roles           []string
		Exp, Iat        int64
	}
	if err := json.Unmarshal(plain, &got); err != nil {
		t.Fatal(err)
	}
	if got.Tid != simulator.DefaultTenant || got.AppID != client || got.Aud != "https://graph.microsoft.com" ||
		!slices.Equal(got.Roles, []string{simulator.RoleWrite}) || got.Exp-got.Iat != 3600 {
		t.Errorf("%+v", got)
	}
}

// altered is the assertion of a federation that is not quite the one that the application trusts.
func altered(issuer, subject, audience string) string {
	return simulator.Federation{Issuer: issuer, Subject: subject, Audience: audience}.Assertion(time.Minute)
}

var loginRefusals = []struct {
	code, status int
	name, tenant string
	form         func() url.Values
}{
	{90002, 400, "invalid_request", "fabrikam.example", func() url.Values { return form() }},
	{900144, 400, "invalid_request", "", func() url.Values { return form("grant_type", "") }},
	{900144, 400, "invalid_request", "", func() url.Values { return form("client_id", "") }},
	{900144, 400, "invalid_request", "", func() url.Values { return form("scope", "") }},
	{70003, 400, "unsupported_grant_type", "", func() url.Values { return form("grant_type", "password") }},
	{700016, 400, "unauthorized_client", "", func() url.Values { return form("client_id", appA) }},
	{70011, 400, "invalid_scope", "", func() url.Values { return form("scope", "https://graph.microsoft.com/User.Read") }},
	{70011, 400, "invalid_scope", "", func() url.Values { return form("scope", "a/.default b/.default") }},
	{70011, 400, "invalid_scope", "", func() url.Values { return form("scope", "/.default") }},
	{7000215, 401, "invalid_client", "", func() url.Values { return form("client_secret", "s3") }},
	{7000222, 401, "invalid_client", "", func() url.Values { return form("client_secret", "s0") }},
	{7000216, 401, "invalid_client", "", func() url.Values { return form("client_secret", "") }},
	{7000216, 401, "invalid_client", "", func() url.Values {
		return asserted(mine().sign("PS256", nil, nil), "client_assertion_type", "x")
	}},
	{50027, 400, "invalid_request", "", func() url.Values { return asserted("a.b") }},
	{50027, 400, "invalid_request", "", func() url.Values { return asserted("e30.e30.%") }},
	{50027, 400, "invalid_request", "", func() url.Values { return asserted("e30.W10.") }},
	{700021, 401, "invalid_client", "", func() url.Values {
		return asserted(mine().sign("PS256", nil, map[string]any{"sub": appA}))
	}},
	{700023, 401, "invalid_client", "", func() url.Values {
		return asserted(mine().sign("PS256", nil, map[string]any{"aud": "https://elsewhere.example"}))
	}},
	{700024, 401, "invalid_client", "", func() url.Values {
		return asserted(mine().sign("PS256", nil, map[string]any{"exp": time.Now().Add(-time.Second).Unix()}))
	}},
	{700024, 401, "invalid_client", "", func() url.Values {
		return asserted(mine().sign("PS256", nil, map[string]any{"nbf": time.Now().Add(6 * time.Minute).Unix()}))
	}},
	{700027, 401, "invalid_client", "", func() url.Values { return asserted(other().sign("PS256", nil, nil)) }},
	{700027, 401, "invalid_client", "", func() url.Values { // another's signature under this certificate's name
		p := pair{mine().cert, other().key}
		return asserted(p.sign("RS256", nil, nil))
	}},
	{700027, 401, "invalid_client", "", func() url.Values {
		return asserted(mine().sign("PS256", map[string]any{"alg": "none"}, nil))
	}},
	{700027, 401, "invalid_client", "", func() url.Values {
		return asserted(mine().sign("PS256", map[string]any{"x5t#S256": ""}, nil))
	}},
	{700211, 401, "invalid_client", "", func() url.Values {
		return asserted(altered("https://cluster.example", cluster.Subject, ""))
	}},
	{700213, 401, "invalid_client", "", func() url.Values {
		return asserted(altered(cluster.Issuer, "system:serviceaccount:jobs:Sync", ""))
	}},
	{700212, 401, "invalid_client", "", func() url.Values {
		return asserted(altered(cluster.Issuer, cluster.Subject, "x"))
	}},
	{700024, 401, "invalid_client", "", func() url.Values { return asserted(cluster.Assertion(-time.Second)) }},
}

func TestLoginRefusals(t *testing.T) {
	t.Parallel()
	s := simulator.New(simulator.Config{Login: certified(mine().cert)})
	for i, test := range loginRefusals {
		tenant := test.tenant
		if tenant == "" {
			tenant = "Contoso.example" // in another case
		}
		got, w := ask(t, s, tenant, test.form())
		if w.Code != test.status || got.Error != test.name || !slices.Equal(got.Codes, []int{test.code}) || got.Token != "" {
			t.Errorf("%d: status %d, %+v", i, w.Code, got)
		}
		if !strings.HasPrefix(got.Description, fmt.Sprintf("AADSTS%d: ", test.code)) ||
			strings.Contains(got.Description, "%!") ||
			!strings.HasSuffix(got.Description, " Trace ID: "+got.Trace+" Correlation ID: c1 Timestamp: "+got.Timestamp) ||
			got.Correlation != "c1" || len(got.Trace) != 36 || got.Timestamp == "" {
			t.Errorf("%d: %+v", i, got)
		}
	}
	if stats := s.LoginStats(); stats.Issued() != 0 || stats.Requests != int64(len(loginRefusals)) ||
		stats.Outcomes[simulator.Outcome{Grant: simulator.GrantFederation, Status: 401, Code: 700213}] != 1 {
		t.Errorf("%+v", stats)
	}
}

// TestCertificateIsOver holds that the certificate's own time counts.
func TestCertificateIsOver(t *testing.T) {
	t.Parallel()
	old := *mine().cert
	old.NotAfter = time.Now().Add(-time.Second)
	s := simulator.New(simulator.Config{Login: certified(&old)})
	got, _ := ask(t, s, simulator.DefaultTenant, asserted(mine().sign("PS256", nil, nil)))
	if !slices.Equal(got.Codes, []int{700027}) || !strings.Contains(got.Description, "expired") {
		t.Errorf("%+v", got)
	}
}

func TestDiscovery(t *testing.T) {
	t.Parallel()
	s := simulator.New(simulator.Config{Login: signIn()})
	for path, status := range map[string]int{
		"/contoso.example/v2.0/.well-known/openid-configuration":  200,
		"/fabrikam.example/v2.0/.well-known/openid-configuration": 400,
		"/contoso.example/oauth2/v2.0/token":                      404, // with GET
		"/":                                                       404,
	} {
		w := httptest.NewRecorder()
		s.ServeLogin(w, httptest.NewRequest(http.MethodGet, loginRoot+path, nil))
		const endpoint = `"token_endpoint":"https://login.test/contoso.example/oauth2/v2.0/token"`
		if w.Code != status || status == 400 && !strings.Contains(w.Body.String(), "AADSTS90002") ||
			status == 200 && !strings.Contains(w.Body.String(), endpoint) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if n := s.LoginStats().Discoveries; n != 2 {
		t.Errorf("%d discoveries", n)
	}
	w := httptest.NewRecorder()
	s = simulator.New(simulator.Config{})
	s.ServeLogin(w, httptest.NewRequest(http.MethodPost, loginRoot+"/x/oauth2/v2.0/token", nil))
	if w.Code != 404 {
		t.Errorf("without a login: %d", w.Code)
	}
}
