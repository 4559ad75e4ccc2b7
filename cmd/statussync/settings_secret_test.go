package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/statussync/statussync/sync/graph/signin"
)

// TestNoSecretInErrors sets values that may hold a secret and are wrong.
func TestNoSecretInErrors(t *testing.T) {
	t.Parallel()
	const hint = "it looks like https://graph.microsoft.com/beta"
	_, err := load(t, nil, "run", "--base-url", "https://me:hunter2@example.com/beta")
	wantUsage(t, err, "--base-url must not hold a user name or password", hint)
	for _, tail := range []string{"?sig=hunter2", "?hunter2", "#hunter2", "/?a=b&c=hunter2"} {
		_, err = load(t, nil, "run", "--base-url", "https://example.com/beta"+tail)
		wantUsage(t, err, "--base-url must not have a query or fragment", hint)
	}
	_, err = load(t, map[string]string{"STATUSSYNC_BASE_URL": "ftp://me:hunter2@example.com"}, "run")
	wantUsage(t, err, "STATUSSYNC_BASE_URL must begin with https://", hint)
	_, err = load(t, map[string]string{"STATUSSYNC_TOKEN": "two words"}, "run")
	wantUsage(t, err, "STATUSSYNC_TOKEN must be one word of ASCII characters", "")
	for _, tokens := range []string{"hunter2,", "hunter2 x", "hunter2,,x", "hunter2,\u00e9"} {
		_, err = load(t, nil, "run", "--accept", tokens)
		wantUsage(t, err, "--accept must be words of ASCII characters with one comma between them", "")
	}
	for text, excerpt := range map[string]string{
		"graph:\n  base_url: https://me:hunter2@a.com/beta\n":  "    2 |   base_url: https://[redacted]@a.com/beta\n",
		"graph:\n  base_url: https://a.com/beta?sig=hunter2\n": "    2 |   base_url: https://a.com/beta?[redacted]\n",
		"graph:\n  base_url: 'https://a.com/#hunter2'\n":       "    2 |   base_url: 'https://a.com/#[redacted]'\n",
		"auth:\n  Token: hunter2\n":                            "    2 |   Token: [redacted]\n",
		"auth: {token: hunter2, token_file: hunter2}\n":        "    1 | auth: {token: [redacted]\n",
		"auth:\n  client_secret: hunter2\n":                    "    2 |   client_secret: [redacted]\n",
		"auth:\n  token_file: \"hunter2\n":                     "    2 |   token_file: [redacted]\n",
	} {
		_, err := load(t, nil, "run", "--config", file(t, text))
		if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), excerpt) {
			t.Errorf("%q gives %v", text, err)
		}
	}
}

func TestTokenComesFromOnePlace(t *testing.T) {
	t.Parallel()
	name := file(t, "auth:\n  token_file: from-file\n")
	token := map[string]string{"STATUSSYNC_TOKEN": " secret\n"}
	if s := mustLoad(t, token, "run"); s.Token.Reveal() != "secret" || s.TokenFile != "" {
		t.Errorf("variable alone: %q %q", s.Token.Reveal(), s.TokenFile)
	}
	if s := mustLoad(t, token, "run", "--config", name); s.Token.Reveal() != "secret" || s.TokenFile != "" {
		t.Errorf("variable over file: %q %q", s.Token.Reveal(), s.TokenFile)
	}
	if s := mustLoad(t, token, "run", "--token-file", "from-flag"); s.Token.Reveal() != "" || s.TokenFile != "from-flag" {
		t.Errorf("flag over variable: %q %q", s.Token.Reveal(), s.TokenFile)
	}
	_, err := load(t, map[string]string{"STATUSSYNC_TOKEN": "secret", "STATUSSYNC_TOKEN_FILE": "from-env"}, "run")
	wantUsage(t, err, "STATUSSYNC_TOKEN and STATUSSYNC_TOKEN_FILE are both set", "unset one of them")
}

func TestSecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, map[string]string{"STATUSSYNC_TOKEN": "hunter2"}, "run")
	for _, verb := range []string{"%v", "%+v", "%s", "%#v", "%q", "%x"} {
		if text := fmt.Sprintf(verb, s.Token) + fmt.Sprintf(verb, s) + s.yaml(); strings.Contains(text, "hunter2") ||
			strings.Contains(text, fmt.Sprintf("%x", "hunter2")) {
			t.Errorf("%s prints %s", verb, text)
		}
	}
	if text, err := s.Token.MarshalText(); string(text) != signin.Mask || err != nil {
		t.Errorf("marshals to %q, %v", text, err)
	}
}
