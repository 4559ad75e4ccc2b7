package reports

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLinksAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"rows.jsonl", "rows.csv", "failed-1.csv", "invalid-2.jsonl", reportName, PageName} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			victim := filepath.Join(t.TempDir(), "victim")
			if err := os.WriteFile(victim, []byte("precious"), 0o600); err != nil {
				t.Fatal(err)
			}
			plant := func() {
				if err := os.Symlink(victim, filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
			}
			f, err := Create(dir, sampleInputs(), Options{}) // the link comes while the files are written
			if err != nil {
				t.Fatal(err)
			}
			plant()
			whole := map[string]func(string, *Run, *Groups) error{reportName: WriteJSON, PageName: WritePage}[name]
			if whole != nil {
				f.Abort()
				err = whole(dir, &Run{}, nil)
			} else {
				err = f.Commit()
			}
			if !errors.Is(err, ErrLink) {
				t.Errorf("got %v", err)
			}
			if whole == nil {
				if _, err := Create(dir, sampleInputs(), Options{}); !errors.Is(err, ErrLink) {
					t.Errorf("Create: %v", err)
				}
			}
			if text, err := os.ReadFile(victim); err != nil || string(text) != "precious" {
				t.Errorf("the victim holds %q, %v", text, err)
			}
			if left := content(t, dir); len(left) != 1 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

func TestFolderThatIsALink(t *testing.T) {
	t.Parallel()
	link := filepath.Join(t.TempDir(), "run")
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(link, nil, Options{}); !errors.Is(err, ErrLink) {
		t.Errorf("Create: %v", err)
	}
	if err := WriteJSON(link, &Run{}, nil); !errors.Is(err, ErrLink) {
		t.Errorf("WriteJSON: %v", err)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	_, err := Create(filepath.Join(t.TempDir(), "none", "run"), nil, Options{})
	var failure *Error
	if !errors.As(err, &failure) || !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("got %v", err)
	}
	if want := fmt.Sprintf("cannot create %q: no such file or directory", failure.Name); err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if !strings.Contains(failure.Hint(), "statussync report") {
		t.Errorf("hint: %q", failure.Hint())
	}
	if hint := (&Error{Err: ErrLink}).Hint(); !strings.Contains(hint, "link") {
		t.Errorf("hint: %q", hint)
	}
	cause := &os.LinkError{Op: "rename", Old: "a", New: "b", Err: fs.ErrPermission}
	rename := &Error{Op: "rename", Name: "rows.csv", Err: cause}
	if got, want := rename.Error(), `cannot rename "rows.csv": permission denied`; got != want {
		t.Errorf("got %q", got)
	}
	books := &BooksError{Row: 7, Outcome: 8, Want: 6}
	if got := books.Error(); !strings.Contains(got, "row 7 with the outcome of row 8 came where row 6 was due") {
		t.Errorf("got %q", got)
	}
}

// TestCreateNeedsAFreshName holds that a name somebody has planted is neither followed nor taken over.
func TestCreateNeedsAFreshName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("file", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"file", "link"} {
		if f, err := d.create(name); !errors.Is(err, fs.ErrExist) || f != nil {
			t.Errorf("%s: %v, %v", name, f, err)
		}
	}
	if _, err := d.create("../escaped"); err == nil {
		t.Error("a name led out of the folder")
	}
	if got := content(t, dir)["file"]; got != "precious" {
		t.Errorf("the file holds %q", got)
	}
}
