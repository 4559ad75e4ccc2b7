package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/graph/signin"
)

// saying returns a token that says so of itself.
func saying(format string, args ...any) string {
	claims := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, format, args...))
	return "e30." + claims + ".canary-signature"
}

// examined returns what the doctor prints and how it leaves, with a Graph that answers by h. The token never comes out.
func examined(t *testing.T, token string, h http.HandlerFunc, args ...string) (string, int) {
	t.Helper()
	graph := httptest.NewServer(h)
	defer graph.Close()
	args = append([]string{"run", "--base-url", graph.URL + "/beta"}, args...)
	var out bytes.Buffer
	d := doctor{settings: mustLoad(t, map[string]string{tokenVariable: token}, args...), app: nobodysApp, out: &out}
	d.examine(t.Context())
	if strings.Contains(out.String(), "canary") {
		t.Errorf("a secret is in\n%s", &out)
	}
	return out.String(), d.exit
}

// clockAt answers as a Graph whose clock is off by skew.
func clockAt(skew time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			w.WriteHeader(http.StatusInternalServerError)
		}
		w.Header().Set("Date", time.Now().Add(skew).UTC().Format(http.TimeFormat))
		fmt.Fprint(w, `{"value":[]}`)
	}
}

// wantLines fails unless each of the lines has its words in a line of the text that begins so: "wrong clock: 10m".
func wantLines(t *testing.T, name, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		head, words, _ := strings.Cut(line, ": ")
		state, what, _ := strings.Cut(head, " ")
		found := false
		for _, got := range strings.Split(text, "\n") {
			found = found || strings.HasPrefix(got, fmt.Sprintf("%-6s %-14s ", state, what)) && strings.Contains(got, words)
		}
		if !found {
			t.Errorf("%s: no line %q in\n%s", name, line, text)
		}
	}
}

// TestDoctorReadsTheToken has tokens with something wrong, and some that say little.
func TestDoctorReadsTheToken(t *testing.T) {
	t.Parallel()
	const all = `"roles":["User.Read.All","` + writePermission + `"]`
	in := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	for name, tt := range map[string]struct {
		token string
		args  []string
		exit  int
		lines []string
	}{
		"well": {saying(`{"tid":%q,"appid":"a","app_displayname":"sync",`+all+`,"nbf":%d,"exp":%d}`, ours, in(-time.Hour),
			in(time.Hour)), []string{"--tenant", strings.ToUpper(ours)}, 0,
			[]string{"ok sign-in: tenant " + ours + ", app sync, for another ", "ok permission: User.Read.All, Dev"}},
		"ended": {saying(`{"tid":%q,"appid":"a",`+all+`,"exp":%d}`, ours, in(-90*time.Minute)), nil, 6,
			[]string{"wrong sign-in: app a, but the token ended 1h30m"}},
		"not yet": {saying(`{"tid":%q,`+all+`,"nbf":%d,"exp":%d}`, ours, in(2*time.Hour+30*time.Second),
			in(3*time.Hour)), nil, 6,
			[]string{"wrong sign-in: but the token is not valid for another 2h0m"}},
		"begins now": {saying(`{"tid":%q,`+all+`,"nbf":%d,"exp":%d}`, ours, in(time.Minute), in(3*time.Hour)), nil, 0, nil},
		"no permission": {saying(`{"tid":%q,"roles":["User.Read.All"]}`, ours), nil, 6,
			[]string{"wrong permission: the token has User.Read.All"}},
		"none at all": {saying(`{"appid":"a"}`), nil, 6,
			[]string{"ok sign-in: app a", "wrong permission: the token has none at all"}},
		"opaque": {"canary-that-says-nothing", nil, 0, []string{"ok sign-in: a token that says nothing", "ok route: served"}},
		"no app": {saying(`{"tid":%q,`+all+`,"exp":%d}`, ours, in(time.Hour)), nil, 0,
			[]string{"ok sign-in: tenant " + ours + ", for another "}},
		"another tenant": {saying(`{"tid":%q,`+all+`}`, theirs), []string{"--tenant", ours}, 2,
			[]string{"wrong tenant: --tenant is " + ours + ", but the token is for the tenant " + theirs}},
	} {
		text, exit := examined(t, tt.token, clockAt(0), tt.args...)
		wantLines(t, name, text, tt.lines...)
		if exit != tt.exit || (exit != 0) != strings.Contains(text, "hint: ") {
			t.Errorf("%s: leaves with %d after\n%s", name, exit, text)
		}
	}
}

// TestDoctorComparesTheAudience with the Graph that is asked, unless a scope says otherwise.
func TestDoctorComparesTheAudience(t *testing.T) {
	t.Parallel()
	const gov = "https://graph.microsoft.us"
	for name, tt := range map[string]struct {
		audience, root, scope string
		wrong                 bool
	}{
		"the same":      {gov + "/", gov + "/beta", "", false},
		"by its id":     {graphApp, gov + "/beta", "", false},
		"says none":     {"", gov + "/beta", "", false},
		"another cloud": {"https://graph.microsoft.com", gov + "/beta", "", true},
		"another api":   {"https://management.core.windows.net/", gov + "/v1.0", "", true},
		"another id":    {ours, gov + "/beta", "", true},
		"unknown root":  {"https://graph.microsoft.com", "https://graph.example/beta", "", false},
		"own scope":     {"api://x", gov + "/beta", "api://x/.default", false},
		"its id":        {ours, gov + "/beta", "api://x/.default", false},
		"another scope": {"https://graph.microsoft.com", gov + "/beta", "api://x/.default", true},
	} {
		var out bytes.Buffer
		env := map[string]string{"STATUSSYNC_SCOPE": tt.scope}
		d := doctor{out: &out, settings: mustLoad(t, env, "run", "--base-url", tt.root)}
		d.purpose(signin.Claims{Audience: tt.audience})
		if wrong := strings.Contains(out.String(), "wrong  audience "); wrong != tt.wrong || wrong != (d.exit == 6) {
			t.Errorf("%s: leaves with %d after\n%s", name, d.exit, &out)
		}
	}
}

func TestDoctorReadsTheClock(t *testing.T) {
	t.Parallel()
	for skew, want := range map[time.Duration]string{
		0: "ok clock: within ", 4 * time.Minute: "ok clock: within ",
		10 * time.Minute: "wrong clock: behind Graph's clock", -2 * time.Hour: "wrong clock: ahead of Graph's clock",
	} {
		text, exit := examined(t, "opaque", clockAt(skew))
		wantLines(t, skew.String(), text, want)
		if (exit == 6) != strings.HasPrefix(want, "wrong") {
			t.Errorf("%v: leaves with %d after\n%s", skew, exit, text)
		}
	}
}

// TestDoctorReaches has no Graph there, and what keeps us from it.
func TestDoctorReaches(t *testing.T) {
	t.Parallel()
	strange := httptest.NewUnstartedServer(clockAt(0))
	strange.Config.ErrorLog = log.New(io.Discard, "", 0)
	strange.StartTLS()
	defer strange.Close()
	plain := httptest.NewServer(clockAt(0))
	defer plain.Close()
	for name, tt := range map[string]struct {
		root, hint string
		exit       int
	}{
		"refused":     {"https://127.0.0.1:1/beta", "nobody listens there", 5},
		"no name":     {"https://graph.invalid/beta", "name service", 5},
		"certificate": {strange.URL, "--ca-file", 2},
		"no TLS":      {strings.Replace(plain.URL, "http:", "https:", 1), "does not speak TLS", 5},
	} {
		text, exit := examined(t, "opaque", clockAt(0), "--base-url", tt.root)
		wantLines(t, name, text, "wrong reach: ", ": "+tt.hint)
		if exit != tt.exit || strings.Contains(text, "\nok     route") {
			t.Errorf("%s: leaves with %d after\n%s", name, exit, text)
		}
	}
}

// TestDoctorLooksAtTheFile: everybody's file is wrong, a group's is as Kubernetes mounts it. A run goes on with both.
func TestDoctorLooksAtTheFile(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "token")
	for mode, wrong := range map[os.FileMode]bool{0o440: false, 0o644: true} {
		os.Remove(name)
		if err := os.WriteFile(name, []byte("canary-of-the-file"), 0o600); err != nil {
			t.Fatal(err)
		}
		os.Chmod(name, mode)
		text, exit := examined(t, "", clockAt(0), "--token-file", name)
		if strings.Contains(text, "wrong  file mode ") != wrong || exit != 0 {
			t.Errorf("%o: leaves with %d after\n%s", mode, exit, text)
		}
	}
}

// TestDoctorLeavesAsRun: the same cause, the same status.
func TestDoctorLeavesAsRun(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		args []string
		exit int
		line string
	}{
		"no token file": {[]string{"--token-file", filepath.Join(t.TempDir(), "none")}, 2, "wrong sign-in: no such file"},
		"no tenant": {[]string{"--auth-method", "client-certificate", "--client-id", ours}, 2,
			"wrong configuration: needs auth.tenant"},
	} {
		text, exit := examined(t, "", clockAt(0), tt.args...)
		wantLines(t, name, text, tt.line, ": hint: ")
		if exit != tt.exit {
			t.Errorf("%s: leaves with %d after\n%s", name, exit, text)
		}
	}
}
