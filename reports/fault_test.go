package reports

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var errFault = errors.New("the disk says no")

// A faulty folder lets its n-th call fail, and all later ones too if it is broken for good. A write that fails has
// written half. It notes a rename of a file that was not synced.
type faulty struct {
	folder
	calls, failAt int
	forGood       bool
	noLinks       bool
	dirty         map[string]bool // by temporary name
	tornRename    bool
	unsettled     bool // a name changed since the folder was synced
}

func (f *faulty) fail() error {
	f.calls++
	if f.calls == f.failAt || f.forGood && f.failAt > 0 && f.calls > f.failAt {
		return errFault
	}
	return nil
}

type faultyFile struct {
	file
	on   *faulty
	name string
}

func (f *faulty) create(name string) (file, error) {
	if err := f.fail(); err != nil {
		return nil, err
	}
	inner, err := f.folder.create(name)
	if err != nil {
		return nil, err
	}
	return &faultyFile{inner, f, name}, nil
}

func (f *faultyFile) Write(p []byte) (int, error) {
	f.on.dirty[f.name] = true
	if err := f.on.fail(); err != nil {
		n, _ := f.file.Write(p[:len(p)/2])
		return n, err
	}
	return f.file.Write(p)
}

func (f *faultyFile) Sync() error {
	if err := f.on.fail(); err != nil {
		return err
	}
	delete(f.on.dirty, f.name)
	return nil
}

func (f *faultyFile) Close() error {
	err := f.on.fail()
	return errors.Join(f.file.Close(), err)
}

func (f *faulty) symlink(target, name string) error {
	if f.noLinks {
		return errors.ErrUnsupported
	}
	if err := f.fail(); err != nil {
		return err
	}
	return f.folder.symlink(target, name)
}

func (f *faulty) isLink(name string) (bool, error) {
	if err := f.fail(); err != nil {
		return false, err
	}
	return f.folder.isLink(name)
}

func (f *faulty) rename(from, to string) error {
	f.tornRename = f.tornRename || f.dirty[from]
	if err := f.fail(); err != nil {
		return err
	}
	f.unsettled = true
	return f.folder.rename(from, to)
}

func (f *faulty) remove(name string) error {
	if err := f.fail(); err != nil {
		return err
	}
	return f.folder.remove(name)
}

func (f *faulty) sync() error {
	f.unsettled = false
	return f.fail()
}

// everyFault prepares a folder and runs work over it with the 1st, 2nd, 3rd … call failing until none does; after
// each it asks check, which is told whether work succeeded.
func everyFault(
	t *testing.T, noLinks bool, prepare func(dir string), work func(folder) error, check func(dir string, err error),
) {
	t.Helper()
	for _, forGood := range []bool{false, true} {
		for n := 1; ; n++ {
			if n > 1000 {
				t.Fatal("there is no end")
			}
			dir := t.TempDir()
			prepare(dir)
			d, err := openFolder(dir)
			if err != nil {
				t.Fatal(err)
			}
			bad := &faulty{folder: d, failAt: n, forGood: forGood, noLinks: noLinks, dirty: make(map[string]bool)}
			err = work(bad)
			check(dir, err)
			if bad.tornRename {
				t.Errorf("call %d: a file got its name before it was synced", n)
			}
			if err == nil && bad.unsettled {
				t.Errorf("call %d: the folder was not synced after a rename", n)
			}
			if err != nil && !errors.Is(err, errFault) {
				t.Errorf("call %d: %v", n, err)
			}
			var typed *Error
			if err != nil && !errors.As(err, &typed) {
				t.Errorf("call %d: %T is not an *Error", n, err)
			}
			if bad.calls < n {
				if err != nil {
					t.Errorf("nothing failed, but: %v", err)
				}
				break
			}
		}
	}
}

// manyEntries repeats the sample until each file takes several writes.
func manyEntries() []Entry {
	var entries []Entry
	for range 60 {
		entries = append(entries, sampleEntries()[:9]...)
	}
	for i := range entries {
		e := &entries[i]
		e.Number = int64(i + 1)
		e.Outcome.Row = e.Number
	}
	for _, e := range sampleEntries()[9:] {
		e.Number = int64(len(entries) + 1)
		e.Outcome.Row = e.Number
		entries = append(entries, e)
	}
	return entries
}

func TestEveryFaultOfFiles(t *testing.T) {
	t.Parallel()
	fresh := manyEntries()
	older := content(t, write(t, sampleInputs(), sampleEntries()[:9], Options{}))
	newer := content(t, write(t, sampleInputs(), fresh, Options{}))
	prepare := func(dir string) {
		for name, text := range older {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	work := func(d folder) error {
		f, err := create(d, sampleInputs(), Options{})
		if err != nil {
			return err
		}
		for _, e := range fresh {
			if f.Add(e) != nil {
				break // Commit says it again
			}
		}
		return f.Commit()
	}
	everyFault(t, false, prepare, work, func(dir string, err error) {
		have := content(t, dir)
		for name, text := range have {
			if name[0] != '.' && text != older[name] && text != newer[name] {
				t.Errorf("%s is torn: %d bytes", name, len(text))
			}
		}
		for name := range older {
			if _, ok := have[name]; !ok {
				t.Errorf("%s is gone", name)
			}
		}
		if err == nil && !maps.Equal(newer, have) {
			t.Error(cmp.Diff(newer, have))
		}
	})
}

func TestEveryFaultOfReport(t *testing.T) {
	t.Parallel()
	prepare := func(dir string) {
		if err := os.WriteFile(filepath.Join(dir, reportName), []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	work := func(d folder) error { return writeWhole(d, reportName, []byte("new")) }
	everyFault(t, false, prepare, work, func(dir string, err error) {
		if got := content(t, dir)[reportName]; got != "new" && (err == nil || got != "old") {
			t.Errorf("got %q", got)
		}
	})
}

func TestEveryFaultOfLatest(t *testing.T) {
	t.Parallel()
	for _, noLinks := range []bool{false, true} {
		prepare := func(dir string) {
			if err := os.Symlink("run1", filepath.Join(dir, latest)); err != nil {
				t.Fatal(err)
			}
		}
		work := func(d folder) error { _, err := point(d, "run2"); return err }
		everyFault(t, noLinks, prepare, work, func(dir string, err error) {
			got, readErr := os.Readlink(filepath.Join(dir, latest))
			if readErr != nil {
				text, _ := os.ReadFile(filepath.Join(dir, latest))
				if got = string(text); got == "run2\n" {
					got = "run2"
				}
			}
			if got != "run2" && (err == nil || got != "run1") {
				t.Errorf("latest is %q after %v", got, err)
			}
		})
	}
}
