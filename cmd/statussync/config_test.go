package main

import (
	"bytes"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// TestExampleFile loads config.example.yaml as the program does: it must show every key, in order, with its default.
func TestExampleFile(t *testing.T) {
	t.Parallel()
	const example = "../../config.example.yaml"
	s := mustLoad(t, nil, "run", "--config", example)
	for i := range table {
		st := &table[i]
		if st.key == "" {
			continue
		}
		if !s.Given(st.key) {
			t.Errorf("%s does not show %s", example, st.key)
		}
		if got := st.bind(s).String(); got != st.def && st.key != "input.columns" {
			t.Errorf("%s shows %q for %s, whose default is %q", example, got, st.key, st.def)
		}
	}
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "  # --"); ok {
			name, _, _ = strings.Cut(name, ":")
			documented = append(documented, name)
		}
	}
	var flags []string
	for _, st := range table {
		if st.flag != "" && st.key != "" {
			flags = append(flags, st.flag)
		}
	}
	if !slices.Equal(documented, flags) {
		t.Errorf("%s documents the flags\n%q, the table has\n%q", example, documented, flags)
	}
}

func TestConfigOutput(t *testing.T) {
	t.Parallel()
	name := file(t, "input:\n  columns: {userName: \"a: b\", id: 'x#\"y'}\n")
	env := map[string]string{"STATUSSYNC_TOKEN": "hunter2", "STATUSSYNC_RUNS": "a b", "STATUSSYNC_TENANT": "null"}
	s := mustLoad(t, env, "run", "--config", name, "--delimiter", `\t`, "--max-errors=5%")
	text := s.yaml()
	for _, want := range []string{
		"# from " + name + " (--config)\n",
		"\n  dir: \"a b\"                       # STATUSSYNC_RUNS\n",
		"\n  keep: 30                         # default\n",
		"\n  delimiter: tab                   # --delimiter\n",
		"\n  columns: {id: \"x#\\\"y\", userName: \"a: b\"} # " + name + ":2\n",
		"\n  # token: [redacted] (STATUSSYNC_TOKEN)\n",
		"\n  tenant: \"null\"                   # STATUSSYNC_TENANT\n",
		"\n  expect_rows: -1                  # default\n",
		"\n  max_errors: 5%                   # --max-errors\n",
		"\n  path: /deviceAppManagement/mobileApps/{mobileAppId}/userStatuses # default\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q", want)
		}
	}
	again := mustLoad(t, nil, "run", "--config", file(t, text))
	for i, e := range s.Entries() {
		if got := again.Entries()[i]; got.Value != e.Value {
			t.Errorf("%s is %q, and %q when its output is loaded", e.Key, e.Value, got.Value)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

// TestConfigCommand goes through the door.
func TestConfigCommand(t *testing.T) {
	t.Setenv("STATUSSYNC_ATTEMPTS", "3")
	var out, errs bytes.Buffer
	if status := execute([]string{"config", "--rate", "5/1s"}, streams{nil, &out, &errs}); status != 0 || errs.Len() > 0 {
		t.Errorf("status %d, %s", status, &errs)
	}
	for _, want := range []string{
		"  rate: 5/1s                       # --rate\n", "  attempts: 3                      # STATUSSYNC_ATTEMPTS\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %q:\n%s", want, &out)
		}
	}
	if status := execute([]string{"config", "x"}, streams{nil, &out, &errs}); status != 2 {
		t.Errorf("an argument gives status %d", status)
	}
}

// TestCompletion asks for the values of a setting that has few.
func TestCompletion(t *testing.T) {
	var out, errs bytes.Buffer
	execute([]string{"__complete", "run", "--format", ""}, streams{nil, &out, &errs})
	if want := "csv\njson\n:4\n"; out.String() != want {
		t.Errorf("got %q, want %q", &out, want)
	}
}

// FuzzYAMLText holds that a text that was printed is read back as itself.
func FuzzYAMLText(f *testing.F) {
	for _, seed := range []string{
		"", "a", "null", "~", "-1", "a: b", "a:", "#", "'", "\"", "\\", "{x}", "é\u2028\U0001f600", "5%", "\t",
		"\x7f", "- a", ".inf",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if text != strings.ToValidUTF8(text, "") || text == "" {
			return
		}
		s := defaults()
		columns := "input:\n  columns: {id: " + strconv.Quote(text) + "}\n"
		file := &settingsFile{"c.yaml", []byte(columns + "auth:\n  token_file: " + yamlText(text) + " # x\n")}
		err := file.lay(s)
		if strings.ContainsFunc(text, unicode.IsControl) != (err != nil) {
			t.Fatalf("%s: %v", file.data, err)
		}
		if s.Columns["id"] != text || err == nil && s.TokenFile != text {
			t.Errorf("%q is read as %q and %q", text, s.Columns["id"], s.TokenFile)
		}
	})
}
