package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const root = "../.."

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReadmeSessions runs every command of the README that stands in a block marked console, with a built binary, since
// go run turns every exit status into 1, and compares what it prints, but for the log, and how it leaves.
func TestReadmeSessions(t *testing.T) {
	t.Parallel()
	work := t.TempDir()
	binary := filepath.Join(work, "bin", "statussync")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	samples := filepath.Join("input", "testdata")
	if err := os.CopyFS(filepath.Join(work, samples), os.DirFS(filepath.Join(root, samples))); err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(readme(t), -1)
	if len(blocks) == 0 {
		t.Fatal("the README has no session")
	}
	for _, block := range blocks {
		for _, call := range strings.Split(block[1], "$ ")[1:] {
			command, want, _ := strings.Cut(call, "\n")
			cmd := exec.Command("sh", "-c", strings.ReplaceAll(command, "go run ./cmd/statussync", binary))
			cmd.Dir = work
			out, err := cmd.CombinedOutput()
			got := regexp.MustCompile(`(?m)^\{"level".*\n`).ReplaceAllString(string(out), "") // the log
			if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
				got += fmt.Sprintf("exit status %d\n", exit.ExitCode())
			} else if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(steady(want), steady(got)); diff != "" {
				t.Errorf("$ %s\n(-README +now)\n%s", command, diff)
			}
		}
	}
}

// steady replaces what differs from run to run: the run's id, and what depends on the machine's speed.
func steady(text string) string {
	for _, r := range []struct{ pattern, with string }{
		{`\d{8}T\d{6}Z-[0-9a-f]{4}`, "RUN"},
		{`\d+(\.\d+)?(ms|s)\b`, "TIME"},
		{`[\d.]+ a second`, "N a second"},
		{`\d+ requests in`, "N requests in"},
		{`Sending paused .*`, "Sending paused"},
	} {
		text = regexp.MustCompile(r.pattern).ReplaceAllString(text, r.with)
	}
	return text
}

// TestReadmeHelp compares the help in the README with what the command prints.
func TestReadmeHelp(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if status := execute([]string{"run", "--help"}, streams{strings.NewReader(""), &out, &out}); status != 0 {
		t.Fatalf("exit status %d", status)
	}
	if !strings.Contains(readme(t), "```text\n"+out.String()+"```\n") {
		t.Errorf("the README does not have this help:\n%s", &out)
	}
}
