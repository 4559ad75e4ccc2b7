package graph

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

const claims = `{"access_token":{"nbf":{"essential":true,"value":"1604106651?>~"}}}`

func TestDemand(t *testing.T) {
	t.Parallel()
	std, url := base64.StdEncoding.EncodeToString([]byte(claims)), base64.URLEncoding.EncodeToString([]byte(claims))
	bare := strings.TrimRight(std, "=")
	if !strings.ContainsAny(std, "+/") || !strings.ContainsAny(url, "-_") || bare == std {
		t.Fatal("the claims do not show every difference")
	}
	const graph = `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", `
	long := base64.StdEncoding.EncodeToString([]byte(`{"a":"` + strings.Repeat("x", maxDemand) + `"}`))
	for name, tt := range map[string]struct {
		want   string
		header []string
	}{
		"quoted":        {claims, []string{graph + `error="insufficient_claims", claims="` + std + `"`}},
		"unpadded":      {claims, []string{graph + `claims="` + bare + `"`}},
		"url alphabet":  {claims, []string{graph + `claims="` + url + `"`}},
		"bare":          {claims, []string{`Bearer authorization_uri=https://login/x?a=b, claims=` + std + `, error=x`}},
		"bare at first": {claims, []string{`Bearer claims=` + url}},
		"no commas":     {claims, []string{`Bearer realm="" claims="` + std + `" error="x"`}},
		"blanks":        {claims, []string{"bearer\tCLAIMS = \"" + std + "\""}},
		"second header": {claims, []string{`Negotiate`, graph + `claims="` + std + `"`}},
		"second scheme": {claims, []string{`Negotiate YII=, Basic realm="a, b\" claims=x", Bearer claims="` + std + `"`}},
		"the later one": {claims, []string{`Bearer claims="%%%", claims="` + std + `"`}},
		"escaped":       {claims, []string{`Bearer claims="\` + std + `"`}},
		"unclosed":      {claims, []string{`Bearer claims="` + std}},

		"none":           {"", nil},
		"plain":          {"", []string{graph + `error="invalid_token"`}},
		"another scheme": {"", []string{`PoP claims="` + std + `"`}},
		"in a text":      {"", []string{`Bearer realm="claims=` + std + `"`}},
		"no base64":      {"", []string{`Bearer claims="%%%"`}},
		"no JSON":        {"", []string{`Bearer claims="` + base64.StdEncoding.EncodeToString([]byte("{")) + `"`}},
		"no object":      {"", []string{`Bearer claims="` + base64.StdEncoding.EncodeToString([]byte("1")) + `"`}},
		"too long":       {"", []string{`Bearer claims="` + long + `"`}},
		"strays":         {"", []string{`=,"=" == , "`, `Bearer claims`, `Bearer claims=`, `claims`}},
	} {
		if got := demand(tt.header); got != tt.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func FuzzDemand(f *testing.F) {
	for _, header := range []string{
		`Bearer realm="", claims="e30="`, `Bearer claims=e30, a=b`, `Basic x==, Bearer a="\"`,
	} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		got := demand([]string{header})
		if got != "" && (len(got) > maxDemand || !jsontext.Value(got).IsValid() || jsontext.Value(got).Kind() != '{') {
			t.Errorf("%q demands %q", header, got)
		}
		quoted := `Bearer a="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(header) + `", claims="e30="`
		if got := demand([]string{quoted}); got != "{}" {
			t.Errorf("%q demands %q", quoted, got)
		}
	})
}

// demanding is a server that answers request n as say tells: 200, 401, or "claims".
func demanding(t *testing.T, source TokenSource, say ...string) *Client {
	n := -1
	return newServer(t, func(w http.ResponseWriter, r *http.Request) {
		switch n++; say[n] {
		case "claims":
			w.Header().Set("WWW-Authenticate",
				`Bearer error="insufficient_claims", claims="`+base64.StdEncoding.EncodeToString([]byte(claims))+`"`)
			w.WriteHeader(http.StatusUnauthorized)
		case "401":
			w.WriteHeader(http.StatusUnauthorized)
		}
	}, func(cfg *Config) { cfg.Tokens = source })
}

// TestClaims: a demand is answered once for free, and never ends the run while the source has something new; a plain
// 401 after one that was answered does.
func TestClaims(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		origin func() (string, error)
		say    []string
		want   string
		asked  []string // what the source was asked for
	}{
		"once": {growing(), []string{"200", "claims", "200"},
			"success|unauthorized, free|success", []string{"", claims}},
		"twice in a row": {growing(), []string{"claims", "claims", "200"},
			"unauthorized, free|unauthorized|success", []string{"", claims, claims}},
		"again and again": {growing(), []string{"claims", "claims", "claims", "claims"},
			"unauthorized, free|unauthorized|unauthorized|unauthorized", []string{"", claims, claims, claims, claims}},
		"twice, success between": {growing(), []string{"claims", "200", "claims", "200"},
			"unauthorized, free|success|unauthorized, free|success", []string{"", claims, claims}},
		"then plain": {growing(), []string{"claims", "401", "401"},
			"unauthorized, free|unauthorized|sign-in refused", []string{"", claims, ""}},
		"plain, then demanded": {growing(), []string{"401", "claims", "200"},
			"unauthorized, free|unauthorized|success", []string{"", "", claims}},
		"nothing new": {same("t"), []string{"claims", "claims"}, "unauthorized|sign-in refused",
			[]string{"", claims, claims}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := &vault{origin: tt.origin}
			var asked []string
			c := demanding(t, tokenFunc(func(ctx context.Context, refused, claims string) (string, error) {
				before := v.asked
				defer func() {
					if v.asked > before {
						asked = append(asked, claims)
					}
				}()
				return v.Token(ctx, refused, claims)
			}), tt.say...)
			var got []string
			for range tt.say {
				got = append(got, patchKind(t, c))
			}
			if s := strings.Join(got, "|"); s != tt.want || !slices.Equal(asked, tt.asked) {
				t.Errorf("%s, want %s; asked %q, want %q", s, tt.want, asked, tt.asked)
			}
		})
	}
}

// TestClaimsTogether has 16 requests under way when claims are demanded: the source is asked once.
func TestClaimsTogether(t *testing.T) {
	t.Parallel()
	var waiting sync.WaitGroup
	waiting.Add(16)
	v := &vault{origin: growing()}
	c := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t1" {
			return
		}
		waiting.Done()
		waiting.Wait()
		w.Header().Set("WWW-Authenticate", `Bearer claims="e30="`)
		w.WriteHeader(http.StatusUnauthorized)
	}, func(cfg *Config) { cfg.Tokens = v })
	var workers sync.WaitGroup
	for range 16 {
		workers.Go(func() {
			for _, want := range []string{"unauthorized, free", "success"} {
				if k := patchKind(t, c); k != want {
					t.Errorf("%q, want %q", k, want)
				}
			}
		})
	}
	workers.Wait()
	if v.asked != 2 {
		t.Errorf("the source was asked %d times", v.asked)
	}
}

type trouble struct {
	hinted
	passing bool
}

func (t trouble) Temporary() bool { return t.passing }

// TestPassingTrouble: what may pass at the origin of tokens does not end the run, before a request or after a 401.
func TestPassingTrouble(t *testing.T) {
	t.Parallel()
	for _, passes := range []bool{true, false} {
		fail := fmt.Errorf("wrapped: %w", trouble{passing: passes})
		seen := newCounter(t)
		before := newClient(t, seen.URL, func(cfg *Config) {
			cfg.Tokens = tokenFunc(func(context.Context, string, string) (string, error) { return "", fail })
		})
		after := demanding(t, tokenFunc(func(_ context.Context, refused, _ string) (string, error) {
			if refused != "" {
				return "", fail
			}
			return "t", nil
		}), "401")
		for c, want := range map[*Client]Kind{before: Unreachable, after: Unauthorized} {
			if !passes {
				want = SignIn
			}
			_, err := c.Patch(t.Context(), sample())
			var e *Error
			if !errors.As(err, &e) || e.Kind != want || e.Again() != passes || e.Fatal() == passes || !e.Definite() ||
				e.Free() || e.Hint() != "Write it again." {
				t.Errorf("passing %v: %v, want kind %v", passes, err, want)
			}
		}
		if n := seen.count.Load(); n != 0 {
			t.Errorf("%d requests without a token", n)
		}
	}
}

// TestSecondRefusalNamesTheGrant: the hint names permission, consent and licence.
func TestSecondRefusalNamesTheGrant(t *testing.T) {
	t.Parallel()
	c := demanding(t, &vault{origin: growing()}, "401", "401")
	patchKind(t, c)
	_, err := c.Patch(t.Context(), sample())
	var e *Error
	if !errors.As(err, &e) || e.Kind != SignIn {
		t.Fatal(err)
	}
	for _, word := range []string{"DeviceManagementApps.ReadWrite.All", "administrator's consent", "Intune licence"} {
		if !strings.Contains(e.Hint(), word) {
			t.Errorf("%q is not in %q", word, e.Hint())
		}
	}
}
