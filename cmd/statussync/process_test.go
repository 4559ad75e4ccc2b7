package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const headerLine = "mobileAppId,id,userName,userPrincipalName," +
	"installedDeviceCount,failedDeviceCount,notInstalledDeviceCount\n"

// A process is the real main in a folder of its own.
type process struct {
	t   *testing.T
	dir string
	env []string // beside what every process has: a way to find programs, and no configuration
}

// newProcess writes the files, by their names, into the folder.
func newProcess(t *testing.T, files map[string]string, env ...string) *process {
	t.Helper()
	p := &process{t: t, dir: t.TempDir(), env: append([]string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent"}, env...)}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func (p *process) command(args ...string) *exec.Cmd {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), program(p.t, p.dir, "statussync"), args...)
	cmd.Dir, cmd.Env = p.dir, p.env
	return cmd
}

// run returns the exit status and what was printed.
func (p *process) run(args ...string) (status int, stdout, stderr string) {
	p.t.Helper()
	var out, errs bytes.Buffer
	cmd := p.command(args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	return p.exit(cmd.Run()), out.String(), errs.String()
}

// exit returns the exit status that the error of a process stands for.
func (p *process) exit(err error) int {
	p.t.Helper()
	var left *exec.ExitError
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &left):
		p.t.Fatal(err)
	}
	return left.ExitCode()
}

// users returns n rows of CSV with their header.
func users(n int) string {
	var b strings.Builder
	b.WriteString(headerLine)
	for i := range n {
		fmt.Fprintf(&b, "3b1f7c52-8a44-4f0e-9d1b-6c2a5e7f1a01,r%d,,u%d@contoso.example,%d,0,0\n", i, i, i)
	}
	return b.String()
}
