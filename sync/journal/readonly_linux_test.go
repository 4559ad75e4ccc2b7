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
