package journal

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/statussync/statussync/sync/row"
)

const (
	walGroups    = 6  // groups committed before the image is taken
	walGroupRows = 20 // rows in each
	walFence     = 160
	walRows      = 200
	walHead      = 32 // bytes
	walFrame     = 24 + pageSize
)

// walImage returns the files of a journal as a crash leaves them: groups of rows are committed, in the WAL alone.
func walImage(t *testing.T) (db, wal []byte) {
	dir := t.TempDir()
	j := openAt(t, dir)
	s := begin(t, j, "a", walRows)
	ok(t, s.Fence(t.Context(), walFence))
	for g := range int64(walGroups) {
		record(t, s, g*walGroupRows+1, (g+1)*walGroupRows, row.Succeeded, false)
		ok(t, s.Flush(t.Context()))
	}
	var err error
	db, err = os.ReadFile(filepath.Join(dir, fileName))
	ok(t, err)
	wal, err = os.ReadFile(filepath.Join(dir, fileName+"-wal"))
	ok(t, err)
	return db, wal
}

// opened lays the files down in a new folder and opens them.
func opened(t *testing.T, dir string, db, wal []byte) (*Journal, error) {
	t.Helper()
	ok(t, os.WriteFile(filepath.Join(dir, fileName), db, 0o600))
	ok(t, os.WriteFile(filepath.Join(dir, fileName+"-wal"), wal, 0o600))
	return Open(t.Context(), dir)
}

// wantPrefix checks that j holds the first groups and nothing else, that the rest is unknown up to the fence, and that
// work can go on. It returns how many groups there are.
func wantPrefix(t *testing.T, j *Journal) int {
	t.Helper()
	got := verdicts(t, j, "a")
	stored := strings.Count(got, "s")
	want := strings.Repeat("s", stored) + strings.Repeat("?", walFence-stored) + strings.Repeat("-", walRows-walFence)
	if stored%walGroupRows != 0 || got != want {
		t.Errorf("not a prefix: %s", got)
	}
	return stored / walGroupRows
}

// TestDamagedWAL cuts the WAL and flips bytes of it, in its head and in each frame's head, page and end: what was
// committed before the damage is there, what came after is unknown, since the fence never stands in the WAL alone.
func TestDamagedWAL(t *testing.T) {
	t.Parallel()
	db, wal := walImage(t)
	groups := func(damaged []byte, goOn bool) int {
		j, err := opened(t, t.TempDir(), db, damaged)
		ok(t, err)
		defer j.Close()
		n := wantPrefix(t, j)
		if goOn {
			s := resume(t, j, "a")
			record(t, s, int64(n*walGroupRows)+1, walRows, row.Succeeded, false)
			ok(t, s.End(t.Context(), 0, "", ""))
			want(t, j, "a", strings.Repeat("s", walRows))
		}
		return n
	}
	flip := func(at int) []byte {
		damaged := bytes.Clone(wal)
		damaged[at] ^= 0x10
		return damaged
	}
	for _, at := range []int{0, 5, 9, 17, 25} {
		if n := max(groups(flip(at), false), groups(wal[:at], false)); n != 0 {
			t.Errorf("damage to the head at %d: %d groups are read", at, n)
		}
	}
	before, steps := 0, 0
	for frame := walHead; frame < len(wal); frame += walFrame {
		n := groups(wal[:frame], true)
		if n < before || n > before+1 {
			t.Errorf("cut at %d: %d groups, and %d a frame before", frame, n, before)
		}
		steps += n - before
		before = n
		for _, at := range []int{2, 9, 17, 24 + 3, walFrame - 1} {
			if got := groups(flip(frame+at), false); got != n {
				t.Errorf("flipped at %d of the frame at %d: %d groups, want %d", at, frame, got, n)
			}
		}
		for _, at := range []int{1, walFrame - 1} {
			if got := groups(wal[:frame+at], false); got != n {
				t.Errorf("cut at %d of the frame at %d: %d groups, want %d", at, frame, got, n)
			}
		}
	}
	if n := groups(wal, true); n != walGroups || steps < walGroups-1 {
		t.Errorf("undamaged: %d groups after %d steps", n, steps)
	}
}

// TestLostWAL: without the WAL all rows up to the fence are unknown.
func TestLostWAL(t *testing.T) {
	t.Parallel()
	db, _ := walImage(t)
	j, err := opened(t, t.TempDir(), db, nil)
	ok(t, err)
	defer j.Close()
	if n := wantPrefix(t, j); n != 0 {
		t.Errorf("%d groups", n)
	}
}

// TestDamagedFile flips bytes of the main file: either that is an error with a type, or the journal can be read. A row
// has one outcome even then.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j := openAt(t, dir)
	s := begin(t, j, "a", walRows)
	record(t, s, 1, walRows, row.Succeeded, false)
	ok(t, s.End(t.Context(), 0, "", ""))
	ok(t, j.Close())
	db, err := os.ReadFile(filepath.Join(dir, fileName))
	ok(t, err)
	refused := 0
	for page := 0; page < len(db); page += pageSize {
		for _, at := range []int{0, 4, 9, 100} {
			damaged := bytes.Clone(db)
			damaged[page+at] ^= 0x15
			if !readable(t, damaged) {
				refused++
			}
		}
	}
	if refused == 0 {
		t.Error("no damage was noticed")
	}
}

// readable reports whether a journal of these bytes can be read to its end; if not, the error has a type.
func readable(t *testing.T, db []byte) bool {
	t.Helper()
	j, err := opened(t, t.TempDir(), db, nil)
	if err != nil {
		if !is[*DamagedError](err) && !is[*WriteError](err) && !is[*VersionError](err) {
			t.Errorf("opening: %T %v", err, err)
		}
		return false
	}
	defer j.Close()
	n := int64(0)
	for o, err := range j.Outcomes(t.Context(), "a") {
		if err != nil {
			if !is[*DamagedError](err) && !errors.Is(err, fs.ErrNotExist) { // its id may be what was hit
				t.Errorf("reading: %T %v", err, err)
			}
			return false
		}
		if n++; o.Row != n {
			t.Errorf("row %d comes where %d should", o.Row, n)
		}
	}
	return true
}
