package run

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/statussync/statussync/reports"
)

// TestSweep has everybody who works at the runs folder remove what killed processes left, and nothing else.
func TestSweep(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	path := w.file("users.csv", table(1, 2))
	old, saved := w.run(ExitOK, path).ID, w.saves(path)
	foreign := filepath.Join(w.opt.Dir, "lost+found", reports.TempPrefix+"x")
	check(t, os.MkdirAll(foreign, 0o700))
	check(t, os.Chmod(filepath.Dir(foreign), 0))
	t.Cleanup(func() { os.Chmod(filepath.Dir(foreign), 0o700) })
	for _, who := range []struct {
		name string
		work func()
	}{
		{"run", func() { w.run(ExitOK, path) }},
		{"plan --save", func() { w.saves(path) }},
		{"run --run", func() { w.sends(ExitOK, saved) }},
		{"report", func() { check(t, Report(t.Context(), w.opt.Dir, old, "test", w.opt.Summarize)) }},
		{"runs prune", func() { _, err := Prune(t.Context(), w.opt.Dir, 9); check(t, err) }},
	} {
		var left []string
		for _, name := range []string{
			tempPrefix + "20261123T154100Z-3f9a/" + inputDir, reports.TempPrefix + "journal",
			old + "/" + reports.TempPrefix + "read-1", old + "/" + inputDir + "/" + reports.TempPrefix + "ids",
		} {
			left = append(left, filepath.Join(w.opt.Dir, filepath.FromSlash(name)))
			check(t, os.MkdirAll(left[len(left)-1], 0o700))
		}
		who.work()
		for _, path := range left {
			if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: %s is still there: %v", who.name, path, err)
			}
		}
	}
	check(t, os.Chmod(filepath.Dir(foreign), 0o700))
	if _, err := os.Stat(foreign); err != nil {
		t.Error(err)
	}
}
