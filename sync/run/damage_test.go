package run

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/statussync/statussync/sync/row"
)

// strayOutcome adds what became of row 5 to a row behind it.
const strayOutcome = `INSERT INTO outcome SELECT id + ?, session, input, line, verdict, retryable, attempts,
	http_status, code, message, mismatch, reason, request_id, client_request_id, at, duration
	FROM outcome WHERE id & 0xffffffff = 5`

// damages are ways in which what a run left may be damaged, and words of the error that tells of it.
var damages = []struct {
	name   string
	damage func(w *world, input string)
	words  []string
}{
	{"a row too many in the journal", func(w *world, _ string) { w.exec(`UPDATE run SET rows = 6`) },
		[]string{"do not balance"}},
	{"a row too few in the journal", func(w *world, _ string) { w.exec(`UPDATE run SET rows = 4`) },
		[]string{"do not balance"}},
	{"an outcome of no row", func(w *world, _ string) { w.exec(strayOutcome, 1) }, []string{"do not balance"}},
	{"an outcome that is missing", func(w *world, _ string) {
		w.exec(`DELETE FROM outcome WHERE id & 0xffffffff = 3`)
	}, []string{"do not balance", "1 of its rows"}},
	{"a verdict that does not exist", func(w *world, _ string) { w.exec(`UPDATE outcome SET verdict = 9 WHERE id & 1`) },
		[]string{"damaged"}},
	{"a row too few in the copy", func(w *world, input string) { check(w, os.WriteFile(input, []byte(table(1, 4)), 0)) },
		[]string{"5 rows were read, 4 are accounted for"}},
	{"a row too many in the copy", func(w *world, input string) { check(w, os.WriteFile(input, []byte(table(1, 6)), 0)) },
		[]string{"row 6 is not in the journal"}},
	{"no copy", func(w *world, input string) { check(w, os.Remove(input)) }, []string{"users.csv"}},
	{"no journal", func(w *world, _ string) {
		check(w, os.WriteFile(filepath.Join(w.opt.Dir, "journal.db"), []byte("not a journal, but long enough"), 0o600))
	}, []string{"journal.db", "move the file away"}},
}

// TestBooksOutOfBalance damages what a run left, and sees the report refuse to be written rather than be wrong.
func TestBooksOutOfBalance(t *testing.T) {
	t.Parallel()
	origin := newWorld(t, unlimited)
	origin.opt.Target = anywhere
	id := origin.run(ExitOK, origin.file("users.csv", table(1, 5))).ID
	for _, test := range damages {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, unlimited)
			origin.copyTo(w)
			before := w.files(id)
			test.damage(w, filepath.Join(w.opt.Dir, id, inputDir, "1.csv"))
			err := Report(t.Context(), w.opt.Dir, "", "test", w.opt.Summarize)
			if ExitStatus(err) != ExitBooks || !has(err, test.words...) {
				t.Errorf("report: exit status %d of %v", ExitStatus(err), err)
			}
			after := w.files(id)
			for _, name := range []string{"rows.jsonl", "rows.csv", "report.json", "report.html"} {
				if before[name] != after[name] {
					t.Errorf("%s was written all the same", name)
				}
			}
		})
	}
}

// TestCopyDamaged goes on with a run whose copy of the input has lost its end, or all of it: the same command brings
// the content along.
func TestCopyDamaged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	path := w.file("users.csv", table(1, 30))
	first := w.limited(5, path)
	check(t, os.WriteFile(filepath.Join(w.opt.Dir, first.ID, inputDir, "1.csv"), []byte(table(1, 20)), 0o600))
	w.limited(5, path)
	check(t, os.RemoveAll(filepath.Join(w.opt.Dir, first.ID)))
	w.law(w.run(ExitOK, path), 30)
}

// TestAppliedCannotBeRead compares with nothing when what was applied cannot be read.
func TestAppliedCannotBeRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	o := w.opt
	o.Inputs, o.SkipUnchanged = []string{w.file("users.csv", table(1, 3))}, true
	w.run(ExitOK, o.Inputs...)
	w.database(func(db *sql.DB) {
		_, err := db.ExecContext(t.Context(), `DROP TABLE applied`)
		check(t, err)
	})
	if p, err := Plan(t.Context(), o); ExitStatus(err) != ExitBooks {
		t.Errorf("planned %+v, exit status %d of %v", p, ExitStatus(err), err)
	}
}

// TestReportCannotBeWritten finds a folder where report.json belongs: the rows were sent, and the books tell.
func TestReportCannotBeWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	path := w.file("users.csv", table(1, 3))
	w.during(func(n int64) {
		if n == 1 {
			os.MkdirAll(filepath.Join(w.opt.Dir, w.folders()[0], "report.json", "x"), 0o700)
		}
	})
	err := w.fails(ExitBooks, path)
	if !has(err, "report.json", "make room") {
		t.Errorf("%v", err)
	}
	id := w.folders()[0]
	check(t, os.RemoveAll(filepath.Join(w.opt.Dir, id, "report.json")))
	check(t, Report(t.Context(), w.opt.Dir, "", "test", w.opt.Summarize))
	if d := w.document(id); d.Counts["succeeded"] != 3 || d.State != "finished" || d.ExitStatus != ExitBooks {
		t.Errorf("report: %+v", d)
	}
}

// TestTwoOutcomes ends a run in which a row was about to get a second outcome.
func TestTwoOutcomes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	c := w.begun(w.file("users.csv", table(1, 5)))
	defer c.close()
	check(t, c.decide(t.Context()))
	check(t, c.session.Record(row.Outcome{Row: 2, Verdict: row.Succeeded}))
	_, err := c.finish(t.Context(), t.Context(), c.send(t.Context()))
	if ExitStatus(err) != ExitBooks || !has(err, "two outcomes", c.run.ID) {
		t.Errorf("exit status %d of %v", ExitStatus(err), err)
	}
}

// TestDecisionsCannotBeRecorded gives a run up whose journal fails before anything is sent.
func TestDecisionsCannotBeRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	w.opt.SkipInvalid = true
	c := w.begun(w.file("users.csv", flawed(1)))
	defer c.close()
	for range 2 {
		check(t, c.session.Record(row.Outcome{Row: 6, Verdict: row.Invalid}))
	}
	if err := c.session.Flush(t.Context()); err == nil {
		t.Fatal("the journal takes two outcomes of one row")
	}
	result, err := c.complete(t.Context(), t.Context())
	if ExitStatus(err) != ExitBooks || result != nil || w.sent() != 0 {
		t.Errorf("exit status %d of %v, %d rows were sent", ExitStatus(err), err, w.sent())
	}
	if names := w.folders(); len(names) != 0 {
		t.Errorf("folders %q are left", names)
	}
}

// TestNoTimeLeft ends before the files with a line per row are written: the report and the summary are, and say so.
func TestNoTimeLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	files, end := context.WithCancel(t.Context())
	defer end()
	c := w.begun(w.file("users.csv", table(1, 5)))
	defer c.close()
	check(t, c.decide(t.Context()))
	check(t, c.conclude(t.Context(), Signal(15)))
	c.run.Rows = quickRows + 1 // so many that the report goes first
	c.o.Summarize = func(s Summary) {
		w.summaries = append(w.summaries, s)
		end()
	}
	check(t, c.report(t.Context(), files))
	if len(w.summaries) != 1 || !w.summaries[0].Pending || !w.said("statussync report "+c.run.ID) {
		t.Errorf("%d summaries", len(w.summaries))
	}
	if got := w.remains(c.run.ID); !slices.Equal(got, []string{"input", "report.json"}) {
		t.Errorf("files %q", got)
	}
}
