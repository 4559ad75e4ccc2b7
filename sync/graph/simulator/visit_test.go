package simulator_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statussync/statussync/sync/graph/simulator"
)

func TestLoginFaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fault simulator.Fault
		name  string
		code  int
		retry string
	}{
		{simulator.Fault{Status: 429, Wait: 7 * time.Second}, "temporarily_unavailable", 90055, "7"},
		{simulator.Fault{Status: 429, RetryAfter: simulator.RetryAfterNone}, "temporarily_unavailable", 90055, ""},
		{simulator.Fault{Status: 500, Code: "server_error"}, "server_error", 90033, ""},
		{simulator.Fault{Status: 503, RetryAfter: simulator.RetryAfterSeconds}, "temporarily_unavailable", 90033, "1"},
		{simulator.Fault{Status: 502, Raw: `{"error":"x"}`, Header: http.Header{"x-a": {"b"}}}, "x", 0, ""},
	} {
		l := signIn()
		l.Rules = []simulator.Rule{{App: strings.ToUpper(client), At: 2, Times: 1, Fault: test.fault}}
		s := simulator.New(simulator.Config{Login: l})
		key := token(t, s)
		got, w := ask(t, s, simulator.DefaultTenant, form())
		if w.Code != test.fault.Status || got.Error != test.name || w.Header().Get("Retry-After") != test.retry ||
			test.code != 0 && (len(got.Codes) != 1 || got.Codes[0] != test.code) ||
			test.fault.Header != nil && w.Header().Get("X-A") != "b" {
			t.Errorf("%+v: %d %+v %v", test.fault, w.Code, got, w.Header())
		}
		token(t, s)
		if n := s.LoginStats().Issued(); n != 2 || len(s.IssuedTokens()) != 2 {
			t.Errorf("%+v: %d tokens", test.fault, n)
		}
		if w := show(t, s, "GET", key); w.Code != 200 {
			t.Errorf("%+v: Graph %d", test.fault, w.Code)
		}
	}
}

func TestLoginReset(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Config{Login: signIn()})
	if err := s.StartLogin(""); err != nil {
		t.Fatal(err)
	}
	s.SetLoginRules(simulator.Rule{Times: 1, Fault: simulator.Fault{Reset: simulator.ResetBefore}})
	c := trusting(t, s.Authority())
	address := s.LoginURL() + "/contoso.example/oauth2/v2.0/token"
	if resp, err := c.PostForm(address, form()); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("%v, %v", resp, err)
	}
	resp, err := c.PostForm(address, form())
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("%v, %v", resp, err)
	}
	_ = resp.Body.Close()
	if stats := s.LoginStats(); stats.Issued() != 1 || stats.Requests != 2 || len(s.IssuedTokens()) != 1 {
		t.Errorf("%+v", stats)
	}
}

func TestLoginIsSlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := signIn()
		l.Rules = []simulator.Rule{{Fault: simulator.Fault{Delay: 3 * time.Second}}}
		s := simulator.New(simulator.Config{Login: l})
		begin := time.Now()
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() { token(t, s) })
		}
		synctest.Wait()
		if got := s.LoginStats(); got.InFlight != 4 || got.Issued() != 0 {
			t.Errorf("under way: %+v", got)
		}
		group.Wait()
		took, got := time.Since(begin), s.LoginStats()
		if got.InFlight != 0 || got.PeakInFlight != 4 || got.Issued() != 4 || took != 3*time.Second {
			t.Errorf("after %v: %+v", took, got)
		}
	})
}

func TestLoginReadsNoEndlessForm(t *testing.T) {
	t.Parallel()
	s := simulator.New(simulator.Config{Login: signIn()})
	r := httptest.NewRequest(http.MethodPost, loginRoot+"/contoso.example/oauth2/v2.0/token",
		strings.NewReader("a="+strings.Repeat("a", 1<<20)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.ServeLogin(w, r)
	if rest, _ := io.Copy(io.Discard, r.Body); w.Code != 400 || rest > 0 {
		t.Errorf("status %d, %d bytes left", w.Code, rest)
	}
}

const identityQuery = "?resource=https://graph.microsoft.com&api-version=2019-08-01"

// A machine is what the identity endpoint answers.
type machine struct {
	status  int
	Token   string `json:"access_token"`
	Expires string `json:"expires_on"`
	Message string
}

func identity(t *testing.T, s *simulator.Server, header, query string) machine {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://sim/identity/token"+query, nil)
	r.Header.Set("X-IDENTITY-HEADER", header)
	w := direct(s, r)
	m := machine{status: w.Code}
	if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	return m
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	l := signIn()
	l.Identity = "id"
	s := start(t, simulator.Config{Login: l})
	if got := s.IdentityURL(); got != s.URL()+"/identity/token" || simulator.New(simulator.Config{}).IdentityURL() != "" {
		t.Errorf("address %q", got)
	}
	for _, test := range []struct {
		header, query string
		status        int
	}{
		{"id", identityQuery, 200},
		{"id", identityQuery + "&client_id=" + client, 200},
		{"id", identityQuery + "&client_id=x", 400},
		{"id", "?api-version=2019-08-01", 400},
		{"id", "?resource=x", 400},
		{"", identityQuery, 401},
	} {
		got := identity(t, s, test.header, test.query)
		good := test.status == 200
		if got.status != test.status || (got.Message == "") != good || (got.Expires == "") == good {
			t.Errorf("%+v: %+v", test, got)
		}
		if !good {
			continue
		}
		if w := show(t, s, "PATCH", got.Token); w.Code != 200 {
			t.Errorf("Graph: %d", w.Code)
		}
	}
	if n := s.LoginStats().Outcomes[simulator.Outcome{Grant: simulator.GrantIdentity, Status: 200}]; n != 2 {
		t.Errorf("%+v", s.LoginStats())
	}
	l.Identity = ""
	s = simulator.New(simulator.Config{Login: l})
	if w := direct(s, httptest.NewRequest("GET", "http://sim/identity/token", nil)); w.Code != 401 {
		t.Errorf("without an identity: %d", w.Code)
	}
}
