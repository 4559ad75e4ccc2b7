package journal

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/statussync/statussync/sync/row"
)

// openAt opens the journal in dir and closes it with the test.
func openAt(t testing.TB, dir string) *Journal {
	t.Helper()
	j, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

// begin begins the run id with so many rows, and a session at it.
func begin(t testing.TB, j *Journal, id string, rows int64) *Session {
	t.Helper()
	ctx := t.Context()
	ok(t, j.Begin(ctx, Run{ID: id, Fingerprint: "f", Target: "t", Settings: "{}"}))
	s := resume(t, j, id)
	ok(t, j.Planned(ctx, id, rows, nil))
	return s
}

func resume(t testing.TB, j *Journal, id string) *Session {
	t.Helper()
	s, err := j.BeginSession(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// record records outcomes with that verdict for the rows from first to last.
func record(t testing.TB, s *Session, first, last int64, v row.Verdict, retryable bool) {
	t.Helper()
	for n := first; n <= last; n++ {
		ok(t, s.Record(row.Outcome{Row: n, Line: n + 1, Verdict: v, Retryable: retryable, Attempts: 1,
			Answer: row.Answer{HTTPStatus: 200}, At: time.Unix(n, 0).UTC()}))
	}
}

// verdicts spells what the journal says of each row of a run with a letter: s succeeded, f failed, F failed but
// retryable, ? unknown, - unsent, i invalid, m mismatched.
func verdicts(t testing.TB, j *Journal, id string) string {
	t.Helper()
	letters := map[row.Verdict]byte{
		row.Succeeded: 's', row.Failed: 'f', row.Unknown: '?', row.Unsent: '-', row.Invalid: 'i', row.Mismatched: 'm',
	}
	var b strings.Builder
	n, again := int64(0), int64(0)
	counted := map[row.Verdict]int64{}
	for o, err := range j.Outcomes(t.Context(), id) {
		ok(t, err)
		if n++; o.Row != n {
			t.Fatalf("row %d comes where %d should", o.Row, n)
		}
		c := letters[o.Verdict]
		if o.Verdict == row.Failed && o.Retryable {
			c = 'F'
		}
		b.WriteByte(c)
		counted[o.Verdict]++
		if o.Retryable {
			again++
		}
	}
	counts, a, err := j.Counts(t.Context(), id)
	ok(t, err)
	if d := cmp.Diff(counted, counts); d != "" || a != again {
		t.Errorf("counts differ from outcomes (%d and %d to send again): %s", a, again, d)
	}
	return b.String()
}

func want(t testing.TB, j *Journal, id, verdictsWanted string) {
	t.Helper()
	if got := verdicts(t, j, id); got != verdictsWanted {
		t.Errorf("run %s: rows are %s, want %s", id, got, verdictsWanted)
	}
}

func TestRunKeepsWhatItWasGiven(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	j := openAt(t, dir)
	started := time.Date(2026, 11, 23, 15, 41, 0, 7, time.UTC)
	inputs := []Input{
		{Name: "users.csv", File: "1.csv", SHA256: "ab", Bytes: 10, Rows: 2},
		{Name: "stdin", File: "2", Rows: 1},
	}
	ok(t, j.Begin(ctx, Run{ID: "a", Fingerprint: "f", Target: "t", Settings: `{"x":1}`, Started: started}))
	ok(t, j.Begin(ctx, Run{ID: "b"}))
	wantRun := Run{ID: "a", Fingerprint: "f", Target: "t", Settings: `{"x":1}`, Started: started, State: StatePlanning,
		ExitStatus: -1}
	check := func() {
		t.Helper()
		got, err := j.Run(ctx, "a")
		ok(t, err)
		if got.Ended.IsZero() != wantRun.Ended.IsZero() {
			t.Errorf("ended %v", got.Ended)
		}
		got.Ended = wantRun.Ended
		if d := cmp.Diff(wantRun, got); d != "" {
			t.Error(d)
		}
	}
	check()
	s := resume(t, j, "a")
	ok(t, j.Planned(ctx, "a", 3, inputs))
	ok(t, s.Fence(ctx, 2))
	wantRun.State, wantRun.Rows, wantRun.Inputs, wantRun.Sessions, wantRun.Fence = StateOpen, 3, inputs, 1, 2
	check()
	ok(t, s.End(ctx, 5, "", ""))
	wantRun.ExitStatus, wantRun.Ended = 5, time.Now()
	check()
	ok(t, j.Conclude(ctx, "a", StateFinished, -1))
	wantRun.State = StateFinished
	check()
	ok(t, j.Conclude(ctx, "a", StateFinished, 9))
	wantRun.ExitStatus = 9
	check()
	ok(t, j.Close())
	j = openAt(t, dir)
	check()
	runs, err := j.Runs(ctx)
	ok(t, err)
	if len(runs) != 2 || runs[0].ID != "b" || runs[1].ID != "a" {
		t.Errorf("runs are not newest first: %v", runs)
	}
}

func TestNoSuchRun(t *testing.T) {
	t.Parallel()
	ctx, j := t.Context(), openAt(t, t.TempDir())
	ok(t, j.Begin(ctx, Run{ID: "a"}))
	for name, f := range map[string]func(id string) error{
		"Run":          func(id string) error { _, err := j.Run(ctx, id); return err },
		"Planned":      func(id string) error { return j.Planned(ctx, id, 1, nil) },
		"Save":         func(id string) error { return j.Save(ctx, id, 1, nil, "") },
		"Start":        func(id string) error { return j.Start(ctx, id) },
		"Conclude":     func(id string) error { return j.Conclude(ctx, id, StateFinished, 0) },
		"Verified":     func(id string) error { return j.Verified(ctx, id, Verification{}) },
		"BeginSession": func(id string) error { _, err := j.BeginSession(ctx, id); return err },
		"Counts":       func(id string) error { _, _, err := j.Counts(ctx, id); return err },
		"Refresh":      func(id string) error { return j.Refresh(ctx, id, nil) },
		"Outcomes":     func(id string) error { return firstError(j.Outcomes(ctx, id)) },
		"Troubles":     func(id string) error { return firstError(j.Troubles(ctx, id)) },
		"Tallies":      func(id string) error { return firstError(j.Tallies(ctx, id)) },
	} {
		for _, id := range []string{"", "b"} {
			if err := f(id); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s of run %q: %v", name, id, err)
			}
		}
	}
	if err := j.Begin(ctx, Run{ID: "a"}); err == nil {
		t.Error("a second run with the same id was begun")
	}
}

func firstError[T any](seq func(func(T, error) bool)) (err error) {
	for _, err = range seq {
		return err
	}
	return nil
}

func TestFilesArePrivate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "runs")
	lock, err := Acquire(t.Context(), dir, 0)
	ok(t, err)
	defer lock.Release()
	j := openAt(t, dir)
	begin(t, j, "a", 1)
	for name, mode := range map[string]fs.FileMode{".": 0o700, "lock": 0o600, fileName: 0o600, fileName + "-wal": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		ok(t, err)
		if info.Mode().Perm() != mode {
			t.Errorf("%s has mode %v, want %v", name, info.Mode().Perm(), mode)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	sqlite := func(statements string) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			db, err := sql.Open("sqlite", path)
			ok(t, err)
			_, err = db.Exec(statements)
			ok(t, err)
			ok(t, db.Close())
		}
	}
	newer := func(t *testing.T, path string) {
		ok(t, openAt(t, filepath.Dir(path)).Close())
		sqlite("PRAGMA user_version = 3; CREATE TABLE future (x)")(t, path)
	}
	link := func(t *testing.T, path string) { ok(t, os.Symlink("elsewhere", path)) }
	folder := func(t *testing.T, path string) { ok(t, os.Mkdir(path, 0o700)) }
	text := func(text string) func(*testing.T, string) {
		return func(t *testing.T, path string) { ok(t, os.WriteFile(path, []byte(text), 0o600)) }
	}
	for name, c := range map[string]struct {
		make func(t *testing.T, path string)
		is   func(error) bool
		text string
	}{
		"a newer schema":           {newer, is[*VersionError], "has schema 3, this one knows up to 2"},
		"no schema at all":         {sqlite("PRAGMA application_id = 1400136019"), is[*DamagedError], "is not a journal"},
		"another program's tables": {sqlite("CREATE TABLE other (x)"), is[*DamagedError], "is not a journal"},
		"another program's mark":   {sqlite("PRAGMA application_id = 7"), is[*DamagedError], "is not a journal"},
		"no database":              {text(strings.Repeat("hello ", 999)), is[*DamagedError], "is damaged"},
		"a link":                   {link, is[*WriteError], "not a regular file"},
		"a folder":                 {folder, is[*WriteError], "not a regular file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), fileName)
			c.make(t, path)
			before, _ := os.ReadFile(path)
			_, err := Open(t.Context(), filepath.Dir(path))
			if !c.is(err) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("got %T %v", err, err)
			}
			if h, is := errors.AsType[hinter](err); !is || h.Hint() == "" {
				t.Error("no hint")
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Error("the file was changed")
			}
		})
	}
}

type hinter interface {
	error
	Hint() string
}

func is[E error](err error) bool {
	_, is := errors.AsType[E](err)
	return is
}

func TestAnotherProgramHasItOpen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ok(t, openAt(t, dir).Close())
	db, err := sql.Open("sqlite", filepath.Join(dir, fileName))
	ok(t, err)
	defer db.Close()
	rows, err := db.Query("SELECT count(*) FROM run")
	ok(t, err)
	defer rows.Close()
	if !rows.Next() {
		t.Fatal("no row")
	}
	_, err = Open(t.Context(), dir)
	if !is[*WriteError](err) || !strings.Contains(err.Error(), "another program has it open") {
		t.Errorf("got %T %v", err, err)
	}
}
