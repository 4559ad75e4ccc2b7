package journal

import (
	"database/sql"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// version1 makes a journal as the first version did, of a run of which a killed session is the last.
//
//go:embed testdata/version1.sql
var version1 string

// oldJournal returns a folder with a journal of version 1.
func oldJournal(t *testing.T) (dir, path string) {
	t.Helper()
	dir = t.TempDir()
	path = filepath.Join(dir, fileName)
	db, err := sql.Open("sqlite", path)
	ok(t, err)
	_, err = db.Exec(fmt.Sprintf("PRAGMA page_size = %d; PRAGMA journal_mode = WAL; ", pageSize) + version1)
	ok(t, err)
	ok(t, db.Close())
	return dir, path
}

// wantOld checks that j has what the journal of version 1 had.
func wantOld(t *testing.T, j *Journal) {
	t.Helper()
	ctx := t.Context()
	want(t, j, "a", "ss??--")
	wantView(t, j, "ss??--")
	r, err := j.Run(ctx, "a")
	ok(t, err)
	if r.State != StateOpen || r.Fence != 5 || r.Doubt != 4 || len(r.Inputs) != 1 || r.Verified != (Verification{}) {
		t.Errorf("the run is %+v", r)
	}
	for a, err := range j.Applied(ctx, "t") {
		ok(t, err)
		if a.Key != 7 {
			t.Errorf("the target holds %v", a)
		}
	}
	if rate, at, err := j.Learned(ctx, "t"); rate != 0 || !at.IsZero() || err != nil {
		t.Errorf("learned %v, %v, %v", rate, at, err)
	}
}

// columns spells the tables of a journal with their columns.
func columns(t *testing.T, j *Journal) string {
	t.Helper()
	rows, err := j.db.Query(`SELECT s.name || ' ' || c.name || ' ' || c.type
		FROM sqlite_schema s, pragma_table_info(s.name) c WHERE s.type = 'table' ORDER BY s.name, c.cid`)
	ok(t, err)
	defer rows.Close()
	var b strings.Builder
	for rows.Next() {
		var line string
		ok(t, rows.Scan(&line))
		b.WriteString(line + "\n")
	}
	ok(t, rows.Err())
	return b.String()
}

// TestOlderJournal: a journal of version 1 is brought up to date where it lies, once, and work goes on in it.
func TestOlderJournal(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dir, _ := oldJournal(t)
	j := openAt(t, dir)
	wantOld(t, j)
	if d := cmp.Diff(columns(t, openAt(t, t.TempDir())), columns(t, j)); d != "" {
		t.Errorf("the tables are not those of a new journal: %s", d)
	}
	s := resume(t, j, "a")
	ok(t, s.Revise(mismatched(1, "a: sent 1, read back 2")))
	ok(t, s.End(ctx, 4, "", ""))
	ok(t, j.Verified(ctx, "a", Verification{Different: 1}))
	ok(t, j.Learn(ctx, "t", 4.9))
	ok(t, j.Close())
	j = openAt(t, dir)
	want(t, j, "a", "ms??--")
	if rate, _, err := j.Learned(ctx, "t"); rate != 4.9 || err != nil {
		t.Errorf("learned %v, %v", rate, err)
	}
}

// TestOlderJournalReadOnly: reading changes nothing.
func TestOlderJournalReadOnly(t *testing.T) {
	t.Parallel()
	dir, path := oldJournal(t)
	before, err := os.ReadFile(path)
	ok(t, err)
	for range 2 {
		j, err := OpenReadOnly(t.Context(), dir)
		ok(t, err)
		wantOld(t, j)
		ok(t, j.Close())
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the journal was changed (%v)", err)
	}
}
