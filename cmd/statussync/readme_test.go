package main

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
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

var update = flag.Bool("update", false, "write into the README what its commands print now")

// TestReadmeSessions runs every command of the README that stands in a block marked console, in the order of the README
// and in one folder, and compares what it prints, but for the log, and how it leaves.
func TestReadmeSessions(t *testing.T) {
	t.Parallel()
	text := readme(t)
	work := workFolder(t)
	usual, pod, removed := before(t, work, false), inPod(t, work), before(t, work, true)
	block := regexp.MustCompile("(?s)```console\n(.*?)```")
	places := block.FindAllStringSubmatchIndex(text, -1)
	if len(places) == 0 {
		t.Fatal("the README has no session")
	}
	var lastRun string
	var replaced, named []string
	for _, at := range places {
		where := usual
		switch sectionOf(text[:at[0]]) {
		case "### Run it as a Kubernetes CronJob":
			where = pod
		case "### When every row is answered 400":
			where = removed
		}
		var now strings.Builder
		for _, call := range strings.Split("\n"+text[at[2]:at[3]], "\n$ ")[1:] {
			command, want, _ := strings.Cut(call, "\n")
			if lastRun != "" {
				command = runIDs.ReplaceAllString(command, lastRun)
			}
			want = strings.TrimSuffix(want, "\n")
			got := strings.TrimSuffix(where.session(t, command), "\n")
			ids := runIDs.FindAllString(got, -1)
			if len(ids) > 0 {
				lastRun = ids[len(ids)-1]
			}
			if diff := cmp.Diff(steady(want), steady(got)); diff == "" { // also the ids of runs stay as the README has them
				for i, id := range runIDs.FindAllString(want, -1) {
					named = append(named, ids[i], id)
				}
				got = want
			} else if !*update {
				t.Errorf("$ %s\n(-README +now)\n%s", command, diff)
			}
			now.WriteString(strings.TrimSuffix("$ "+command+"\n"+got, "\n") + "\n")
		}
		replaced = append(replaced, strings.NewReplacer(named...).Replace(now.String()))
	}
	if *update {
		rewrite(t, block, replaced)
	}
}

// sectionOf returns the heading under which the text ends.
func sectionOf(text string) string {
	heading, _, _ := strings.Cut(text[strings.LastIndex(text, "\n##")+1:], "\n")
	return heading
}

// TestReadmeTasks wants a session, which TestReadmeSessions runs, for each of the tasks.
func TestReadmeTasks(t *testing.T) {
	t.Parallel()
	sections := strings.Split(readme(t), "\n### ")
	for _, task := range []string{
		"A file from Excel", "A file from PowerShell", "A file from an Intune report", "Sign in", "A one-off update",
		"A canary first", "Prove it", "Go back", "Mend and send again", "Go on after a stop", "Read the report",
		"Every night, by cron or by a systemd timer", "Watch it with Prometheus", "Run it as a Kubernetes CronJob",
		"When every row is answered 400",
	} {
		if !slices.ContainsFunc(sections, func(s string) bool {
			return strings.HasPrefix(s, task+"\n") && strings.Contains(s, "```console\n$ ")
		}) {
			t.Errorf("there is no session under %q", task)
		}
	}
}

// TestReadmeFirstScreen holds that the first thing a reader runs stands on the first screen, and is a success.
func TestReadmeFirstScreen(t *testing.T) {
	t.Parallel()
	above, first, _ := strings.Cut(readme(t), "```console\n")
	first, _, _ = strings.Cut(first, "```")
	if lines := strings.Count(above+first, "\n"); lines > 45 {
		t.Errorf("the first session ends in line %d", lines)
	}
	if !strings.HasPrefix(first, "$ go run ./cmd/statussync run --simulate ") || strings.Contains(first, "exit status") ||
		!strings.Contains(first, "rows are done") {
		t.Errorf("this is no success:\n%s", first)
	}
}

// TestReadmePod holds that the container in the README is called as the manifests call it.
func TestReadmePod(t *testing.T) {
	t.Parallel()
	cron, _ := podSpecs(t)
	args := cron.Spec.JobTemplate.Spec.Template.Spec.Containers[0].Args
	if want := "\n$ statussync " + strings.Join(args, " ") + "\n"; !strings.Contains(readme(t), want) {
		t.Errorf("the README has no%s", want)
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
	build := exec.Command("go", "build", "-o", filepath.Join(work, "bin", "statussync"), ".")
	if out, err := build.CombinedOutput(); err != nil {
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
