//go:build unix

package signin

import (
	"path/filepath"
	"syscall"
	"testing"
)

// TestNoRegularFile: a pipe nobody writes to does not hold us up, a device does not fill the memory.
func TestNoRegularFile(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, "/dev/zero"} {
		if got, err := NewFile(path).Token(t.Context(), "", ""); err == nil {
			t.Errorf("%s: %q", path, got)
		}
	}
}
