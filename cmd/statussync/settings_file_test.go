package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFilesWithoutSettings(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "# nothing\n", "\ufeff", "---\n", "---\n...\n", "send:\n", "send: {}\n", "send: # nothing\n  # rate: 5/1s\n",
		"send:\n  rate:\ninput:\n  columns:\n", "~\n", "send:\r\n  rate: ~\r\n",
	} {
		s, err := load(t, nil, "run", "--config", file(t, text))
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		for _, e := range s.Entries() {
			if st := find(e.Key); st.def != e.Value && e.Key != "input.columns" || s.Given(e.Key) && e.Key != "input.columns" {
				t.Errorf("%q: %+v", text, e)
			}
		}
	}
}

func TestFileErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, place, want, excerpt, hint string }{
		{"unknown key", "send:\n  concurency: 5\n", "2:3", `"concurency" is no key under send`,
			"    2 |   concurency: 5\n          ^", "did you mean concurrency under send?"},
		{"key in the wrong section", "input:\n  rate: 5/1s\n", "2:3", `"rate" is no key under input`,
			"    2 |   rate: 5/1s\n          ^", "did you mean rate under send?"},
		{"key without its section", "max-wait: 1m\n", "1:1", `"max-wait" is no key at the top level`,
			"    1 | max-wait: 1m\n        ^", "did you mean max_wait under send?"},
		{"dotted key", "send.rate: 5/1s\n", "1:1", `"send.rate" is no key at the top level`,
			"    1 | send.rate: 5/1s\n        ^", "did you mean rate under send?"},
		{"unknown section", "sned:\n  rate: 5/1s\n", "1:1", `"sned" is no key at the top level`,
			"    1 | sned:\n        ^", "did you mean send?"},
		{"key that is near to a section", "grace: 1s\n", "1:1", `"grace" is no key at the top level`,
			"    1 | grace: 1s\n        ^", "did you mean grace under send?"},
		{"nothing near", "send:\n  zzzzzzzz: 1\n", "2:3", `"zzzzzzzz" is no key under send`,
			"    2 |   zzzzzzzz: 1\n          ^", "statussync config prints all keys"},
		{"a token", "auth:\n  token: abc\n", "2:3", "a token never stands in this file",
			"    2 |   token: [redacted]\n          ^", "set STATUSSYNC_TOKEN, or name a file with token_file under auth"},
		{"wrong value", "send:\n  concurrency: many # cores\n", "2:16",
			`send.concurrency is "many", but must be a whole number from 1 to 1024`,
			"    2 |   concurrency: many # cores\n                       ^", ""},
		{"number for a duration", "send:\n  grace: 5\n", "2:10",
			`send.grace is "5", but must be a duration of at least 0s, such as 30s, 15m or 24h`,
			"    2 |   grace: 5\n                 ^", ""},
		{"word for a boolean", "log:\n  quiet: yes\n", "2:10", `log.quiet is "yes", but must be true or false`,
			"    2 |   quiet: yes\n                 ^", ""},
		{"bad base URL", "graph:\n  base_url: http://example.com\n", "2:13",
			"graph.base_url must begin with https://, since a token would be sent to it; http is for this machine alone",
			"    2 |   base_url: http://example.com\n                    ^", "it looks like https://graph.microsoft.com/beta"},
		{"list for a value", "send:\n  rate: [5, 1]\n", "2:9", "send.rate must be one value",
			"    2 |   rate: [5, 1]\n                ^", ""},
		{"mapping for a value", "send:\n  rate: {n: 5}\n", "2:9", "send.rate must be one value",
			"    2 |   rate: {n: 5}\n                ^", ""},
		{"value for a section", "send: 5\n", "1:7", "section send must be a mapping of keys to values",
			"    1 | send: 5\n              ^", ""},
		{"value for columns", "input:\n  columns: Key\n", "2:12",
			`input.columns is "Key", but must be a mapping of field names to header names, such as id: Status Key`,
			"    2 |   columns: Key\n                   ^", ""},
		{"unknown field", "input:\n  columns:\n    userprincipalname: Mail\n", "3:5",
			`"userprincipalname" is no field of a row; did you mean userPrincipalName?`,
			"    3 |     userprincipalname: Mail\n            ^", ""},
		{"column without a header", "input:\n  columns: {id: ''}\n", "2:13", `"id" needs the name of a header`,
			"    2 |   columns: {id: ''}\n                    ^", ""},
		{"one header for two fields", "input:\n  columns:\n    id: Status Key\n    userName: status_key\n", "4:5",
			`input.columns has the name "status_key" for two fields, id and userName`,
			"    4 |     userName: status_key\n            ^", ""},
		{"list for a header", "input:\n  columns: {id: [a]}\n", "2:17", "the header name must be a text",
			"    2 |   columns: {id: [a]}\n                        ^", ""},
		{"list at the top", "- a\n", "1:1", "the file must be a mapping of keys to values", "    1 | - a\n        ^", ""},
		{"key twice", "send:\n  burst: 1\n  burst: 2\n", "3:3", `mapping key "burst" already defined at [2:3]`,
			"    3 |   burst: 2\n          ^", ""},
		{"tab", "send:\n\tburst: 1\n", "2:1", `found character '\t' that cannot start any token`,
			"    2 | →burst: 1\n        ^", ""},
		{"two documents", "send:\n---\nlog:\n", "3:4", "a second document begins here; there must be one",
			"    3 | log:\n           ^", ""},
		{"anchor", "send:\n  burst: &x 2\n", "2:10", "send.burst must be one value",
			"    2 |   burst: &x 2\n                 ^", ""},
		{"merge", "send:\n  <<: {burst: 2}\n", "2:3", `"<<" is no key under send`, "    2 |   <<: {burst: 2}\n          ^",
			"statussync config prints all keys"},
		{"escape sequence", "send:\n  \"\\e[31mrate\": \x1b[31m\n", "2:3", `"\x1b[31mrate" is no key under send`,
			"    2 |   \"\\e[31mrate\": \ufffd[31m\n          ^", "statussync config prints all keys"},
	} {
		name := file(t, tt.text)
		_, err := load(t, nil, "run", "--config", name)
		t.Run(tt.name, func(t *testing.T) { wantUsage(t, err, name+":"+tt.place+": "+tt.want+"\n"+tt.excerpt, tt.hint) })
	}
}

// TestLongLine shows a window of a long line, with the mark below the right character.
func TestLongLine(t *testing.T) {
	t.Parallel()
	blank := strings.Repeat(" ", 300)
	name := file(t, "send: {"+blank+"burst: x, grace: 1s,"+blank+"limit: 1}\n")
	_, err := load(t, nil, "run", "--config", name)
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 3 || len(lines[1]) > 100 || len(lines[2]) > len(lines[1]) || lines[1][len(lines[2])-1] != 'x' {
		t.Errorf("got\n%s", err)
	}
}

func TestUnreadableFiles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	missing := filepath.Join(folder, "no.yaml")
	_, err := load(t, map[string]string{"STATUSSYNC_CONFIG": missing}, "run")
	const cannot = "cannot read the configuration file "
	wantUsage(t, err, cannot+quote(missing)+" (STATUSSYNC_CONFIG): no such file or directory", "")
	_, err = load(t, nil, "--config", folder, "run")
	wantUsage(t, err, cannot+quote(folder)+" (--config): is a directory", "")
	large := file(t, strings.Repeat("#", 64<<10)+"\n")
	_, err = load(t, nil, "run", "--config", large)
	wantUsage(t, err, quote(large)+" is larger than a configuration file can be, 64 KiB", "is it the right file?")
	utf16 := filepath.Join(folder, "utf16.yaml")
	if err := os.WriteFile(utf16, []byte("\xff\xfes\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = load(t, nil, "run", "--config", utf16)
	wantUsage(t, err, quote(utf16)+" is not UTF-8", "")
}

func TestColumns(t *testing.T) {
	t.Parallel()
	text := "input:\n  columns:\n    id: Status Key\n    userName: 007\n    mobileAppId: true\n"
	s := mustLoad(t, nil, "run", "--config", file(t, text))
	want := map[string]string{"id": "Status Key", "userName": "007", "mobileAppId": "true"}
	if !maps.Equal(s.Columns, want) {
		t.Errorf("columns: %q, want %q", s.Columns, want)
	}
	if !s.Given("input.columns") {
		t.Error("columns are not given")
	}
}

// FuzzFile holds that no file makes the loader panic, and that no error carries a control character to the terminal.
func FuzzFile(f *testing.F) {
	for _, seed := range []string{
		"", "send:\n  rate: 5/1s\n", "send: {rate: 5/1s}\n", "a: &x 1\nb: *x\n", "? a\n: b\n", "<<: {a: 1}\n", "a: \"x",
		"- - -", "%YAML 1.2\n---\n", "\x1b[31m: 1\n", "input:\n  columns: {id: \"\\u001b\"}\n", "!!str a: b", "\xff",
		"send: |\n  x", "a:\n\tb",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		err := (&settingsFile{"c.yaml", []byte(text)}).lay(defaults())
		if err != nil && printable(strings.ReplaceAll(err.Error(), "\ufffd", "?")) != strings.ReplaceAll(
			strings.ReplaceAll(err.Error(), "\ufffd", "?"), "\n", `\n`) {
			t.Errorf("%q", err)
		}
	})
}
