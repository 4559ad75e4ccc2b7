package reports

import (
	"os"
	"path/filepath"
	"testing"
)

func TestLatest(t *testing.T) {
	t.Parallel()
	runs := t.TempDir()
	for _, id := range []string{"20261123T154100Z-3f9a", "20261124T154100Z-0001"} {
		if err := os.Mkdir(filepath.Join(runs, id), 0o700); err != nil {
			t.Fatal(err)
		}
		if linked, err := Latest(runs, id); err != nil || !linked {
			t.Fatalf("got %v, %v", linked, err)
		}
		if got, err := os.Readlink(filepath.Join(runs, latest)); err != nil || got != id {
			t.Errorf("got %q, %v; want %q", got, err, id)
		}
	}
	if list, err := os.ReadDir(runs); err != nil || len(list) != 3 {
		t.Errorf("the folder holds %v, %v", list, err)
	}
}

func TestLatestWithoutLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	linked, err := point(&faulty{folder: d, noLinks: true, dirty: make(map[string]bool)}, "run1")
	if linked || err != nil {
		t.Errorf("got %v, %v", linked, err)
	}
	if got := content(t, dir)[latest]; got != "run1\n" {
		t.Errorf("got %q", got)
	}
}

func TestLatestErrors(t *testing.T) {
	t.Parallel()
	runs := t.TempDir()
	for _, id := range []string{"", ".", "..", "../elsewhere", "a/b", "/etc"} {
		if _, err := Latest(runs, id); err == nil {
			t.Errorf("%q was taken for a run", id)
		}
	}
	if _, err := Latest(filepath.Join(runs, "none"), "run1"); err == nil {
		t.Error("a folder that is missing was no error")
	}
	if err := os.MkdirAll(filepath.Join(runs, latest, "mine"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Latest(runs, "run1"); err == nil {
		t.Error("a folder with the name latest was replaced")
	}
	if list, err := os.ReadDir(runs); err != nil || len(list) != 1 {
		t.Errorf("the folder holds %v, %v", list, err)
	}
}
