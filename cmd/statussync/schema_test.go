package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// strict is a schema of ours that knows every member: what is printed is described, too.
func strict(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	text, err := schemas.ReadFile("schemas/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	closeObjects(doc)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// closeObjects lets no object have a member that is not described; settings may have any.
func closeObjects(node any) {
	switch node := node.(type) {
	case map[string]any:
		if _, described := node["properties"]; described {
			node["additionalProperties"] = false
		}
		for _, below := range node {
			closeObjects(below)
		}
	case []any:
		for _, below := range node {
			closeObjects(below)
		}
	}
}

func wantValid(t *testing.T, name, text string) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err == nil {
		err = strict(t, name).Validate(doc)
	}
	if err != nil {
		t.Errorf("%s: %v\n%.2000s", name, err, text)
	}
}

// TestSchemas compares what the commands print with the schemas that are shipped.
func TestSchemas(t *testing.T) {
	base, runs := newSimulator(t, false), filepath.Join(t.TempDir(), "runs")
	t.Setenv("STATUSSYNC_BASE_URL", base)
	t.Setenv("STATUSSYNC_RUNS", runs)
	t.Setenv("STATUSSYNC_OUTPUT", "json")
	t.Setenv(tokenVariable, readmeToken())
	sample := func(name string) string { return filepath.Join(root, "input", "testdata", name) }
	for _, call := range []struct {
		name string
		args []string
	}{
		{"plan", []string{"plan", "--compare=remote", sample("users.csv")}},
		{"plan", []string{"plan", "--save", sample("powershell.csv")}},
		{"plan", []string{"plan", sample("flawed.csv")}},
		{"verify", []string{"verify", "--encoding=windows-1252", sample("excel.csv")}},
		{"report", []string{"run", "--rate=0", "--on-invalid=skip", "--verify=all", sample("flawed.csv")}},
		{"report", []string{"run", "--rate=0", "--compare=remote", sample("users.csv")}},
		{"report", []string{"runs", "show"}},
		{"report", []string{"report"}},
		{"runs", []string{"runs"}},
		{"pruned", []string{"runs", "prune", "--keep=1"}},
		{"version", []string{"version"}},
	} {
		var out, log bytes.Buffer
		execute(call.args, streams{strings.NewReader(""), &out, &log})
		if out.Len() == 0 {
			t.Fatalf("%q prints nothing:\n%s", call.args, &log)
		}
		wantValid(t, call.name, out.String())
	}
	lines, err := os.ReadFile(filepath.Join(runs, "latest", "rows.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(lines)) {
		wantValid(t, "row", line)
	}
}

// TestSchemasAreStrict has documents that are wrong.
func TestSchemasAreStrict(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"version": `{"schema":"statussync.version/2","version":"1","go":"1","os":"1","arch":"1"}`,
		"pruned":  `{"schema":"statussync.pruned/1","removed":[1]}`,
		"row":     `{"row":1,"file":"a","line":1,"verdict":"fine"}`,
		"runs":    `{"schema":"statussync.runs/1","runs":[],"more":1}`,
	} {
		var doc any
		if err := json.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		if strict(t, name).Validate(doc) == nil {
			t.Errorf("%s takes %s", name, text)
		}
	}
}
