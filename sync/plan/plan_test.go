package plan_test

import (
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/plan"
	"github.com/statussync/statussync/sync/row"
)

const app = "0f1e2d3c-0000-4000-8000-00000000000a"

// status is a row of one line: key and installed count are all that the tests vary.
func status(id string, installed int32) *row.Status {
	return &row.Status{AppID: app, ID: id, UserPrincipalName: id + "@contoso.example", Installed: installed}
}

// decide takes rows through a whole plan, nil standing for a row that was refused when it was read, and returns a word
// a row: its verdict and reason, or "send".
func decide(t *testing.T, policy plan.Duplicates, applied iter.Seq2[plan.Known, error], rows ...*row.Status) []string {
	t.Helper()
	p := plan.New(policy)
	words := make([]string, len(rows))
	record := func(o row.Outcome) error {
		if words[o.Row-1] != "" {
			t.Errorf("row %d has two outcomes", o.Row)
		}
		words[o.Row-1] = o.Verdict.String()
		if o.Reason != "" {
			words[o.Row-1] += ": " + o.Reason
		}
		return nil
	}
	for i, s := range rows {
		if s == nil {
			p.Invalid(int64(i + 1))
			words[i] = "invalid"
		} else {
			p.Valid(s)
		}
	}
	again, err := p.Survey(applied)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range rows {
		if again && s != nil {
			if err := p.Look(&row.Row{Number: int64(i + 1), Line: int64(i + 2), Status: *s}, record); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := p.Settle([]string{"users.csv"}, record); err != nil {
		t.Fatal(err)
	}
	var sent int64
	for i := range rows {
		if pending := p.Pending(int64(i + 1)); pending != (words[i] == "") {
			t.Errorf("row %d: pending %v, outcome %q", i+1, pending, words[i])
		} else if pending {
			words[i] = "send"
			sent++
		}
	}
	if c := p.Counts(); c.Rows() != int64(len(rows)) || c.Send != sent {
		t.Errorf("counts %+v do not add up to %d rows, %d of them to send", c, len(rows), sent)
	}
	return words
}

func TestDuplicates(t *testing.T) {
	upper := status("a", 1)
	upper.AppID = "0F1E2D3C-0000-4000-8000-00000000000A"
	other := status("a", 1)
	other.AppID = "0f1e2d3c-0000-4000-8000-00000000000b"
	rows := []*row.Status{status("a", 1), nil, status("b", 1), upper, other, status("b", 2), status("b", 1)}
	for policy, want := range map[plan.Duplicates][]string{
		plan.Refuse: {"send", "invalid",
			"invalid: contradicts users.csv:7, users.csv:8: the same mobileAppId and id with other values",
			"duplicate: same as users.csv:2", "send",
			"invalid: contradicts users.csv:4, users.csv:8: the same mobileAppId and id with other values",
			"invalid: contradicts users.csv:4, users.csv:7: the same mobileAppId and id with other values"},
		plan.First: {"send", "invalid", "send", "duplicate: same as users.csv:2", "send",
			"duplicate: superseded by users.csv:4", "duplicate: same as users.csv:4"},
		plan.Last: {"send", "invalid", "duplicate: same as users.csv:8", "duplicate: same as users.csv:2", "send",
			"duplicate: superseded by users.csv:8", "send"},
	} {
		if diff := cmp.Diff(want, decide(t, policy, nil, rows...)); diff != "" {
			t.Errorf("policy %v:\n%s", policy, diff)
		}
	}
}

func TestManyContradictionsAreNamedInPart(t *testing.T) {
	var rows []*row.Status
	for i := range 9 {
		rows = append(rows, status("a", int32(i)))
	}
	got := decide(t, plan.Refuse, nil, rows...)[0]
	want := "invalid: contradicts users.csv:3, users.csv:4, users.csv:5, users.csv:6, users.csv:7, 3 more: " +
		"the same mobileAppId and id with other values"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// appliedOf yields what an earlier run set, in the order that the journal keeps.
func appliedOf(rows ...*row.Status) iter.Seq2[plan.Known, error] {
	var h row.Hasher
	var known []plan.Known
	for _, s := range rows {
		known = append(known, plan.Known{Key: h.Key(s), Fingerprint: h.Fingerprint(s)})
	}
	slices.SortFunc(known, func(a, b plan.Known) int {
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return func(yield func(plan.Known, error) bool) {
		for _, k := range known {
			if !yield(k, nil) {
				return
			}
		}
	}
}

func TestUnchanged(t *testing.T) {
	applied := appliedOf(status("a", 1), status("b", 1), status("x", 1), status("c", 3))
	got := decide(t, plan.Last, applied,
		status("a", 1), status("b", 2), status("n", 1), status("c", 2), status("c", 3), nil)
	want := []string{"unchanged", "send", "send", "duplicate: superseded by users.csv:6", "unchanged", "invalid"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestDecide takes rows out that somebody else has decided.
func TestDecide(t *testing.T) {
	p := plan.New(plan.Refuse)
	for i := range 3 {
		p.Valid(status(fmt.Sprint(i), 1))
	}
	if _, err := p.Survey(nil); err != nil {
		t.Fatal(err)
	}
	failed := row.Outcome{Row: 1, Verdict: row.Failed, Reason: "unknown"}
	if got := p.Decide(failed); got != failed {
		t.Errorf("decided %+v", got)
	}
	p.Decide(row.Outcome{Row: 3, Verdict: row.Unchanged})
	want := plan.Counts{Send: 1, Unchanged: 1, Failed: 1}
	if got := p.Counts(); got != want || got.Rows() != 3 || p.Pending(1) || !p.Pending(2) || p.Pending(3) {
		t.Errorf("counts %+v", got)
	}
}

func TestAppliedThatCannotBeRead(t *testing.T) {
	broken := errors.New("disk")
	p := plan.New(plan.Refuse)
	p.Valid(status("a", 1))
	_, err := p.Survey(func(yield func(plan.Known, error) bool) { yield(plan.Known{}, broken) })
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}

// TestAgainstAMap decides random rows, more than one chunk of them, and compares with the obvious algorithm.
func TestAgainstAMap(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	rows := make([]*row.Status, 150_000)
	for i := range rows {
		id := fmt.Sprint(rnd.IntN(1_000_000))
		rows[i] = status(id, 1)
	}
	seen := make(map[string]bool)
	for i, word := range decide(t, plan.Refuse, nil, rows...) {
		if dup := seen[rows[i].ID]; dup == (word == "send") {
			t.Fatalf("row %d, seen before: %v, is %q", i+1, dup, word)
		}
		seen[rows[i].ID] = true
	}
}

func TestResume(t *testing.T) {
	p := plan.New(plan.Refuse)
	p.Resume(1, false, false)
	p.Resume(2, true, false)
	p.Resume(3, true, true)
	for n, want := range map[int64][2]bool{1: {false, false}, 2: {true, false}, 3: {true, true}} {
		if got := [2]bool{p.Pending(n), p.Doubtful(n)}; got != want {
			t.Errorf("row %d: pending and doubtful are %v, want %v", n, got, want)
		}
	}
	if c := p.Counts(); c.Send != 2 {
		t.Errorf("%d rows to send, want 2", c.Send)
	}
}

func TestParseDuplicates(t *testing.T) {
	for word, want := range map[string]plan.Duplicates{"refuse": plan.Refuse, "first": plan.First, "last": plan.Last} {
		if got, err := plan.ParseDuplicates(word); err != nil || got != want || got.String() != word {
			t.Errorf("%q: %v, %v", word, got, err)
		}
	}
	if _, err := plan.ParseDuplicates("newest"); err == nil {
		t.Error("newest: no error")
	}
}

func BenchmarkSurvey(b *testing.B) {
	rows := make([]*row.Status, 1_000_000)
	for i := range rows {
		rows[i] = status(fmt.Sprint(i), 1)
	}
	b.ReportAllocs()
	for b.Loop() {
		p := plan.New(plan.Refuse)
		for _, s := range rows {
			p.Valid(s)
		}
		if _, err := p.Survey(nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rows)), "ns/row")
}
