package run

import (
	"os"
	"runtime"
	"testing"
)

// TestSpool has no name that a killed process could leave behind, and none in the end on any system.
func TestSpool(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, err := newSpool(dir, "x-")
	check(t, err)
	if names, err := os.ReadDir(dir); runtime.GOOS != "windows" && len(names) > 0 {
		t.Errorf("%v, %v", names, err)
	}
	if n, err := f.WriteAt([]byte("abc"), 5); n != 3 || err != nil {
		t.Errorf("wrote %d: %v", n, err)
	}
	closeSpool(f)
	if names, err := os.ReadDir(dir); len(names) > 0 || err != nil {
		t.Errorf("%v, %v", names, err)
	}
}
