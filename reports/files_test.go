package reports

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/statussync/statussync/sync/row"
)

func TestFilesGolden(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "run")
	f := rewrite(t, dir, sampleInputs(), sampleEntries(), Options{})
	files := content(t, dir)
	want := []string{"failed-1.csv", "failed-2.jsonl", "invalid-1.csv", "invalid-2.jsonl", "rows.csv", "rows.jsonl"}
	if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, want) {
		t.Errorf("files: got %q, want %q", got, want)
	}
	if got := slices.Sorted(slices.Values(f.Names())); !slices.Equal(got, want) {
		t.Errorf("Names: got %q, want %q", got, want)
	}
	for name, text := range files {
		golden(t, name, []byte(text))
	}
	if got := f.Counts(); got.Sum() != 14 || got[row.Invalid] != 3 || got[row.Unsent] != 2 {
		t.Errorf("Counts: %v", got)
	}
}

func TestFilesRefused(t *testing.T) {
	t.Parallel()
	dir := write(t, sampleInputs(), sampleEntries(), Options{Refused: true})
	want := []string{"invalid-1.csv", "invalid-2.jsonl", "rows.csv", "rows.jsonl"}
	if got := slices.Sorted(maps.Keys(content(t, dir))); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFilesRenderedAgain(t *testing.T) {
	t.Parallel()
	inputs := sampleInputs()[:1]
	dir := write(t, inputs, sampleEntries()[:9], Options{})
	own := filepath.Join(dir, "notes.csv")
	left := filepath.Join(dir, TempPrefix+"left")
	for _, name := range []string{own, left} {
		if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rewrite(t, dir, inputs, sampleEntries()[:1], Options{})
	want := []string{"notes.csv", "rows.csv", "rows.jsonl"}
	if got := slices.Sorted(maps.Keys(content(t, dir))); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFilesWithoutRows(t *testing.T) {
	t.Parallel()
	files := content(t, write(t, sampleInputs(), nil, Options{}))
	want := map[string]string{"rows.jsonl": "", "rows.csv": byteOrderMark + strings.Join(rowColumns, ",") + "\n"}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Error(diff)
	}
}

func TestFilesAbort(t *testing.T) {
	t.Parallel()
	dir := write(t, sampleInputs(), sampleEntries(), Options{})
	before := content(t, dir)
	f, err := Create(dir, sampleInputs(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Add(sampleEntries()[0]); err != nil {
		t.Fatal(err)
	}
	f.Abort()
	f.Abort()
	if err := f.Commit(); err == nil {
		t.Error("Commit after Abort was a success")
	}
	if diff := cmp.Diff(before, content(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestFilesMode(t *testing.T) {
	t.Parallel()
	dir := write(t, sampleInputs(), sampleEntries(), Options{})
	if err := errors.Join(WriteJSON(dir, &Run{}, nil), WritePage(dir, &Run{}, nil)); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder: %v %v", info.Mode(), err)
	}
	for name := range content(t, dir) {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
}

func TestFilesBooks(t *testing.T) {
	t.Parallel()
	good := row.Outcome{Verdict: row.Succeeded}
	tests := []struct {
		name    string
		entries []Entry
	}{
		{"begins late", []Entry{entry(2, 0, 2, "a", "", good)}},
		{"twice", []Entry{entry(1, 0, 2, "a", "", good), entry(1, 0, 2, "a", "", good)}},
		{"gap", []Entry{entry(1, 0, 2, "a", "", good), entry(3, 0, 4, "a", "", good)}},
		{"input goes back", []Entry{entry(1, 1, 2, "a", "", good), entry(2, 0, 2, "a", "", good)}},
		{"no such input", []Entry{entry(1, 2, 2, "a", "", good)}},
		{"no such verdict", []Entry{entry(1, 0, 2, "a", "", row.Outcome{Verdict: row.Unknown + 1})}},
		{"other row's outcome", []Entry{{Row: row.Row{Number: 1}, Outcome: row.Outcome{Row: 2}}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			f, err := Create(dir, sampleInputs(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range test.entries {
				err = f.Add(e)
			}
			var books *BooksError
			if !errors.As(err, &books) {
				t.Errorf("Add: %v", err)
			}
			if err := f.Commit(); !errors.As(err, &books) {
				t.Errorf("Commit: %v", err)
			}
			if left := content(t, dir); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

// TestFilesManyInputs holds the number of open files against that of the inputs.
func TestFilesManyInputs(t *testing.T) {
	t.Parallel()
	var inputs []Input
	var entries []Entry
	for i := range 100 {
		inputs = append(inputs, Input{Name: fmt.Sprintf("%d.jsonl", i), Format: "json"})
		entries = append(entries, entry(int64(i+1), i, 1, "a", `{"id":"a"}`, row.Outcome{}))
	}
	dir := filepath.Join(t.TempDir(), "run")
	f, err := Create(dir, inputs, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Abort()
	for _, e := range entries {
		if err := f.Add(e); err != nil {
			t.Fatal(err)
		}
		if open := openDrafts(f); open > 4 {
			t.Fatalf("%d files are open at once", open)
		}
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := len(content(t, dir)); got != 102 {
		t.Errorf("%d files", got)
	}
}

func openDrafts(f *Files) (n int) {
	for _, d := range append([]*draft{f.jsonl, f.csv, f.failed.draft, f.invalid.draft}, f.finished...) {
		if d != nil && d.f != nil {
			n++
		}
	}
	return n
}

// TestAddAllocatesNothing covers the row that went well, the path of nearly all rows.
func TestAddAllocatesNothing(t *testing.T) {
	f, err := Create(t.TempDir(), sampleInputs(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Abort()
	e := sampleEntries()[0]
	e.Number = 0
	add := func() {
		e.Number++
		e.Outcome.Row = e.Number
		if err := f.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	if n := testing.AllocsPerRun(2000, add); n != 0 {
		t.Errorf("%v allocations a row", n)
	}
}
