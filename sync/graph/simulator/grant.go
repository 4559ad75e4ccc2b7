package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Grant is the way in which somebody asks for a token.
type Grant string

// The grants; "" is a request that shows none of them.
const (
	GrantSecret      Grant = "secret"
	GrantCertificate Grant = "certificate"
	GrantFederation  Grant = "federation"
	GrantIdentity    Grant = "managed-identity"
)

const (
	maxForm       = 256 << 10 // bytes of a token request
	jwtBearer     = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	defaultSuffix = "/.default"
	configuration = "/v2.0/.well-known/openid-configuration"
	tokenPath     = "/oauth2/v2.0/token"
	identityPath  = "/identity/token"
)

// A visit is one request for a token.
type visit struct {
	root        string // the sign-in service's address
	correlation string
	grant       Grant
	app         *App
	resource    string
	demand      int64
	fault       *Fault

	refusal *refusal
	token   string
	issued  *issued
}

// ServeLogin answers one request to the login endpoints. Without [Config].Login there is nothing but 404.
func (s *Server) ServeLogin(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Login == nil {
		http.NotFound(w, r)
		return
	}
	tenant, after, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	root := "https://" + r.Host
	switch after = "/" + after; {
	case after == configuration && r.Method == http.MethodGet:
		s.discover(w, r, root, tenant)
	case after == tokenPath && r.Method == http.MethodPost:
		s.serveToken(w, r, &visit{root: root, correlation: correlation(r)}, tenant)
	default:
		http.NotFound(w, r)
	}
}

// correlation returns the client's id of a request, or a new one.
func correlation(r *http.Request) string {
	if id := r.Header.Get("Client-Request-Id"); id != "" && len(id) <= maxCorrelation {
		return id
	}
	return newID()
}

func (s *Server) discover(w http.ResponseWriter, r *http.Request, root, tenant string) {
	s.mu.Lock()
	s.visits.Discoveries++
	s.mu.Unlock()
	if !s.cfg.Login.knows(tenant) {
		no := refuse(90002, tenant)
		send(w, no.status, no.body(root, correlation(r)))
		return
	}
	base := root + "/" + tenant
	send(w, http.StatusOK, must(json.Marshal(map[string]any{
		"issuer":                                root + "/" + s.cfg.Login.Tenants[0] + "/v2.0",
		"authorization_endpoint":                base + "/oauth2/v2.0/authorize",
		"token_endpoint":                        base + tokenPath,
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt"},
	})))
}

func (l *Login) knows(tenant string) bool {
	return slices.ContainsFunc(l.Tenants, func(name string) bool { return strings.EqualFold(name, tenant) })
}

// serveToken answers a token request.
func (s *Server) serveToken(w http.ResponseWriter, r *http.Request, v *visit, tenant string) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return
	}
	v.refusal = v.read(s.cfg.Login, r, tenant)
	s.visit(w, r, v, r.PostForm.Get("client_id"), func() (int, []byte) {
		if v.refusal != nil {
			return v.refusal.status, v.refusal.body(v.root, v.correlation)
		}
		seconds := int64(s.cfg.Login.Lifetime / time.Second)
		return http.StatusOK, must(json.Marshal(map[string]any{
			"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": v.token,
		}))
	})
}

// read finds out who asks for what. The checks have the order in which people meet their mistakes.
func (v *visit) read(l *Login, r *http.Request, tenant string) *refusal {
	form := r.PostForm
	v.demand = demanded(form.Get("claims"))
	assertion, parsed := parseAssertion(form.Get("client_assertion"))
	own := parsed && strings.EqualFold(assertion.claims.Issuer, form.Get("client_id"))
	switch {
	case form.Has("client_secret"):
		v.grant = GrantSecret
	case own:
		v.grant = GrantCertificate
	case form.Has("client_assertion"):
		v.grant = GrantFederation
	}
	if !l.knows(tenant) {
		return refuse(90002, tenant)
	}
	for _, name := range []string{"grant_type", "client_id", "scope"} {
		if form.Get(name) == "" {
			return refuse(900144, name)
		}
	}
	v.app = l.app(form.Get("client_id"))
	var ok bool
	v.resource, ok = resource(form.Get("scope"))
	switch {
	case form.Get("grant_type") != "client_credentials":
		return refuse(70003, form.Get("grant_type"))
	case v.app == nil:
		return refuse(700016, form.Get("client_id"), l.Tenants[0])
	case !ok:
		return refuse(70011, form.Get("scope"))
	case v.grant == GrantSecret:
		return v.app.bySecret(form.Get("client_secret"))
	case form.Get("client_assertion_type") != jwtBearer:
		return refuse(7000216)
	case !parsed:
		return refuse(50027)
	case own:
		return assertion.byCertificate(v.app, l, v.root)
	}
	return assertion.byFederation(v.app)
}

// resource returns the one that a scope is of, beside the words that say what else a client would like.
func resource(scope string) (string, bool) {
	var words []string
	for word := range strings.FieldsSeq(scope) {
		if !slices.Contains([]string{"openid", "profile", "offline_access", "email"}, word) {
			words = append(words, word)
		}
	}
	if len(words) != 1 {
		return "", false
	}
	name, ok := strings.CutSuffix(words[0], defaultSuffix)
	return name, ok && name != ""
}

func (a *App) bySecret(secret string) *refusal {
	switch {
	case slices.Contains(a.Secrets, secret):
		return nil
	case slices.Contains(a.Expired, secret):
		return refuse(7000222, a.ID)
	}
	return refuse(7000215, a.ID)
}

func send(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h["Content-Type"] = []string{"application/json; charset=utf-8"}
	h["Cache-Control"] = []string{"no-store, no-cache"}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body) // an error means that the client has gone
}
