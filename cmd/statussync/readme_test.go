package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/graph/simulator"
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

var update = flag.Bool("update", false, "write into the README what its commands print now")

// TestReadmeSessions runs every command of the README that stands in a block marked console, in the order of the README
// and in one folder, and compares what it prints, but for the log, and how it leaves. Commands named statussync find a
// simulator that holds the statuses of users.csv; below the heading about 400, one without the route.
func TestReadmeSessions(t *testing.T) {
	t.Parallel()
	text := readme(t)
	work := workFolder(t)
	served := newSimulator(t, false)
	block := regexp.MustCompile("(?s)```console\n(.*?)```")
	places := block.FindAllStringSubmatchIndex(text, -1)
	if len(places) == 0 {
		t.Fatal("the README has no session")
	}
	var lastRun string
	var replaced, named []string
	for _, at := range places {
		where := served
		if strings.LastIndex(text[:at[0]], "\n### When every row") > strings.LastIndex(text[:at[0]], "\n## ") {
			where = newSimulator(t, true)
		}
		var now strings.Builder
		for _, call := range strings.Split(text[at[2]:at[3]], "$ ")[1:] {
			command, want, _ := strings.Cut(call, "\n")
			if lastRun != "" {
				command = runIDs.ReplaceAllString(command, lastRun)
			}
			got := session(t, work, where, command)
			if ids := runIDs.FindAllString(got, -1); len(ids) > 0 {
				lastRun = ids[len(ids)-1]
			}
			if diff := cmp.Diff(steady(want), steady(got)); diff == "" { // also the ids of runs stay as the README has them
				for i, id := range runIDs.FindAllString(got, -1) {
					named = append(named, id, runIDs.FindAllString(want, -1)[i])
				}
				got = want
			} else if !*update {
				t.Errorf("$ %s\n(-README +now)\n%s", command, diff)
			}
			fmt.Fprintf(&now, "$ %s\n%s", command, got)
		}
		replaced = append(replaced, strings.NewReplacer(named...).Replace(now.String()))
	}
	if *update {
		rewrite(t, block, replaced)
	}
}

var runIDs = regexp.MustCompile(`\d{8}T\d{6}Z-[0-9a-f]{4}`)

// rewrite puts the sessions as they are now into the README.
func rewrite(t *testing.T, block *regexp.Regexp, sessions []string) {
	next := 0
	text := block.ReplaceAllStringFunc(readme(t), func(string) string {
		next++
		return "```console\n" + sessions[next-1] + "```"
	})
	if err := os.WriteFile(filepath.Join(root, "README.md"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// workFolder returns a folder with a built binary in bin, since go run turns every exit status into 1, and the samples.
func workFolder(t *testing.T) string {
	t.Helper()
	work := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", filepath.Join(work, "bin", "statussync"), ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	samples := filepath.Join("input", "testdata")
	for _, to := range []string{samples, "."} {
		if err := os.CopyFS(filepath.Join(work, to), os.DirFS(filepath.Join(root, samples))); err != nil {
			t.Fatal(err)
		}
	}
	return work
}

// newSimulator serves a Graph that holds users.csv, and returns its root.
func newSimulator(t *testing.T, removed bool) string {
	t.Helper()
	sim, err := startServing(&Serve{
		Answer: string(simulator.BodyObject), Hold: filepath.Join(root, "input", "testdata", "users.csv"),
		RouteRemoved: removed, Window: 2 * time.Second, Writes: 100, TenantWrites: 200, PageSize: 100,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sim.Close() })
	return sim.URL() + "/beta"
}

// session runs one command, and returns what it prints and how it leaves.
func session(t *testing.T, work, base, command string) string {
	t.Helper()
	cmd := exec.Command("sh", "-c", strings.ReplaceAll(command, "go run ./cmd/statussync", "bin/statussync"))
	cmd.Dir = work
	cmd.Env = append(os.Environ(), "PATH="+filepath.Join(work, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	if strings.HasPrefix(command, "statussync") {
		cmd.Env = append(cmd.Env, "STATUSSYNC_BASE_URL="+base, tokenVariable+"="+readmeToken())
	}
	out, err := cmd.CombinedOutput()
	got := regexp.MustCompile(`(?m)^\{"level".*\n`).ReplaceAllString(string(out), "") // the log
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		got += fmt.Sprintf("exit status %d\n", exit.ExitCode())
	} else if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(got, base, "https://graph.microsoft.com/beta")
}

// readmeToken is a token that says of itself what one for Graph says.
func readmeToken() string {
	claims := fmt.Sprintf(`{"tid":%q,"app_displayname":"statussync","roles":[%q],"exp":%d}`,
		ours, writePermission, time.Now().Add(time.Hour).Unix())
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmF0dXJl"
}

// steady replaces what differs from run to run: the run's id, and what depends on the machine's speed.
func steady(text string) string {
	for _, r := range []struct{ pattern, with string }{
		{runIDs.String(), "RUN"},
		{`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`, "DATE"},
		{`\b(\d+h)?(\d+m)?\d+(\.\d+)?(ms|s)\b`, "TIME"},
		{`for another \S+`, "for another TIME"},
		{`[\d.]+ a second`, "N a second"},
		{`\d+ requests in`, "N requests in"},
		{`(?m)^Sending paused .*\n`, ""}, // a machine that stumbles is throttled where another is not
		{`[\d.]+ MiB`, "N MiB"},
		{`1 row, powershell\.csv:\d`, "1 row, powershell.csv:N"}, // any worker may be the first to send
		{`(timestamp_seconds) .*`, "$1 N"},
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

// TestReadmeExits compares the table of exit statuses in the README with the one in the help.
func TestReadmeExits(t *testing.T) {
	t.Parallel()
	text := strings.ReplaceAll(readme(t), "`", "")
	for _, e := range exits {
		if !strings.Contains(text, fmt.Sprintf("\n| %d | %s |\n", e.status, e.meaning)) {
			t.Errorf("the README does not say of %d: %s", e.status, e.meaning)
		}
	}
}
