package simulator_test

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statussync/statussync/sync/graph/simulator"
)

func TestTokenExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := signIn()
		l.Lifetime = time.Minute
		s := simulator.New(simulator.Config{Login: l, Tokens: []string{"t0"}})
		first := token(t, s)
		for _, step := range []struct {
			wait   time.Duration
			status int
		}{{time.Minute - 1, 200}, {1, 401}} {
			time.Sleep(step.wait)
			if w := show(t, s, "PATCH", first); w.Code != step.status {
				t.Errorf("%v: %d %s", step.wait, w.Code, w.Body)
			}
		}
		w := show(t, s, "PATCH", first)
		if !strings.Contains(w.Body.String(), "expired") || strings.Contains(w.Header().Get("WWW-Authenticate"), "claims") {
			t.Errorf("%v %s", w.Header(), w.Body)
		}
		if w := show(t, s, "PATCH", token(t, s)); w.Code != 200 {
			t.Errorf("the next: %d", w.Code)
		}
		for _, foreign := range []string{"t0", "", first + "x"} {
			if w := show(t, s, "PATCH", foreign); w.Code != 401 {
				t.Errorf("%q: %d", foreign, w.Code)
			}
		}
	})
}

var (
	quoted = regexp.MustCompile(`^Bearer realm="".*, error="insufficient_claims", claims="([^"]+)"$`)
	bare   = regexp.MustCompile(`^Bearer [^"]*, error=insufficient_claims, claims=([^", ]+)$`)
)

// challenged returns the claims that an answer demands.
func challenged(t *testing.T, form *regexp.Regexp, s *simulator.Server, token string) string {
	t.Helper()
	w := show(t, s, "PATCH", token)
	found := form.FindStringSubmatch(w.Header().Get("WWW-Authenticate"))
	if w.Code != 401 || found == nil {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	claims, err := base64.StdEncoding.DecodeString(found[1])
	if err != nil {
		t.Fatal(err)
	}
	return string(claims)
}

func TestChallenge(t *testing.T) {
	t.Parallel()
	for _, form := range []*regexp.Regexp{quoted, bare} {
		l := signIn()
		l.Bare, l.Identity = form == bare, "id"
		s := simulator.New(simulator.Config{Login: l})
		first, machine := token(t, s), identity(t, s, "id", identityQuery).Token
		s.Challenge()
		claims := challenged(t, form, s, first)
		challenged(t, form, s, token(t, s)) // a new token without the claims is no better
		merged := strings.Replace(claims, `{"access_token":{`, `{"access_token":{"xms_cc":{"values":["cp1"]},`, 1)
		second := token(t, s, "claims", merged)
		if w := show(t, s, "PATCH", second); w.Code != 200 {
			t.Errorf("with the claims: %d %s", w.Code, w.Body)
		}
		challenged(t, form, s, first)
		if w := show(t, s, "PATCH", machine); w.Code != 200 {
			t.Errorf("the managed identity: %d", w.Code)
		}
		s.Challenge()
		if again := challenged(t, form, s, second); again == claims {
			t.Errorf("the same claims again: %s", claims)
		}
		challenged(t, form, s, token(t, s, "claims", `{"access_token":{"nbf":{"value":"-1"}}}`))
		challenged(t, form, s, token(t, s, "claims", claims))
		if n := s.LoginStats().Demands; n != 2 {
			t.Errorf("%d requests with claims", n)
		}
	}
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	s := simulator.New(simulator.Config{Login: signIn()})
	first := token(t, s)
	s.Revoke()
	w := show(t, s, "GET", first)
	if w.Code != 401 || strings.Contains(w.Header().Get("WWW-Authenticate"), "insufficient") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := show(t, s, "GET", token(t, s)); w.Code != 200 {
		t.Errorf("the next: %d", w.Code)
	}
}

func TestRolesAndResource(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		roles       []string
		scope       string
		write, read int
	}{
		{nil, "", 200, 200},
		{[]string{"Other.Role", simulator.RoleWrite}, "", 200, 200},
		{[]string{simulator.RoleRead}, "", 403, 200},
		{[]string{}, "", 403, 403},
		{nil, "https://graph.microsoft.us/.default", 401, 401},
	} {
		l := signIn()
		l.Apps[0].Roles = test.roles
		s := simulator.New(simulator.Config{Login: l})
		f := []string{}
		if test.scope != "" {
			f = []string{"scope", test.scope}
		}
		key := token(t, s, f...)
		if w := show(t, s, "PATCH", key); w.Code != test.write {
			t.Errorf("%+v: write %d %s", test, w.Code, w.Body)
		}
		if w := show(t, s, "GET", key); w.Code != test.read {
			t.Errorf("%+v: read %d %s", test, w.Code, w.Body)
		}
	}
}

// TestAppIsTheClient holds that a new token is no new quota.
func TestAppIsTheClient(t *testing.T) {
	t.Parallel()
	l := signIn()
	l.Apps = append(l.Apps, simulator.App{ID: appB, Secrets: []string{"s1"}})
	s := simulator.New(simulator.Config{Login: l, Quota: simulator.Quota{ClientWrites: 2}})
	for i, want := range []int{200, 200, 429} {
		if w := show(t, s, "PATCH", token(t, s)); w.Code != want {
			t.Errorf("%d: %d", i, w.Code)
		}
	}
	if w := show(t, s, "PATCH", token(t, s, "client_id", appB)); w.Code != http.StatusOK {
		t.Errorf("another app: %d", w.Code)
	}
}
