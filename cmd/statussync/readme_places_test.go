package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// A place is where commands of the README run: in a folder, with variables, and under other names than the README has.
type place struct {
	dir   string
	env   []string
	every bool     // env is for all commands, and not just for those of ours that need a Graph
	names []string // in pairs: in the README, here
}

// session runs one command, and returns what it prints, as the README has it, and how it leaves.
func (p *place) session(t *testing.T, command string) string {
	t.Helper()
	command = strings.ReplaceAll(command, "go run ./cmd/statussync", "statussync") // go run hides the exit status
	cmd := exec.Command("sh", "-c", strings.NewReplacer(p.names...).Replace(command))
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), p.env[0])
	if p.every || strings.HasPrefix(command, "statussync") && !strings.Contains(command, " --simulate ") {
		cmd.Env = append(cmd.Env, p.env...)
	}
	out, err := cmd.CombinedOutput()
	got := regexp.MustCompile(`(?m)^\{"level".*\n`).ReplaceAllString(string(out), "") // the log
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		got += fmt.Sprintf("exit status %d\n", exit.ExitCode())
	} else if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(p.names); i += 2 {
		got = strings.ReplaceAll(got, p.names[i+1], p.names[i])
	}
	return got
}

// withProgram is the search path with the binary that was built.
func withProgram(work string) string {
	return "PATH=" + filepath.Join(work, "bin") + string(os.PathListSeparator) + os.Getenv("PATH")
}

// before is a machine before a Graph: one that holds the statuses of users.csv, or one without the route.
func before(t *testing.T, work string, removed bool) *place {
	t.Helper()
	base := newSimulator(t, removed)
	return &place{
		dir:   work,
		env:   []string{withProgram(work), "STATUSSYNC_BASE_URL=" + base, tokenVariable + "=" + readmeToken()},
		names: []string{graphRoot, base},
	}
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

// readmeToken is a token that says of itself what one for Graph says.
func readmeToken() string {
	return unsigned(fmt.Sprintf(`{"tid":%q,"app_displayname":"statussync","roles":[%q],"exp":%d}`,
		ours, writePermission, time.Now().Add(time.Hour).Unix()))
}

const graphRoot = "https://graph.microsoft.com/beta"

// unsigned is a token with these claims.
func unsigned(claims string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmF0dXJl"
}

// inPod is the container of the CronJob: the configuration of the manifests, and the variables that the webhook of
// workload identity adds.
func inPod(t *testing.T, work string) *place {
	t.Helper()
	const app, cluster, subject = "11111111-2222-3333-4444-555555555555", "https://cluster.example/",
		"system:serviceaccount:intune:statussync"
	sim := simulator.New(simulator.Config{Login: &simulator.Login{Apps: []simulator.App{{
		ID: app, Federations: []simulator.Federation{{Issuer: cluster, Subject: subject}},
	}}}})
	if err := errors.Join(sim.StartLogin(""), sim.StartTLS("")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sim.Close() })
	dir := filepath.Join(work, "pod")
	const token = "var/run/secrets/azure/tokens/azure-identity-token"
	config, errConfig := os.ReadFile(filepath.Join(manifestsDir, "base", "config.yaml"))
	rows, errRows := os.ReadFile(filepath.Join(work, "powershell.csv"))
	if err := errors.Join(errConfig, errRows); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"etc/statussync/config.yaml": string(config), "input/users.csv": string(rows), "dev/termination-log": "",
		"ca.pem": string(sim.AuthorityPEM()),
		token: unsigned(fmt.Sprintf(`{"iss":%q,"sub":%q,"aud":%q,"exp":%d}`,
			cluster, subject, simulator.DefaultAudience, time.Now().Add(time.Hour).Unix())),
	} {
		path := filepath.Join(dir, name)
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600))
		if err != nil {
			t.Fatal(err)
		}
	}
	return &place{
		dir: dir, every: true,
		env: []string{
			withProgram(work), "STATUSSYNC_BASE_URL=" + sim.URL() + "/beta", "STATUSSYNC_CA_FILE=ca.pem",
			"TMPDIR=none", "STATUSSYNC_TERMINATION_LOG=dev/termination-log", "AZURE_AUTHORITY_HOST=" + sim.LoginURL() + "/",
			"AZURE_CLIENT_ID=" + app, "AZURE_TENANT_ID=" + simulator.DefaultTenant, "AZURE_FEDERATED_TOKEN_FILE=" + token,
		},
		names: []string{
			graphRoot, sim.URL() + "/beta", "https://login.microsoftonline.com", sim.LoginURL(),
			"/var/run/secrets", "var/run/secrets", "/etc/statussync", "etc/statussync", "/data/runs", "data/runs",
			"/input/users", "input/users", "/dev/termination", "dev/termination",
		},
	}
}
