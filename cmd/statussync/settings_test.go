package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/spf13/cobra"
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
