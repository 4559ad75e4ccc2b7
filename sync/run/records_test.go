package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/journal"
	"github.com/statussync/statussync/sync/row"
)

// someRecords returns records over inputs, one path each.
func someRecords(paths ...string) records {
	var rs records
	for _, p := range paths {
		rs.sources = append(rs.sources, input.Source{Name: filepath.Base(p), Path: p})
	}
	return rs
}

// TestRecords numbers rows over all inputs, and tells what is wrong with a file in its place.
func TestRecords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	rs := someRecords(
		w.file("a.csv", table(1, 2)), w.file("none.csv", "a,b\n1,2\n"),
		w.file("cut.csv", table(3, 3)+app+",\"r4,,u@contoso.example,1,0,0\n"), filepath.Join(w.home, "missing.csv"),
		w.file("empty.csv", ""), w.file("b.csv", table(5, 5)),
	)
	closed := ""
	rs.closed = func(i int, _ *input.Reader) { closed += fmt.Sprint(i) }
	want := []string{"1 0 r1", "2 0 r2", "none.csv", "3 2 r3", "cut.csv", "missing.csv", "4 5 r5"}
	for round := range 2 {
		var got []string
		for rec, err := range rs.all(t.Context()) {
			if bad := (*input.Error)(nil); errors.As(err, &bad) {
				got = append(got, bad.Name)
				continue
			}
			check(t, err)
			got = append(got, fmt.Sprintf("%d %d %s", rec.Number, rec.Input, rec.ID))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("round %d (-want +got):\n%s", round, diff)
		}
	}
	if closed != "045045" {
		t.Errorf("read to the end: %s", closed)
	}
}

// TestRecordsLeft ends the reading where the caller leaves the loop.
func TestRecordsLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	a, none := w.file("a.csv", table(1, 5)), w.file("none.csv", "a\n")
	for _, rs := range []records{someRecords(a, a), someRecords(none, a), someRecords(none)} {
		n := 0
		for range rs.all(t.Context()) {
			n++
			break
		}
		if n != 1 {
			t.Errorf("%d turns of a loop that was left", n)
		}
	}
}

func TestRecordsStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	n := 0
	for rec, err := range someRecords(w.file("a.csv", table(1, 3000))).all(ctx) {
		if rec == nil {
			if !errors.Is(err, Signal(2)) {
				t.Errorf("the loop ends with %v", err)
			}
			break
		}
		if n++; n == 1500 {
			cancel(Signal(2))
		}
	}
	if n != 2048 {
		t.Errorf("%d rows, want it to end at the next look at the context", n)
	}
}

// TestTouches has what each verdict says about what the target holds.
func TestTouches(t *testing.T) {
	t.Parallel()
	var hash row.Hasher
	join := func(seen func(*row.Row, *row.Outcome) error) error {
		for _, v := range row.Verdicts() {
			r := row.Row{Status: row.Status{AppID: app, ID: v.String()}}
			if err := seen(&r, &row.Outcome{Verdict: v}); err != nil {
				return err
			}
		}
		return nil
	}
	want := []journal.Applied{{}, {Forget: true}, {Forget: true}, {Forget: true}}
	for i, id := range []string{"succeeded", "mismatched", "failed", "unknown"} {
		s := row.Status{AppID: app, ID: id}
		want[i].Key = hash.Key(&s)
		if i == 0 {
			want[i].Fingerprint = hash.Fingerprint(&s)
		}
	}
	var got []journal.Applied
	for a, err := range touches(false, join) {
		check(t, err)
		got = append(got, a)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("touches (-want +got):\n%s", diff)
	}
	for range touches(false, join) {
		break // the join hears of it, and no error comes of it
	}
	var last error
	for _, last = range touches(false, func(func(*row.Row, *row.Outcome) error) error { return fs.ErrInvalid }) {
	}
	if !errors.Is(last, fs.ErrInvalid) {
		t.Errorf("the error of the join became %v", last)
	}
}

// TestFindings keeps the first problems and counts all of them.
func TestFindings(t *testing.T) {
	t.Parallel()
	var f Findings
	for i := range int64(50) {
		f.problem("a.csv", input.Problem{Line: i, Column: 2, Kind: []string{"odd", "even"}[i%2], Text: "is wrong"})
		f.warn("a.csv", []input.Warning{{Line: i, Text: "is strange"}})
	}
	if len(f.Problems) != 20 || len(f.Warnings) != 20 || f.Problems[19] != "a.csv:19:2: is wrong" ||
		f.Warnings[19] != "a.csv:19: is strange" {
		t.Errorf("kept:\n%s\n%s", strings.Join(f.Problems, "\n"), strings.Join(f.Warnings, "\n"))
	}
	if diff := cmp.Diff(map[string]int64{"odd": 25, "even": 25}, f.Kinds); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
}
