package plan_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/plan"
	"github.com/statussync/statussync/sync/row"
)

// looked returns a plan that has seen all rows twice and waits for Settle. The second half of the rows is of input 1;
// lines are counted anew there.
func looked(t testing.TB, policy plan.Duplicates, rows ...*row.Status) *plan.Plan {
	t.Helper()
	p := plan.New(policy)
	for _, s := range rows {
		p.Valid(s)
	}
	if again, err := p.Survey(nil); err != nil || !again {
		t.Fatalf("look again: %v, %v", again, err)
	}
	half := (len(rows) + 1) / 2
	for i, s := range rows {
		r := &row.Row{Number: int64(i + 1), Input: i / half, Line: int64(i%half + 2), Status: *s}
		if err := p.Look(r, func(o row.Outcome) error { return fmt.Errorf("row %d has an outcome", o.Row) }); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func TestSettleInOrderOfRows(t *testing.T) {
	rows := []*row.Status{ // the keys' order of hashes is neither theirs here nor the reverse
		status("c", 1), status("b", 1), status("a", 1), status("e", 1), status("d", 1), status("b", 1),
		status("d", 1), status("c", 2), status("e", 2), status("a", 1), status("x", 1), status("c", 1),
	}
	const values = ": the same mobileAppId and id with other values"
	for policy, want := range map[plan.Duplicates][]string{
		plan.Refuse: {
			"1 u.csv:2 invalid: contradicts v.csv:3, v.csv:7" + values, "4 u.csv:5 invalid: contradicts v.csv:4" + values,
			"6 u.csv:7 duplicate: same as u.csv:3", "7 v.csv:2 duplicate: same as u.csv:6",
			"8 v.csv:3 invalid: contradicts u.csv:2, v.csv:7" + values, "9 v.csv:4 invalid: contradicts u.csv:5" + values,
			"10 v.csv:5 duplicate: same as u.csv:4", "12 v.csv:7 invalid: contradicts u.csv:2, v.csv:3" + values,
		},
		plan.First: {
			"6 u.csv:7 duplicate: same as u.csv:3", "7 v.csv:2 duplicate: same as u.csv:6",
			"8 v.csv:3 duplicate: superseded by u.csv:2", "9 v.csv:4 duplicate: superseded by u.csv:5",
			"10 v.csv:5 duplicate: same as u.csv:4", "12 v.csv:7 duplicate: same as u.csv:2",
		},
		plan.Last: {
			"1 u.csv:2 duplicate: same as v.csv:7", "4 u.csv:5 duplicate: superseded by v.csv:4",
			"6 u.csv:7 duplicate: same as u.csv:3", "7 v.csv:2 duplicate: same as u.csv:6",
			"8 v.csv:3 duplicate: superseded by v.csv:7", "10 v.csv:5 duplicate: same as u.csv:4",
		},
	} {
		names := []string{"u.csv", "v.csv"}
		var got []string
		err := looked(t, policy, rows...).Settle(names, func(o row.Outcome) error {
			got = append(got, fmt.Sprintf("%d %s:%d %s: %s", o.Row, names[o.Input], o.Line, o.Verdict, o.Reason))
			if (o.Verdict == row.Invalid) != (o.Code == plan.Contradiction) {
				t.Errorf("row %d is %s with code %q", o.Row, o.Verdict, o.Code)
			}
			return nil
		})
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("policy %v: %v\n%s", policy, err, diff)
		}
	}
}

// TestContradictionsUpToTheLast has groups of every size around the number of rows that are named, side by side.
func TestContradictionsUpToTheLast(t *testing.T) {
	var rows []*row.Status
	for n := 2; n <= 9; n++ {
		for i := range n {
			rows = append(rows, status(fmt.Sprint("of ", n), int32(i)))
		}
	}
	got := decide(t, plan.Refuse, nil, rows...)
	at := 0
	for n := 2; n <= 9; n++ {
		for self := range n {
			want, named := "invalid: contradicts ", 0
			for i := range n {
				if i == self {
					continue
				}
				if named > 0 {
					want += ", "
				}
				if named++; named > 5 {
					want += fmt.Sprintf("%d more", n-6)
					break
				}
				want += fmt.Sprintf("users.csv:%d", at+i+2)
			}
			want += ": the same mobileAppId and id with other values"
			if got[at+self] != want {
				t.Errorf("row %d of %d:\ngot  %s\nwant %s", self+1, n, got[at+self], want)
			}
		}
		at += n
	}
}

func TestSettleStopsAtAnError(t *testing.T) {
	broken := errors.New("disk")
	calls := 0
	err := looked(t, plan.Refuse, status("a", 1), status("b", 1), status("a", 2), status("b", 2)).
		Settle([]string{"u.csv", "v.csv"}, func(row.Outcome) error { calls++; return broken })
	if !errors.Is(err, broken) || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

// TestKeyIsHalfOfItsFingerprint holds what twins rely on: a key and the second half of its fingerprint are all of it.
func TestKeyIsHalfOfItsFingerprint(t *testing.T) {
	var h row.Hasher
	f := h.KeyFingerprint(status("a", 1))
	if got, want := row.Key(binary.BigEndian.Uint64(f[:8])), h.Key(status("a", 1)); got != want {
		t.Errorf("the fingerprint begins with %d, the key is %d", got, want)
	}
}

// pairs returns n rows of which each key occurs twice, far apart, with values that contradict each other.
func pairs(n int) []*row.Status {
	rows := make([]*row.Status, n)
	for i := range rows {
		rows[i] = status(fmt.Sprint(i%(n/2)), int32(i/(n/2)))
	}
	return rows
}

// living returns the bytes on the heap that are in use.
func living() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// bytesATwin returns how many bytes a twin are held before Settle, and at most when it records the first outcome and
// the last.
func bytesATwin(t testing.TB, policy plan.Duplicates, rows []*row.Status, outcomes int) (waiting, settling float64) {
	before, most, n := living(), int64(0), 0
	p := looked(t, policy, rows...)
	waiting = float64(living()-before) / float64(len(rows))
	err := p.Settle([]string{"users.csv", "more.csv"}, func(row.Outcome) error {
		if n++; n == 1 || n == outcomes {
			most = max(most, living()-before)
		}
		return nil
	})
	if err != nil || n != outcomes {
		t.Fatalf("%d outcomes, %v", n, err)
	}
	runtime.KeepAlive(rows)
	return waiting, float64(most) / float64(len(rows))
}

// TestBytesATwin holds the figures of the package comment, with a little for what does not grow with the rows.
func TestBytesATwin(t *testing.T) {
	rows := pairs(50_000)
	for policy, outcomes := range map[plan.Duplicates]int{
		plan.Refuse: len(rows), plan.First: len(rows) / 2, plan.Last: len(rows) / 2,
	} {
		if waiting, settling := bytesATwin(t, policy, rows, outcomes); waiting > 56 || settling > 56 {
			t.Errorf("policy %v: %.1f bytes a twin before Settle, %.1f in it, want at most 56", policy, waiting, settling)
		}
	}
}

func BenchmarkSettle(b *testing.B) {
	rows := pairs(1_000_000)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		p := looked(b, plan.Last, rows...)
		b.StartTimer()
		if err := p.Settle([]string{"users.csv", "more.csv"}, func(row.Outcome) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rows)), "ns/twin")
	waiting, settling := bytesATwin(b, plan.Last, rows, len(rows)/2)
	b.ReportMetric(waiting, "waiting-B/twin")
	b.ReportMetric(settling, "settling-B/twin")
}
