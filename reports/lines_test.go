package reports

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryFaultOfLines leaves the older file, or the whole new one.
func TestEveryFaultOfLines(t *testing.T) {
	t.Parallel()
	whole := strings.Repeat("a line of the file\n", bufferSize/8)
	work := func(d folder) error {
		l, err := createLines(d, "before.jsonl")
		if err != nil {
			return err
		}
		defer l.Abort()
		for line := range strings.Lines(whole) {
			if err := l.Add([]byte(line)); err != nil {
				return err
			}
		}
		return l.Commit()
	}
	prepare := func(dir string) {
		if err := os.WriteFile(filepath.Join(dir, "before.jsonl"), []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	everyFault(t, false, prepare, work, func(dir string, err error) {
		text := content(t, dir)["before.jsonl"]
		if text != whole && (err == nil || text != "old") {
			t.Errorf("%d bytes after %v", len(text), err)
		}
	})
}

// TestLines has what is refused, and what is left of a file that was given up.
func TestLines(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "run")
	l, err := CreateLines(dir, "before.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Add([]byte("half")); err != nil {
		t.Fatal(err)
	}
	l.Abort()
	l.Abort()
	if names := content(t, dir); len(names) != 0 {
		t.Errorf("%v is left of a file that was given up", names)
	}
	if err := os.Symlink("elsewhere", filepath.Join(dir, "before.jsonl")); err != nil {
		t.Fatal(err)
	}
	if l, err = CreateLines(dir, "before.jsonl"); err != nil {
		t.Fatal(err)
	}
	if err := l.Commit(); !errors.Is(err, ErrLink) {
		t.Errorf("a link in its place: %v", err)
	}
}
