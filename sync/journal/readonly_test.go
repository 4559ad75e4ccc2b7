package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/statussync/statussync/sync/row"
)

// folder spells the names, sizes and times of what is in dir.
func folder(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	entries, err := os.ReadDir(dir)
	ok(t, err)
	for _, e := range entries {
		info, err := e.Info()
		ok(t, err)
		b.WriteString(fs.FormatFileInfo(info) + "\n")
	}
	return b.String()
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	if _, err := OpenReadOnly(ctx, dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a journal: %v", err)
	}
	if _, err := OpenReadOnly(ctx, filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a folder: %v", err)
	}
	j := openAt(t, dir)
	s := begin(t, j, "a", 3)
	ok(t, s.Fence(ctx, 2))
	read := func(want string) {
		t.Helper()
		before := folder(t, dir)
		r, err := OpenReadOnly(ctx, dir)
		ok(t, err)
		if got := verdicts(t, r, "a"); got != want {
			t.Errorf("rows are %s, want %s", got, want)
		}
		if after := folder(t, dir); after != before {
			t.Errorf("the folder was %s and is %s", before, after)
		}
		temp := r.temp
		ok(t, r.Close())
		if _, err := os.Stat(temp); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the copy is still there: %v", err)
		}
	}
	read("??-")
	record(t, s, 1, 1, row.Succeeded, false)
	ok(t, s.Flush(ctx))
	read("s?-")
	ok(t, s.End(ctx, 0, "", ""))
	read("s--")
	ok(t, j.Close())
	read("s--")
	ok(t, os.WriteFile(filepath.Join(dir, fileName), []byte("no journal"), 0o600))
	if _, err := OpenReadOnly(ctx, dir); !is[*DamagedError](err) {
		t.Errorf("got %T %v", err, err)
	}
}

// TestSnapshotAgain: what an earlier try has copied of a WAL that is gone now is not left beside the new copy.
func TestSnapshotAgain(t *testing.T) {
	t.Parallel()
	from, to := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	ok(t, os.WriteFile(from, []byte("file"), 0o600))
	ok(t, os.WriteFile(from+"-wal", []byte("wal"), 0o600))
	ok(t, snapshot(from, to))
	for copied, want := range map[string]string{to: "file", to + "-wal": "wal"} {
		if text, err := os.ReadFile(copied); err != nil || string(text) != want {
			t.Errorf("%s has %q, %v", copied, text, err)
		}
	}
	ok(t, os.Remove(from+"-wal"))
	ok(t, snapshot(from, to))
	if _, err := os.Stat(to + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old WAL is still there: %v", err)
	}
}

// TestReadWhileWritten reads a journal again and again while a session works in it: each time it holds a prefix of what
// was committed, and its books balance.
func TestReadWhileWritten(t *testing.T) {
	t.Parallel()
	const rows = 3000
	ctx, dir := t.Context(), t.TempDir()
	j := openAt(t, dir)
	s := begin(t, j, "a", rows)
	written := make(chan error)
	go func() {
		for n := int64(1); n <= rows; n++ {
			if n%500 == 1 {
				if err := s.Fence(ctx, n+499); err != nil {
					written <- err
					return
				}
			}
			if err := s.Record(row.Outcome{Row: n, Verdict: row.Succeeded}); err != nil {
				written <- err
				return
			}
		}
		written <- s.End(ctx, 0, "", "")
	}()
	reads := 0
	for {
		r, err := OpenReadOnly(ctx, dir)
		if err == nil {
			got := verdicts(t, r, "a")
			stored, doubt := strings.Count(got, "s"), strings.Count(got, "?")
			if got != strings.Repeat("s", stored)+strings.Repeat("?", doubt)+strings.Repeat("-", rows-stored-doubt) {
				t.Error("rows are missing in the middle")
			}
			ok(t, r.Close())
			reads++
		} else if !errors.Is(err, errMoving) {
			t.Error(err)
		}
		select {
		case err := <-written:
			ok(t, err)
			if reads == 0 {
				t.Error("never read")
			}
			return
		default:
		}
	}
}

// TestReadOnlyWithoutTemporaryFolder tells a machine without a folder for temporary files from one without a journal.
func TestReadOnlyWithoutTemporaryFolder(t *testing.T) {
	dir := t.TempDir()
	openAt(t, dir)
	t.Setenv("TMPDIR", filepath.Join(dir, "none"))
	t.Setenv("TMP", filepath.Join(dir, "none"))
	if _, err := OpenReadOnly(t.Context(), dir); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the journal is there, and yet: %v", err)
	}
}
