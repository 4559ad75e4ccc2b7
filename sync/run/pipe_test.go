//go:build unix

package run

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// fifo makes a named pipe that a writer will fill once, and returns its path.
func (w *world) fifo(name, content string) string {
	w.Helper()
	path := filepath.Join(w.home, name)
	check(w, unix.Mkfifo(path, 0o600))
	written := make(chan error, 1)
	go func() { written <- os.WriteFile(path, []byte(content), 0) }()
	w.Cleanup(func() { check(w, <-written) })
	return path
}

// TestPipe reads a named pipe once, for Run as well as for Plan, which reads twice.
func TestPipe(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	content := header + line(1, 1) + line(2, 2) + line(2, 2)
	o := w.opt
	o.Inputs = []string{w.fifo("a", content)}
	if p, err := Plan(t.Context(), o); err != nil || p.Counts.Send != 2 || p.Counts.Duplicate != 1 {
		t.Errorf("planned: %+v, %v", p, err)
	}
	r := w.run(ExitOK, w.fifo("b", content))
	if got := w.verdicts(r.ID); got != "2 succeeded, 1 duplicate" {
		t.Error(got)
	}
}

// TestPipeWithoutWriter is stopped by a signal while it waits for somebody to write.
func TestPipeWithoutWriter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	path := filepath.Join(w.home, "pipe")
	check(t, unix.Mkfifo(path, 0o600))
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(Signal(2))
	dir, err := os.OpenRoot(t.TempDir())
	check(t, err)
	defer dir.Close()
	if _, err := takeIn(ctx, dir, []string{path}, nil); ExitStatus(err) != 130 {
		t.Errorf("%v", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0) // lets go of the goroutine that still waits
	check(t, err)
	check(t, f.Close())
}
