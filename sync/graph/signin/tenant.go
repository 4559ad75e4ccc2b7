package signin

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// Tenant returns the tenant that a token says it is for (its claim tid), or "" if it says none. Formally a token for
// Graph is opaque to its bearer, so this may name a target and must not decide about access.
func Tenant(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return ""
	}
	var claims struct {
		Tenant string `json:"tid"`
	}
	if json.Unmarshal(payload, &claims) != nil || !plain([]byte(claims.Tenant)) {
		return ""
	}
	return claims.Tenant
}
