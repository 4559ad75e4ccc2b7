package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/statussync/statussync/sync/run"
)

const (
	ours   = "0f5f9c3e-7d55-4a4e-9d0a-3a1f5b6c7d8e"
	theirs = "1a2b3c4d-7d55-4a4e-9d0a-3a1f5b6c7d8e"
)

// tokenFor returns a token that says it is for the tenant.
func tokenFor(tenant string) string {
	claims := base64.RawURLEncoding.EncodeToString([]byte(`{"tid":"` + tenant + `"}`))
	return "e30." + claims + ".c2lnbmF0dXJl"
}

func TestTenant(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ setting, token, want string }{
		{"", tokenFor(ours), ours},
		{strings.ToUpper(ours), tokenFor(ours), strings.ToUpper(ours)},
		{"contoso.example", tokenFor(theirs), "contoso.example"},
		{ours, "opaque", ours},
		{"", "opaque", ""},
	} {
		s := mustLoad(t, map[string]string{tokenVariable: test.token}, "run", "--tenant", test.setting)
		o, done, err := options(t.Context(), s, []string{"u.csv"}, streams{}, zap.NewNop())
		if err != nil {
			t.Fatal(err)
		}
		done()
		if o.Tenant != test.want {
			t.Errorf("%s beside %s: got %q", test.setting, test.token, o.Tenant)
		}
	}
}

func TestTokenOfAnotherTenant(t *testing.T) {
	t.Parallel()
	hint := "give the token of that tenant, or leave the tenant out: the token says it"
	refused := func(s *Settings, text string) {
		t.Helper()
		_, _, err := options(t.Context(), s, []string{"u.csv"}, streams{}, zap.NewNop())
		wantUsage(t, err, text, hint)
	}
	refused(mustLoad(t, map[string]string{tokenVariable: tokenFor(theirs)}, "run", "--tenant", ours),
		"--tenant is "+ours+", but the token is for the tenant "+theirs)
	name := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(name, []byte(tokenFor(theirs)), 0o600); err != nil {
		t.Fatal(err)
	}
	s := mustLoad(t, map[string]string{"STATUSSYNC_TENANT": ours}, "run", "--token-file", name)
	refused(s, "STATUSSYNC_TENANT is "+ours+", but the token is for the tenant "+theirs)
	if _, err := planOptions(t.Context(), s, []string{"u.csv"}, streams{}, zap.NewNop()); err != nil {
		t.Errorf("a plan needs no token: %v", err)
	}
}

// TestTokenIsReadOnce has a token file about which there is something to say, and a tenant that only the token knows.
func TestTokenIsReadOnce(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(name, []byte(tokenFor(ours)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, 0o644); err != nil {
		t.Fatal(err)
	}
	s := mustLoad(t, nil, "run", "--skip-unchanged", "--token-file", name)
	var log bytes.Buffer
	o, _, err := options(t.Context(), s, []string{"u.csv"}, streams{}, newLogger(s, &log))
	if err != nil || o.Tenant != ours {
		t.Errorf("tenant %q, %v", o.Tenant, err)
	}
	if n := strings.Count(log.String(), `"warn"`); n != 1 {
		t.Errorf("%d warnings:\n%s", n, &log)
	}
	p, err := planOptions(t.Context(), s, []string{"u.csv"}, streams{}, zap.NewNop())
	if err != nil || p.Tenant != ours {
		t.Errorf("plan: tenant %q, %v", p.Tenant, err)
	}
}

// TestSignalBeforeTheToken ends the context first: the signal is the reason, not the token.
func TestSignalBeforeTheToken(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(run.Signal(15))
	s := mustLoad(t, map[string]string{tokenVariable: "opaque"}, "run")
	if _, _, err := options(ctx, s, []string{"u.csv"}, streams{}, zap.NewNop()); !errors.Is(err, run.Signal(15)) {
		t.Errorf("got %v", err)
	}
}
