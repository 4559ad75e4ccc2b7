package signin_test

import (
	"encoding/base64"
	"testing"

	"github.com/statussync/statussync/sync/graph/signin"
)

func TestTenant(t *testing.T) {
	t.Parallel()
	payload := func(json string) string { return "e30." + base64.RawURLEncoding.EncodeToString([]byte(json)) + ".c2ln" }
	for token, want := range map[string]string{
		payload(`{"aud":"https://graph.microsoft.com","tid":"3b1f7c52-8a44-4f0e-9d1b-6c2a5e7f1a01"}`): "3b1f7c52-8a44-4f0e-9d1b-6c2a5e7f1a01",
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
