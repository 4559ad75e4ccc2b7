package main

import (
	"strings"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/dispatch"
)

// TestCloud chooses a cloud in every layer, beside a base URL or not.
func TestCloud(t *testing.T) {
	t.Parallel()
	const usgov, china = "https://graph.microsoft.us/beta", "https://microsoftgraph.chinacloudapi.cn/beta"
	name := file(t, "graph:\n  cloud: china\n")
	for _, tt := range []struct {
		env        map[string]string
		args       []string
		root, from string
	}{
		{nil, nil, "https://graph.microsoft.com/beta", "default"},
		{nil, []string{"--cloud=usgov"}, usgov, "default of --cloud"},
		{nil, []string{"--config", name}, china, "default of " + name + ":2"},
		{map[string]string{"STATUSSYNC_CLOUD": "usgov"}, []string{"--config", name}, usgov, "default of STATUSSYNC_CLOUD"},
		{map[string]string{"STATUSSYNC_BASE_URL": "https://graph.example/v1.0"}, []string{"--cloud=usgov"}, usgov,
			"default of --cloud"},
		{nil, []string{"--cloud=usgov", "--base-url=https://graph.example/v1.0"}, "https://graph.example/v1.0", "--base-url"},
	} {
		s := mustLoad(t, tt.env, append([]string{"run"}, tt.args...)...)
		if shown := s.yaml(); strings.HasPrefix(tt.root, "https://graph.microsoft.us") &&
			(!strings.Contains(shown, "# of the cloud: https://login.microsoftonline.us\n") ||
				!strings.Contains(shown, "# of the cloud: https://graph.microsoft.us/.default\n")) {
			t.Errorf("%v %v:\n%s", tt.env, tt.args, shown)
		}
		if from := s.origins["graph.base_url"].String(); s.BaseURL != tt.root || from != tt.from {
			t.Errorf("%v %v: %s from %s, want %s from %s", tt.env, tt.args, s.BaseURL, from, tt.root, tt.from)
		}
	}
}

func TestQuotaShare(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--quota-share=100%": "100/20s", "--quota-share=80%": "80/20s", "--quota-share=1%": "100/33m20s",
		"--quota-share=9%": "100/3m42.222222222s",
	} {
		s := mustLoad(t, nil, "run", args)
		if got := s.quota().String(); got != want || s.Rate.String() != "100/20s" {
			t.Errorf("%s: %s of %s, want %s", args, got, s.Rate, want)
		}
	}
	tenth := dispatch.Rate{N: 5, Per: 10 * time.Second}
	if s := mustLoad(t, nil, "run", "--rate=5/1s", "--quota-share=10%"); s.quota() != tenth {
		t.Errorf("a tenth of 5/1s is %s", s.quota())
	}
	if s := mustLoad(t, nil, "run", "--rate=0", "--quota-share=50%"); s.quota().N != 0 {
		t.Errorf("half of no limit is %s", s.quota())
	}
}

// TestClientSecrets has a secret beside the file of one, in every layer.
func TestClientSecrets(t *testing.T) {
	t.Parallel()
	env := map[string]string{secretVariable: "hunter2"}
	if s := mustLoad(t, env, "run", "--client-secret-file=f"); s.ClientSecret.Reveal() != "" || s.ClientSecretFile != "f" {
		t.Error("the flag does not win over the variable")
	}
	name := file(t, "auth:\n  client_secret_file: f\n")
	if s := mustLoad(t, env, "run", "--config", name); s.ClientSecret.Reveal() != "hunter2" || s.ClientSecretFile != "" {
		t.Error("the variable does not win over the file")
	}
	env["STATUSSYNC_CLIENT_SECRET_FILE"] = "f"
	_, err := load(t, env, "run")
	wantUsage(t, err, "STATUSSYNC_CLIENT_SECRET and STATUSSYNC_CLIENT_SECRET_FILE are both set", "unset one of them")
}

// TestCertificatePassword: whatever was typed is the password, and config does not show it.
func TestCertificatePassword(t *testing.T) {
	t.Parallel()
	const typed = " pass wörd\t"
	s := mustLoad(t, map[string]string{passwordVariable: typed}, "run")
	if s.CertificatePassword.Reveal() != typed || strings.Contains(s.yaml(), "wörd") {
		t.Errorf("%q in\n%s", s.CertificatePassword.Reveal(), s.yaml())
	}
}

// TestPushURL lets no password come out.
func TestPushURL(t *testing.T) {
	t.Parallel()
	_, err := load(t, nil, "run", "--push-url=http://me:hunter2@127.0.0.1:9091")
	wantUsage(t, err, "--push-url must hold no user and password", "let a proxy beside the gateway ask for them")
	for _, wrong := range []string{"gateway:9091", "ftp://gateway", "http://", "http://a/?b=c"} {
		_, err := load(t, nil, "run", "--push-url="+wrong)
		wantUsage(t, err, "--push-url must be the address of a Pushgateway", "write it as http://host:9091")
	}
	if s := mustLoad(t, nil, "run", "--push-url=https://gateway:9091"); s.PushURL != "https://gateway:9091" {
		t.Errorf("got %s", s.PushURL)
	}
}
