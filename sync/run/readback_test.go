package run

import (
	"bufio"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/statussync/statussync/sync/row"
)

// A told is one line of rows.jsonl.
type told struct {
	Row        int64
	File       string
	Line       int64
	ID         string
	Verdict    string
	Reason     string
	Retryable  bool
	HTTPStatus int
	Code       string
}

// A document is what the tests read of report.json.
type document struct {
	State      string
	ExitStatus int
	Stopped    string
	Sessions   int
	Target     string
	Rows       int64
	Counts     map[string]int64
	Retryable  int64
	Resent     int64
	Inputs     []struct {
		Name, SHA256 string
		Rows         int64
	}
	Balance struct {
		Rows, Accounted int64
		Balanced        bool
	}
	Errors []struct {
		Verdict    string
		HTTPStatus int
		Rows       int64
	}
	Requests, Reads struct {
		Total    int64
		ByStatus map[string]int64
	}
	Throttling struct{ Answers429, Pauses int64 }
	Timeline   []struct{ Reads map[string]int64 }
	Files      []string
}

// lines reads rows.jsonl of a run and sees to it that it has each row once, in order.
func (w *world) lines(id string) []told {
	w.Helper()
	f, err := os.Open(filepath.Join(w.opt.Dir, id, "rows.jsonl"))
	if err != nil {
		w.Fatal(err)
	}
	defer f.Close()
	var all []told
	for s := bufio.NewScanner(f); s.Scan(); {
		var l told
		if err := json.Unmarshal(s.Bytes(), &l); err != nil {
			w.Fatal(err)
		}
		if all = append(all, l); l.Row != int64(len(all)) {
			w.Fatalf("line %d of rows.jsonl is about row %d", len(all), l.Row)
		}
	}
	return all
}

// verdicts counts the verdicts of a run's rows: "3 succeeded, 1 invalid".
func (w *world) verdicts(id string) string {
	w.Helper()
	counts := make(map[string]int)
	for _, l := range w.lines(id) {
		counts[l.Verdict]++
	}
	var words []string
	for _, v := range row.Verdicts() {
		if n := counts[v.String()]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, v))
		}
	}
	return strings.Join(words, ", ")
}

func (w *world) document(id string) (d document) {
	w.Helper()
	b, err := os.ReadFile(filepath.Join(w.opt.Dir, id, "report.json"))
	if err != nil {
		w.Fatal(err)
	}
	if err := json.Unmarshal(b, &d); err != nil {
		w.Fatal(err)
	}
	return d
}

// ids returns the ids in failed.csv or invalid.csv of a run, none if there is no such file.
func (w *world) ids(id, name string) (ids []string) {
	w.Helper()
	f, err := os.Open(filepath.Join(w.opt.Dir, id, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		w.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	records, err := r.ReadAll()
	if err != nil {
		w.Fatal(err)
	}
	at := slices.Index(records[0], "id")
	for _, r := range records[1:] {
		ids = append(ids, r[at])
	}
	return ids
}

// remains returns the names in a run's folder.
func (w *world) remains(id string) (names []string) {
	w.Helper()
	entries, err := os.ReadDir(filepath.Join(w.opt.Dir, id))
	if err != nil {
		w.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// latest returns where runs/latest leads to.
func (w *world) latest() string {
	w.Helper()
	to, err := os.Readlink(filepath.Join(w.opt.Dir, "latest"))
	if err != nil {
		w.Fatal(err)
	}
	return to
}

// states returns the runs that the journal knows with their states, the newest first.
func (w *world) states() (ids, states []string) {
	w.Helper()
	w.database(func(db *sql.DB) {
		rows, err := db.QueryContext(w.Context(), `SELECT id, state FROM run ORDER BY number DESC`)
		check(w, err)
		defer rows.Close()
		for rows.Next() {
			var id, state string
			check(w, rows.Scan(&id, &state))
			ids, states = append(ids, id), append(states, state)
		}
		check(w, rows.Err())
	})
	return ids, states
}

// exec changes the journal behind the program's back.
func (w *world) exec(query string, args ...any) {
	w.Helper()
	w.database(func(db *sql.DB) {
		result, err := db.ExecContext(w.Context(), query, args...)
		check(w, err)
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			w.Fatalf("%s: %d rows, %v", query, n, err)
		}
	})
}

// database opens the journal's file, at which no run may be at work.
func (w *world) database(use func(*sql.DB)) {
	w.Helper()
	db, err := sql.Open("sqlite", filepath.Join(w.opt.Dir, "journal.db"))
	check(w, err)
	defer db.Close()
	use(db)
}

// check ends the test if err is not nil.
func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// has reports whether the text of err and its hint contain all words.
func has(err error, words ...string) bool {
	text := err.Error()
	var hint interface{ Hint() string }
	if errors.As(err, &hint) {
		text += "\n" + hint.Hint()
	}
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}
