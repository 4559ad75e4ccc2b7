package signin

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode"
)

// Claims are what a token says of itself. Nobody has verified them, and formally a token for Graph is opaque to its
// bearer: they may explain, and must not decide about access.
type Claims struct {
	Tenant, App, AppName string
	Audience             string
	Roles                []string // permissions of an application
	Scopes               []string // permissions on behalf of a user
	NotBefore, Expires   time.Time
}

const (
	maxClaim  = 256 // bytes of one
	maxClaims = 200 // roles or scopes
)

// Describe returns what the token says of itself, which is nothing if it is not a JSON Web Token.
func Describe(token string) Claims {
	var said struct {
		Tenant    string   `json:"tid"`
		App       string   `json:"appid"`
		Azp       string   `json:"azp"` // the application in a token of version 2
		AppName   string   `json:"app_displayname"`
		Audience  string   `json:"aud"`
		Roles     []string `json:"roles"`
		Scopes    string   `json:"scp"`
		NotBefore int64    `json:"nbf"`
		Expires   int64    `json:"exp"`
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > maxToken {
		return Claims{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return Claims{}
	}
	err = json.Unmarshal(payload, &said)
	if _, odd := errors.AsType[*json.UnmarshalTypeError](err); err != nil && !odd { // the other claims are read then
		return Claims{}
	}
	if said.App == "" {
		said.App = said.Azp
	}
	return Claims{
		Tenant: printable(said.Tenant), App: printable(said.App), AppName: printable(said.AppName),
		Audience: printable(said.Audience), Roles: words(said.Roles), Scopes: words(strings.Fields(said.Scopes)),
		NotBefore: moment(said.NotBefore), Expires: moment(said.Expires),
	}
}

// moment returns seconds since 1970 as a time; zero if there are none.
func moment(seconds int64) time.Time {
	if seconds <= 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}

// Tenant returns the tenant that a token says it is for, or "" if it says none. It may name a target and must not
// decide about access.
func Tenant(token string) string {
	if tenant := Describe(token).Tenant; plain([]byte(tenant)) {
		return tenant
	}
	return ""
}

// printable returns text, or "" if it is too long or holds what no line of text does.
func printable(text string) string {
	if len(text) > maxClaim || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return ""
	}
	return text
}

func words(all []string) (kept []string) {
	for _, text := range all[:min(len(all), maxClaims)] {
		if text = printable(text); text != "" {
			kept = append(kept, text)
		}
	}
	return kept
}
