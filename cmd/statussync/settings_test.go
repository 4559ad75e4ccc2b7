package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph/signin"
)

// load calls a command that takes all settings, and returns what it loads.
func load(t *testing.T, env map[string]string, args ...string) (*Settings, error) {
	t.Helper()
	root := &cobra.Command{
		Use: "statussync", SilenceErrors: true, SilenceUsage: true, Args: knownCommand,
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	addSettings(root, common)
	root.SetFlagErrorFunc(flagError)
	var s *Settings
	cmd := &cobra.Command{Use: "run", RunE: func(cmd *cobra.Command, _ []string) (err error) {
		s, err = loadSettings(cmd, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
		return err
	}}
	addSettings(cmd, reading, deciding, sparing, target, rehearsing, signing, asking, sending, pruning,
		keeping, showing, following, watching, saving, serving)
	root.AddCommand(cmd)
	root.SetArgs(args)
	err := root.Execute()
	return s, err
}

func mustLoad(t *testing.T, env map[string]string, args ...string) *Settings {
	t.Helper()
	s, err := load(t, env, args...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// file writes a configuration file and returns its name.
func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// wantUsage checks that err is a *usageError with exactly this sentence and hint.
func wantUsage(t *testing.T, err error, text, hint string) {
	t.Helper()
	usage, ok := errors.AsType[*usageError](err)
	if !ok {
		t.Fatalf("got error %v, want a usage error", err)
	}
	if usage.text != text || usage.hint != hint {
		t.Errorf("got  %s\n     %s\nwant %s\n     %s", usage.text, usage.hint, text, hint)
	}
	if usage.ExitStatus() != 2 {
		t.Errorf("exit status %d", usage.ExitStatus())
	}
}

func TestTableIsWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for i := range table {
		st := &table[i]
		for _, name := range []string{st.flag, st.key, st.variable()} {
			if other, twice := seen[name]; twice && name != "" {
				t.Errorf("%s and %s are both called %s", other, st.name(), name)
			}
			seen[name] = st.name()
		}
		if st.flag != "" && st.flag != "config" && (st.key == "" || st.variable() == "") {
			t.Errorf("--%s lacks a key or a variable", st.flag)
		}
		if st.key != "" && strings.Count(st.key, ".") != 1 {
			t.Errorf("%s must be a section and a name", st.key)
		}
	}
	places := map[uintptr]string{}
	s := new(Settings)
	for i := range table {
		at := reflect.ValueOf(table[i].bind(s)).FieldByName("at").Pointer()
		if other, twice := places[at]; twice {
			t.Errorf("%s and %s share a field", other, table[i].name())
		}
		places[at] = table[i].name()
	}
	for _, part := range []reflect.Value{reflect.ValueOf(s).Elem(), reflect.ValueOf(&s.Serve).Elem()} {
		for i := range part.NumField() {
			field := part.Type().Field(i)
			if field.IsExported() && field.Type != reflect.TypeFor[Serve]() && places[part.Field(i).Addr().Pointer()] == "" {
				t.Errorf("no line of the table fills %s.%s", part.Type(), field.Name)
			}
		}
	}
}

func TestLayers(t *testing.T) {
	t.Parallel()
	name := file(t, "send:\n  rate: 4/1s\n  attempts: 4\n  concurrency: 4\n")
	s := mustLoad(t, map[string]string{"STATUSSYNC_RATE": "9/1s", "STATUSSYNC_ATTEMPTS": "9", "STATUSSYNC_GRACE": ""},
		"run", "--config", name, "--rate", "11/1s")
	got := fmt.Sprint(s.Rate, " ", s.Attempts, " ", s.Concurrency, " ", s.Grace)
	if want := "11/1s 9 4 5s"; got != want {
		t.Errorf("flag, environment, file, default: %s, want %s", got, want)
	}
	for key, want := range map[string]string{
		"send.rate": "--rate", "send.attempts": "STATUSSYNC_ATTEMPTS",
		"send.concurrency": name + ":4", "send.grace": "default",
	} {
		if got := s.origins[key].String(); got != want {
			t.Errorf("%s comes from %s, want %s", key, got, want)
		}
		if s.Given(key) != (want != "default") {
			t.Errorf("Given(%s) is %t", key, s.Given(key))
		}
	}
}

// TestEachLayerReachesEachSetting sets every line of the table through every way that it has.
func TestEachLayerReachesEachSetting(t *testing.T) {
	t.Parallel()
	samples := map[string]string{
		"runs.dir": "elsewhere", "runs.keep": "7", "runs.resume_within": "3h", "runs.lock_wait": "5m",
		"input.format": "json", "input.delimiter": "tab", "input.encoding": "windows-1252",
		"input.app": "0f5f9c3e-7d55-4a4e-9d0a-3a1f5b6c7d8e", "plan.on_invalid": "skip", "plan.duplicates": "last",
		"plan.expect_rows": "12",
		"graph.base_url":   "https://graph.microsoft.us/v1.0", "graph.path": "/a/{mobileAppId}/b/{id}",
		"auth.token_file": "token", "auth.tenant": "contoso.com", "send.rate": "5/1m", "send.burst": "3",
		"send.concurrency": "9", "send.attempts": "6", "send.timeout": "20s", "send.max_wait": "1h30m",
		"send.max_duration": "2h", "send.max_errors": "2.5%", "send.limit": "40", "send.grace": "1s",
		"log.level": "debug", "log.format": "json", "log.output": "csv", "log.progress": "plain", "log.stats": "1m",
		"log.color": "never", "log.termination": "last-words",
		"plan.compare": "remote", "plan.run": "20261123T154100Z-3f9a", "plan.max_age": "1h", "graph.cloud": "usgov-dod",
		"graph.ca_file": "ca.pem", "auth.method": "azure-cli", "auth.client_id": "0f5f9c3e-7d55-4a4e-9d0a-3a1f5b6c7d8e",
		"auth.client_secret_file": "secret", "auth.certificate_file": "app.pem", "auth.authority": "https://login.example",
		"auth.scope": "https://graph.example/.default", "send.quota_share": "80%", "send.verify": "sample=2.5%",
		"metrics.file": "statussync.prom", "metrics.push_url": "http://127.0.0.1:9091",
		"simulate.tenant_writes": "300", "simulate.rate_limit_headers": "80", "simulate.page_size": "50",
		"simulate.hold": "before.jsonl", "simulate.login": "sim", "simulate.token_lifetime": "1h30m",
		"simulate.address": "[::1]:8080", "simulate.rules": "at=10,status=429;rate=0.01,reset=after",
		"simulate.accept": "one,two", "simulate.answer": "no-content", "simulate.latency": "20ms",
		"simulate.jitter": "10ms", "simulate.seed": "7", "simulate.window": "2s", "simulate.writes": "250",
	}
	for i := range table {
		st := &table[i]
		if st.key == "" || st.key == "input.columns" {
			continue
		}
		sample, ok := samples[st.key]
		if !ok && st.unit == "" {
			sample = "true"
		} else if !ok {
			t.Errorf("%s has no sample", st.key)
		}
		check := func(layer string, env map[string]string, args ...string) {
			s, err := load(t, env, append([]string{"run"}, args...)...)
			if err != nil {
				t.Errorf("%s by %s: %v", st.key, layer, err)
			} else if got := st.bind(s).String(); got != sample || !s.Given(st.key) {
				t.Errorf("%s by %s is %q, want %q", st.key, layer, got, sample)
			}
		}
		section, key, _ := strings.Cut(st.key, ".")
		check("file", nil, "--config", file(t, fmt.Sprintf("%s:\n  %s: %s\n", section, key, yamlText(sample))))
		check("environment", map[string]string{st.variable(): sample})
		if st.flag != "" {
			check("flag", nil, "--"+st.flag+"="+sample)
		}
	}
}

func TestDefaultsRoundTrip(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, nil, "run")
	for i := range table {
		if st := &table[i]; st.key != "input.columns" && st.bind(s).String() != st.def {
			t.Errorf("the default of %s is %q, and prints as %q", st.name(), st.def, st.bind(s))
		}
	}
	got := []any{s.MaxWait, s.Rate, s.ExpectRows, s.Burst}
	want := []any{15 * time.Minute, dispatch.Rate{N: 100, Per: 20 * time.Second}, int64(-1), 2}
	if !slices.Equal(got, want) {
		t.Errorf("defaults %v, want %v", got, want)
	}
}

func TestWrongValues(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ flag, value, text, hint string }{
		{"concurrency", "many", `"many", but must be a whole number from 1 to 1024`, ""},
		{"concurrency", "0", `"0", but must be a whole number from 1 to 1024`, ""},
		{"concurrency", "8.0", `"8.0", but must be a whole number from 1 to 1024`, ""},
		{"limit", "9223372036854775808",
			`"9223372036854775808", but must be a whole number from 0 to 9223372036854775807`, ""},
		{"grace", "5", `"5", but must be a duration of at least 0s, such as 30s, 15m or 24h`, ""},
		{"timeout", "0s", `"0s", but must be a duration of at least 1ms, such as 30s, 15m or 24h`, ""},
		{"rate", "100", `"100", but must be a number of requests per duration, such as 100/20s, or 0 for no limit`, ""},
		{"max-errors", "-1", `"-1", but must be a number of rows or a share of them, such as 10 or 5%`, ""},
		{"on-invalid", "skipp", `"skipp", but must be refuse or skip; did you mean skip?`, ""},
		{"duplicates", "", `"", but must be refuse, first or last`, ""},
		{"format", "xlsx", `"xlsx", but must be empty, csv or json`, ""},
		{"delimiter", ":", `":", but must be one of "," ";" "|" tab, or empty to detect it`, ""},
		{"fresh", "yes", `"yes", but must be true or false`, ""},
		{"app", "{0f5f9c3e-7d55-4a4e-9d0a-3a1f5b6c7d8e}",
			`"{0f5f9c3e-7d55-4a4e-9d0a-3a1f5b6c7d8e}", but must be a GUID, such as 0f5f9c3e-7d55-4a4e-9d0a-3a1f5b6c7d8e`, ""},
		{"tenant", "a b", `"a b", but must be a GUID or a domain, such as contoso.onmicrosoft.com`, ""},
		{"runs", "", `"", but must not be empty`, ""},
		{"runs", "a\x1b[31m", `"a\x1b[31m", but must not hold control characters`, ""},
		{"rules", "at=1;foo=2", `"at=1;foo=2", but rule "foo" is no setting of a rule`, ""},
		{"rules", "at=1;", `"at=1;", but rule "" is no setting of a rule`, ""},
		{"rules", "at=x", `"at=x", but at "x" cannot be read`, ""},
		{"rules", "rate=2", `"rate=2", but rate "2" is out of range`, ""},
		{"rules", "raw=\x1b", `"raw=\x1b", but must not hold control characters`, ""},
		{"answer", "objekt", `"objekt", but must be object, value, partial, altered, empty or no-content; ` +
			`did you mean object?`, ""},
		{"writes", "0", `"0", but must be a whole number from 1 to 1000000`, ""},
		{"metrics-file", "m.txt", `"m.txt", but must end in .prom, or node_exporter passes it over`, ""},
		{"quota-share", "0%", `"0%", but must be a share from 1% to 100%`, ""},
		{"quota-share", "80", `"80", but must be a share from 1% to 100%`, ""},
		{"verify", "sample=0%", `"sample=0%", but must be unknown, all, none, or a sample such as sample=2%`, ""},
		{"cloud", "usgow", `"usgow", but must be global, usgov, usgov-dod or china; did you mean usgov?`, ""},
		{"log-level", strings.Repeat("x", 61),
			`"` + strings.Repeat("x", 60) + `…", but must be debug, info, warn or error`, ""},
	} {
		_, err := load(t, nil, "run", "--"+tt.flag+"="+tt.value)
		wantUsage(t, err, "--"+tt.flag+" is "+tt.text, tt.hint)
		if tt.value == "" {
			continue // an empty variable counts as absent
		}
		st := &table[0]
		for i := range table {
			if table[i].flag == tt.flag {
				st = &table[i]
			}
		}
		_, err = load(t, map[string]string{st.variable(): tt.value}, "run")
		wantUsage(t, err, st.variable()+" is "+tt.text, tt.hint)
	}
}

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

func TestRehearsal(t *testing.T) {
	t.Parallel()
	const hint = "leave one of them out"
	_, err := load(t, nil, "run", "--simulate", "--base-url", "https://graph.microsoft.com/beta")
	wantUsage(t, err, "--simulate sends to a simulator inside, but --base-url names a service", hint)
	_, err = load(t, map[string]string{"STATUSSYNC_BASE_URL": "https://example.com"}, "run", "--simulate")
	wantUsage(t, err, "--simulate sends to a simulator inside, but STATUSSYNC_BASE_URL names a service", hint)
	both := file(t, "graph:\n  base_url: https://example.com\n  simulate: true\n")
	_, err = load(t, nil, "run", "--config", both)
	wantUsage(t, err, both+":3 sends to a simulator inside, but "+both+":2 names a service", hint)

	production := file(t, "graph:\n  base_url: https://example.com\nsend:\n  rate: 50/20s\n")
	if s := mustLoad(t, nil, "run", "--config", production, "--simulate"); !s.Simulate || s.Rate.String() != "50/20s" {
		t.Errorf("a rehearsal with the real configuration: %+v", s)
	}
	s := mustLoad(t, map[string]string{"STATUSSYNC_SIMULATE": "true"}, "run")
	from := s.origins["send.rate"].String()
	if s.Rate.String() != "100/2s" || s.Given("send.rate") || from != "default of STATUSSYNC_SIMULATE" {
		t.Errorf("the rate of a rehearsal is %s from %s", s.Rate, from)
	}
	if s := mustLoad(t, nil, "run", "--simulate=false", "--base-url", "https://example.com"); s.Simulate {
		t.Error("--simulate=false rehearses")
	}
}

func TestBurstFitsTheRate(t *testing.T) {
	t.Parallel()
	if s := mustLoad(t, nil, "run", "--rate", "2/1s"); s.Burst != 1 {
		t.Errorf("the default burst of a rate of 2 is %d", s.Burst)
	}
	for _, rate := range []string{"1/1s", "0"} {
		if s := mustLoad(t, nil, "run", "--rate", rate, "--burst", "2"); s.Burst != 2 {
			t.Errorf("the burst at %s is %d", rate, s.Burst)
		}
	}
	_, err := load(t, nil, "run", "--burst", "100")
	wantUsage(t, err, "--burst is 100, which leaves nothing of the rate 100/20s",
		"a burst is a part of the rate: here it can be 99 at most")
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
