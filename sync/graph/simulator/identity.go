package simulator

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// IdentityURL returns what IDENTITY_ENDPOINT has to be, or "" while nothing listens.
func (s *Server) IdentityURL() string {
	root := s.URL()
	if root == "" {
		return ""
	}
	return root + identityPath
}

// serveIdentity answers the machine's own request for a token, in the form of App Service.
func (s *Server) serveIdentity(w http.ResponseWriter, r *http.Request) {
	l, query := s.cfg.Login, r.URL.Query()
	v := &visit{grant: GrantIdentity, app: &l.Apps[0], resource: query.Get("resource"), demand: never}
	no := func(status int, message string) {
		v.refusal = &refusal{status: status, text: message}
	}
	switch {
	case r.Header.Get("X-Identity-Header") != l.Identity:
		no(http.StatusUnauthorized, "The identity header is not the one of this machine.")
	case query.Get("client_id") != "" && query.Get("client_id") != v.app.ID:
		no(http.StatusBadRequest, "No such user-assigned identity.")
	case v.resource == "" || query.Get("api-version") == "":
		no(http.StatusBadRequest, "The resource or the api-version is missing.")
	}
	s.visit(w, r, v, v.app.ID, func() (int, []byte) {
		if v.refusal != nil {
			return v.refusal.status, must(json.Marshal(map[string]any{
				"statusCode": v.refusal.status, "message": v.refusal.text,
			}))
		}
		return http.StatusOK, must(json.Marshal(map[string]string{
			"access_token": v.token, "expires_on": strconv.FormatInt(v.issued.expires.Unix(), 10),
			"resource": v.resource, "token_type": "Bearer", "client_id": v.app.ID,
		}))
	})
}
