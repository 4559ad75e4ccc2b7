package journal

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

// TestReadOnlyFolder uses a folder that may not be written, in a child which obeys its mode even for root.
func TestReadOnlyFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j := openAt(t, dir)
	ok(t, j.Begin(t.Context(), Run{ID: "a"}))
	ok(t, j.Close())
	ok(t, os.Chmod(filepath.Join(dir, fileName), 0o400))
	ok(t, os.Chmod(dir, 0o500))
	t.Cleanup(func() { os.Chmod(dir, 0o700) })
	c := childCommand(t, "open", dir)
	c.Stderr = nil
	if out, err := obedient(c); err != nil || string(out) != "read it\n" {
		t.Errorf("%v: %s", err, out)
	}
}

// obedient runs c in a process that has lost root's right to pass over the modes of files.
func obedient(c *exec.Cmd) (out []byte, err error) {
	const (
		dropFromBoundingSet = 24 // prctl
		overrideModes       = 1  // capabilities
		readAndSearch       = 2
	)
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		for _, capability := range []uintptr{overrideModes, readAndSearch} {
			// Without the right to do this a process has not the other right either.
			syscall.Syscall(syscall.SYS_PRCTL, dropFromBoundingSet, capability, 0)
		}
		out, err = c.CombinedOutput()
	}()
	<-done
	return out, err
}

// TestSnapshotOfMovingJournal starts the WAL anew while the file is being copied; the file is a pipe, so that the copy
// waits for it.
func TestSnapshotOfMovingJournal(t *testing.T) {
	t.Parallel()
	from, to := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	ok(t, syscall.Mkfifo(from, 0o600))
	for _, c := range []struct {
		later string
		want  error
	}{{"head of another", errMoving}, {"", errMoving}, {"head of one", nil}} {
		ok(t, os.WriteFile(from+"-wal", []byte("head of one"), 0o600))
		result := make(chan error)
		go func() { result <- snapshot(from, to) }()
		pipe, err := os.OpenFile(from, os.O_WRONLY, 0)
		ok(t, err)
		ok(t, os.Remove(from+"-wal"))
		if c.later != "" {
			ok(t, os.WriteFile(from+"-wal", []byte(c.later), 0o600))
		}
		ok(t, pipe.Close())
		if err := <-result; err != c.want {
			t.Errorf("the WAL became %q: got %v, want %v", c.later, err, c.want)
		}
	}
}
