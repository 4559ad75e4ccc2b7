package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/statussync/statussync/sync/run"
)

// deployed returns the lines of a file below deploy without comments and blank ones; a line that ends with a backslash
// goes on in the next.
func deployed(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(regexp.MustCompile(`\\\n\s*`).ReplaceAllString(string(text), "")) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	return lines
}

// valuesOf returns what stands behind the key in lines of the form key=value.
func valuesOf(lines []string, key string) (values []string) {
	for _, line := range lines {
		if v, ok := strings.CutPrefix(line, key+"="); ok {
			values = append(values, v)
		}
	}
	return values
}

// TestCrontab reads the line as cron does: five fields, and a command up to a % that no backslash precedes.
func TestCrontab(t *testing.T) {
	t.Parallel()
	lines := deployed(t, "cron/crontab")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "MAILTO=") {
		t.Fatalf("other lines than this test knows: %q", lines)
	}
	words := strings.Fields(lines[1])
	for i, limits := range [][2]int{{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 7}} {
		for _, part := range strings.FieldsFunc(words[i], func(r rune) bool { return strings.ContainsRune(",-/", r) }) {
			if n, err := strconv.Atoi(part); part != "*" && (err != nil || n < limits[0] || n > limits[1]) {
				t.Errorf("field %d of %q is %q", i+1, lines[1], words[i])
			}
		}
	}
	if strings.Contains(lines[1], "%") {
		t.Error("cron ends the line at its %")
	}
	if s, files := settingsOf(t, filepath.Join(root, "config.example.yaml"), words[6:]); !s.Quiet || len(files) != 1 {
		t.Errorf("a good run is not silent, or the files are %q", files)
	}
}

func TestSystemdService(t *testing.T) {
	t.Parallel()
	lines := deployed(t, "cron/statussync.service")
	command := strings.Fields(strings.Join(valuesOf(lines, "ExecStart"), " "))
	s, files := settingsOf(t, filepath.Join(root, "config.example.yaml"), command[1:])
	state := "%S/" + strings.Join(valuesOf(lines, "StateDirectory"), " ") + "/"
	if filepath.Dir(s.Runs)+"/" != state || len(files) != 1 || filepath.Dir(files[0])+"/" != state {
		t.Errorf("the runs lie in %s, the files are %q, the service's folder is %s", s.Runs, files, state)
	}
	credential, _, _ := strings.Cut(strings.Join(valuesOf(lines, "LoadCredential"), " "), ":")
	if s.ClientSecretFile != "%d/"+credential {
		t.Errorf("the secret is read from %s, but given as %s", s.ClientSecretFile, credential)
	}
	drained := []string{strconv.Itoa(run.Signal(syscall.SIGTERM).ExitStatus())}
	if good := valuesOf(lines, "SuccessExitStatus"); !slices.Equal(good, drained) {
		t.Errorf("these pass for a success: %q", good)
	}
	for _, secret := range []string{"Environment", "EnvironmentFile", "PassEnvironment"} {
		if v := valuesOf(lines, secret); v != nil {
			t.Errorf("%s=%q: others can read the environment of a service", secret, v)
		}
	}
}

// TestSystemdUnits lets systemd read the units, with a program in them that is there. Where there is no systemd, the
// other tests have to do.
func TestSystemdUnits(t *testing.T) {
	t.Parallel()
	if timer := deployed(t, "cron/statussync.timer"); len(valuesOf(timer, "OnCalendar")) != 1 {
		t.Errorf("the timer names no one time: %q", timer)
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		return
	}
	dir := t.TempDir()
	for _, name := range []string{"statussync.service", "statussync.timer"} {
		text := strings.Join(deployed(t, "cron/"+name), "\n")
		text = strings.ReplaceAll(text, "/usr/local/bin/statussync", "/bin/true")
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(analyze, "verify", "--man=no", filepath.Join(dir, name)).CombinedOutput(); err != nil ||
			len(out) > 0 {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestDockerfile(t *testing.T) {
	t.Parallel()
	lines := deployed(t, "Dockerfile")
	from := slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return !strings.HasPrefix(l, "FROM ") })
	text := strings.Join(lines, "\n")
	stage := text[strings.LastIndex(text, "FROM "):]
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	toolchain := regexp.MustCompile(`(?m)^go (.+)$`).FindStringSubmatch(string(mod))[1]
	const roots = "/etc/ssl/certs/ca-certificates.crt"
	cron, _ := podSpecs(t)
	user := strconv.FormatInt(*cron.Spec.JobTemplate.Spec.Template.Spec.SecurityContext.RunAsUser, 10)
	for what, held := range map[string]bool{
		"the toolchain of go.mod":  len(from) == 2 && strings.Contains(from[0], " golang:"+toolchain+" AS build"),
		"an empty base":            from[len(from)-1] == "FROM scratch",
		"a static program":         strings.Contains(text, "CGO_ENABLED=0") && strings.Contains(text, "go build -trimpath "),
		"certificate authorities":  strings.Contains(stage, "COPY --from=build "+roots+" "+roots+"\n"),
		"the user of the manifest": strings.Contains(stage, "\nUSER "+user+":"+user+"\n"),
	} {
		if !held {
			t.Errorf("the image lacks %s:\n%s", what, text)
		}
	}
	if regexp.MustCompile(`(?i)token|secret|password|\nENV |\nADD `).MatchString(text) {
		t.Errorf("something may be in the image that should not:\n%s", text)
	}
	var entry []string
	_, point, _ := strings.Cut(stage, "\nENTRYPOINT ")
	err = json.Unmarshal([]byte(point), &entry)
	if err != nil || !strings.Contains(stage, "COPY --from=build "+entry[0]+" ") {
		t.Errorf("the entry point is %s, %v", point, err)
	}
	copied(t, lines)
}

// copied finds what is copied and missing, and what no commit holds and yet is copied.
func copied(t *testing.T, lines []string) {
	t.Helper()
	for _, line := range lines {
		words := strings.Fields(line)
		if words[0] != "COPY" || strings.HasPrefix(words[1], "--from=") {
			continue
		}
		for _, source := range words[1 : len(words)-1] {
			if _, err := os.Stat(filepath.Join(root, source)); err != nil {
				t.Error(err)
			}
		}
	}
	ignored, err := os.ReadFile(filepath.Join(root, ".gitignore"))
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.FieldsSeq(string(ignored)) {
		if !slices.Contains(deployed(t, "Dockerfile.dockerignore"), strings.Trim(name, "/")) {
			t.Errorf("%s, which may hold reports, goes into the build", name)
		}
	}
}
