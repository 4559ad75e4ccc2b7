package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// TestLostOutput writes to a full disk: that is said, and a success leaves with 9. To a pipe that nobody reads, the
// same commands write in vain, and nothing is said.
func TestLostOutput(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(simulator.New(simulator.Config{Quota: simulator.Quota{Unlimited: true}}))
	t.Cleanup(server.Close)
	p := newProcess(t, map[string]string{"users.csv": users(3), "bad.csv": headerLine + "x\n"}, "STATUSSYNC_TOKEN="+canary)
	at := " --base-url=" + server.URL + "/beta "
	if status, _, stderr := p.run(strings.Fields("run --quiet --rate=0" + at + "users.csv")...); status != 0 {
		t.Fatal(status, stderr)
	}
	for command, status := range map[string]int{
		"version": 0, "version -o json": 0, "schema report": 0, "completion bash": 0, "run --help": 0, "config": 0,
		"plan users.csv": 0, "plan -o csv users.csv": 0, "plan -o json users.csv": 0,
		"plan --detailed-exitcode users.csv": 10, "doctor" + at: 0,
		"verify" + at + "users.csv": 0, "verify -o csv" + at + "users.csv": 0,
		"runs list": 0, "runs -o json": 0, "runs -o csv": 0, "runs show": 0, "report": 0,
		"run --rate=0 --fresh" + at + "users.csv": 0, "run --rate=0 --fresh -o json" + at + "users.csv": 0,
		"run --rate=0" + at + "bad.csv": 3,
	} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		want := status
		if status == 0 || status == 10 {
			want = 9
		}
		got, stderr := p.writing(full, command)
		said := strings.Contains(stderr, "statussync: standard output could not be written: ")
		if got != want || !said {
			t.Errorf("%s to a full disk: exit status %d, want %d\n%s", command, got, want, stderr)
		}
		nobody, pipe, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		nobody.Close()
		if got, stderr := p.writing(pipe, command); got != status || strings.Contains(stderr, "pipe") {
			t.Errorf("%s to nobody: exit status %d, want %d\n%s", command, got, status, stderr)
		}
	}
}

// writing runs a command whose standard output is out, which it closes.
func (p *process) writing(out *os.File, command string) (status int, stderr string) {
	p.t.Helper()
	defer out.Close()
	var errs bytes.Buffer
	cmd := p.command(strings.Fields(command)...)
	cmd.Stdout, cmd.Stderr = out, &errs
	return p.exit(cmd.Run()), errs.String()
}
