package simulator

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// maxIssued bounds the tokens that are remembered: beyond it those that are over are dropped.
const maxIssued = 1000

// issued is what is known of a token.
type issued struct {
	app      *App
	resource string
	expires  time.Time
	demand   int64 // that it was asked for with; 0: none, never: there is nothing to ask
	revoked  bool
}

// never is the demand of a managed identity: those are not evaluated continuously.
const never = -1

// A book holds the tokens that were issued.
type book struct {
	key    []byte // signs them
	tokens map[string]*issued
	log    []string // the first tokens, in their order
	demand int64    // what a token must have been asked for with, in seconds since 1970; 0: nothing
}

func newBook() book {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // does not fail
	return book{key: key, tokens: make(map[string]*issued)}
}

// issue makes a token for an application, with the claims that Entra ID puts in.
func (b *book) issue(l *Login, app *App, resource string, demand int64) (string, *issued) {
	now := time.Now().Truncate(time.Second)
	t := &issued{app: app, resource: resource, expires: now.Add(l.Lifetime), demand: demand}
	tenant := l.Tenants[0]
	text := b.sign(map[string]any{
		"aud": resource, "iss": "https://sts.windows.net/" + tenant + "/", "tid": tenant, "ver": "1.0", "idtyp": "app",
		"appid": app.ID, "app_displayname": "simulated", "roles": app.Roles,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": t.expires.Unix(), "uti": newID(),
	})
	if len(b.tokens) >= maxIssued {
		maps.DeleteFunc(b.tokens, func(_ string, t *issued) bool { return !now.Before(t.expires) })
	}
	b.tokens[text] = t
	if len(b.log) < maxIssued {
		b.log = append(b.log, text)
	}
	return text, t
}

func (b *book) sign(claims any) string {
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"typ":"JWT","alg":"HS256"}`)) + "." + encode(must(json.Marshal(claims)))
	mac := hmac.New(sha256.New, b.key)
	mac.Write([]byte(text))
	return text + "." + encode(mac.Sum(nil))
}

// A denial is an answer 401 or 403 to a token.
type denial struct {
	problem
	challenge []string // WWW-Authenticate; nil: the usual one
}

// check returns what is wrong with a token, or whose it is.
func (b *book) check(text string, l *Login, write bool) (*App, *denial) {
	t := b.tokens[text]
	switch {
	case t == nil || t.revoked:
		return nil, unauthorized(noToken)
	case !time.Now().Before(t.expires):
		return nil, unauthorized("Lifetime validation failed, the token is expired.")
	case t.resource != l.Resource:
		return nil, unauthorized(fmt.Sprintf("Access token validation failure. Invalid audience %.80q.", t.resource))
	case t.demand != b.demand && t.demand != never:
		d := unauthorized("The token was issued before a revocation; the claims say what to ask for.")
		d.challenge = []string{b.challenge(l.Bare)}
		return nil, d
	case !t.app.may(write):
		const message = "The application lacks the permission " + RoleWrite + "."
		return t.app, &denial{problem: problem{http.StatusForbidden, "", message}}
	}
	return t.app, nil
}

const noToken = "The access token is missing or not accepted."

func unauthorized(message string) *denial {
	return &denial{problem: problem{http.StatusUnauthorized, "", message}}
}

// challenge returns the header that asks for a token with the demanded claims.
func (b *book) challenge(bare bool) string {
	claims := base64.StdEncoding.EncodeToString(fmt.Appendf(nil,
		`{"access_token":{"nbf":{"essential":true,"value":"%d"}}}`, b.demand))
	form := `Bearer realm="", authorization_uri="https://%s/common/oauth2/authorize", client_id="%s", ` +
		`error="insufficient_claims", claims="%s"`
	if bare {
		form = `Bearer authorization_uri=https://%s/common/oauth2/authorize, client_id=%s, ` +
			`error=insufficient_claims, claims=%s`
	}
	const host, graph = "login.microsoftonline.com", "00000003-0000-0000-c000-000000000000"
	return fmt.Sprintf(form, host, graph, claims)
}

// demanded reads what a token request demands by its claims parameter.
func demanded(claims string) int64 {
	var c struct {
		Token struct {
			NotBefore struct{ Value string } `json:"nbf"`
		} `json:"access_token"`
	}
	if json.Unmarshal([]byte(claims), &c) != nil {
		return 0
	}
	n, _ := strconv.ParseInt(c.Token.NotBefore.Value, 10, 64) // 0 satisfies nobody
	return max(0, n)
}

// Challenge begins a continuous access evaluation: from the next request on the Graph side answers every token with 401
// and the claims to ask a new one with, until one comes that was asked for with them; managed identities alone go on. A
// second call makes new claims.
func (s *Server) Challenge() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.book.demand = max(s.book.demand+1, time.Now().Unix())
}

// Revoke makes the Graph side refuse all tokens issued so far, with a plain 401.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.book.tokens {
		t.revoked = true
	}
}

// IssuedTokens returns the first 1,000 tokens that were issued, so that a test can search for them where none must be.
func (s *Server) IssuedTokens() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.book.log...)
}
