package signin_test

import (
	"encoding/base64"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/graph/signin"
)

func TestTenant(t *testing.T) {
	t.Parallel()
	const guid = "3b1f7c52-8a44-4f0e-9d1b-6c2a5e7f1a01"
	payload := func(json string) string { return "e30." + base64.RawURLEncoding.EncodeToString([]byte(json)) + ".c2ln" }
	for token, want := range map[string]string{
		payload(`{"aud":"https://graph.microsoft.com","tid":"` + guid + `"}`): guid,
		payload(`{"tid":"a\nb"}`): "",
		payload(`{"tid":7}`):      "",
		payload(`{}`):             "",
		payload(`no JSON`):        "",
		"e30.%%%.c2ln":            "",
		"EwB4A8l6BAAU":            "",
		"":                        "",
	} {
		if got := signin.Tenant(token); got != want {
			t.Errorf("Tenant(%q) = %q, want %q", token, got, want)
		}
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	payload := func(json string) string { return "e30." + base64.RawURLEncoding.EncodeToString([]byte(json)) + ".c2ln" }
	full := signin.Claims{Tenant: "t", App: "a", AppName: "Status Sync ü", Audience: "https://graph.microsoft.com",
		Roles: []string{"DeviceManagementApps.ReadWrite.All", "User.Read.All"}, NotBefore: time.Unix(1795529280, 0),
		Expires: time.Unix(1795532880, 0)}
	for token, want := range map[string]signin.Claims{
		payload(`{"tid":"t","appid":"a","app_displayname":"Status Sync ü","aud":"https://graph.microsoft.com",` +
			`"nbf":1795529280,"exp":1795532880,"roles":["DeviceManagementApps.ReadWrite.All","User.Read.All"]}`): full,
		payload(`{"azp":"a","scp":"User.Read  openid"}`): {
			App: "a", Scopes: []string{"User.Read", "openid"}},
		payload(`{"tid":"t","aud":["x"],"roles":7,"exp":"soon"}`):         {Tenant: "t"},
		payload(`{"tid":"t","app_displayname":"a\u001b[2J"}`):             {Tenant: "t"},
		payload(`{"tid":"t","appid":"` + strings.Repeat("x", 300) + `"}`): {Tenant: "t"},
		payload(`{"tid":"t"`):                                            {},
		payload(`{"tid":"t"}`) + "." + payload(`1`):                      {},
		payload(`{"tid":"t","x":"` + strings.Repeat("x", 64<<10) + `"}`): {},
		"opaque": {},
	} {
		if got := signin.Describe(token); !reflect.DeepEqual(got, want) {
			t.Errorf("%.60s: %+v, want %+v", token, got, want)
		}
	}
	many := signin.Describe(payload(`{"roles":["r"` + strings.Repeat(`,"r"`, 1000) + `]}`))
	if len(many.Roles) != 200 {
		t.Errorf("%d roles", len(many.Roles))
	}
}
