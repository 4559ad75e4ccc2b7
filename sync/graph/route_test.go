package graph

import (
	"errors"
	"strings"
	"testing"
)

func TestCheckBaseURL(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		DefaultBaseURL, "https://graph.microsoft.us/beta/", "HTTPS://h", "https://h:8443/v1.0", "https://[::1]:1/x",
		"https://h/a%20b",
		"http://localhost:8080", "http://127.0.0.1/beta", "http://127.9.9.9", "http://[::1]:9/beta",
	} {
		if err := CheckBaseURL(s); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range []string{
		"", "graph.microsoft.com/beta", "ftp://h", "https:", "https://", "https:///beta", "https:h", "//h/beta",
		"https://:443",
		"https://h:", "https://h:0", "https://h:65536", "https://h:x", "https://secret@h", "https://u:secret@h/",
		"https://u:sec/ret@h",
		"https://h?secret", "https://h/?", "https://h#secret", "https://h/#", "https://h/a/../b", "https://h/.",
		"https://h/%2e%2e/b",
		"https://h/%zz", "https://h\n", "http://graph.microsoft.com", "http://10.0.0.1", "http://localhost.example.com",
		"http://127.0.0.1.nip.io", "http://0.0.0.0", "http://[::]",
	} {
		err := CheckBaseURL(s)
		var e *SettingError
		if !errors.As(err, &e) || e.Hint() == "" {
			t.Errorf("%q: error %v", s, err)
			continue
		}
		if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "sec/ret") {
			t.Errorf("%q is quoted: %v", s, err)
		}
	}
}

func TestCheckPath(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		DefaultPath, DefaultPath + "/{id}", "/{mobileAppId}", "/{mobileAppId}/{id}",
		"/a/{mobileAppId}/b/{id}/microsoft.graph.x",
	} {
		if err := CheckPath(s); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range []string{
		"", "/", "{mobileAppId}", "/a", "/a/{id}", "/{id}/{mobileAppId}", "/{mobileAppId}/{mobileAppId}",
		"/{mobileAppId}/{id}/{id}",
		"/{mobileAppId}/", "//{mobileAppId}", "/./{mobileAppId}", "/../{mobileAppId}", "/x{mobileAppId}",
		"/{mobileAppId}/{id}x",
		"/{mobileappid}", "/{mobileAppId}/{other}", "/{mobileAppId}?x", "/{mobileAppId}/a#b",
		"/{mobileAppId}/a%2fb", "/{mobileAppId}/a b",
		"/{mobileAppId}/a\nb", "/{mobileAppId}/é", "https://h/{mobileAppId}",
	} {
		var e *SettingError
		if err := CheckPath(s); !errors.As(err, &e) {
			t.Errorf("%q: error %v", s, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	source := tokenFunc(staticToken)
	for name, cfg := range map[string]Config{
		"no tokens": {}, "base": {BaseURL: "http://h", Tokens: source}, "path": {Path: "x", Tokens: source},
	} {
		var e *SettingError
		if _, err := New(cfg); !errors.As(err, &e) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if c, err := New(Config{Tokens: source}); err != nil || c.route.base.Host != "graph.microsoft.com" {
		t.Errorf("the defaults: %v", err)
	}
}
