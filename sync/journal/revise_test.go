package journal

import (
	"errors"
	"io/fs"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/statussync/statussync/sync/row"
)

func mismatched(n int64, words string) row.Outcome {
	return row.Outcome{Row: n, Line: n + 1, Verdict: row.Mismatched, Answer: row.Answer{Mismatch: words}}
}

func resolved(n int64) row.Outcome {
	return row.Outcome{Row: n, Line: n + 1, Verdict: row.Succeeded, Reason: "read back"}
}

// outcome returns what the journal says of one row.
func outcome(t *testing.T, j *Journal, n int64) row.Outcome {
	t.Helper()
	for o, err := range j.Outcomes(t.Context(), "a") {
		ok(t, err)
		if o.Row == n {
			return o
		}
	}
	t.Fatalf("no row %d", n)
	return row.Outcome{}
}

// TestRevise: a revised row keeps its attempts, its answer and its time.
func TestRevise(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	j := openAt(t, dir)
	s := begin(t, j, "a", 4)
	ok(t, s.Fence(ctx, 3))
	sent := row.Outcome{Row: 1, Line: 2, Verdict: row.Succeeded, Attempts: 2, At: time.Unix(9, 0).UTC(),
		Duration: time.Second, Answer: row.Answer{HTTPStatus: 204, RequestID: "r", ClientRequestID: "c"}}
	silent := row.Outcome{Row: 2, Line: 3, Verdict: row.Unknown, Retryable: true, Attempts: 3, Reason: "old",
		Answer: row.Answer{Code: "timeout", Message: "m"}}
	ok(t, s.Record(sent))
	ok(t, s.Revise(mismatched(1, "a: sent 1, read back 2"))) // in the group of its record
	ok(t, s.Record(silent))
	ok(t, s.Flush(ctx))
	ok(t, s.Revise(resolved(2)))
	record(t, s, 3, 3, row.Mismatched, false)
	ok(t, s.Revise(resolved(3)))
	ok(t, s.Flush(ctx))
	want(t, j, "a", "mss-")
	ok(t, s.End(ctx, 4, StateFinished, ""))
	ok(t, j.Close())
	j = openAt(t, dir)
	sent.Verdict, sent.Mismatch = row.Mismatched, "a: sent 1, read back 2"
	silent.Verdict, silent.Retryable, silent.Reason = row.Succeeded, false, "read back"
	for _, o := range []row.Outcome{sent, silent} {
		if d := cmp.Diff(o, outcome(t, j, o.Row)); d != "" {
			t.Error(d)
		}
	}
	var troubles []int64
	for o, err := range j.Troubles(ctx, "a") {
		ok(t, err)
		troubles = append(troubles, o.Row)
	}
	if d := cmp.Diff([]int64{1}, troubles); d != "" {
		t.Error(d)
	}
}

// TestReviseWhatAKilledSessionLeft: rows that are unknown since a process was killed have no outcome, or an older one
// that does not count any more.
func TestReviseWhatAKilledSessionLeft(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	j := openAt(t, dir)
	ok(t, begin(t, j, "a", 8).End(ctx, 5, "", ""))
	for _, st := range []step{{2, "FF", false}, {5, "", true}} {
		st.do(t, j)
		ok(t, j.Close())
		j = openAt(t, dir)
	}
	want(t, j, "a", "?????---")
	s := resume(t, j, "a")
	ok(t, s.Revise(resolved(1)))
	ok(t, s.Revise(mismatched(2, "x")))
	ok(t, s.Revise(resolved(4)))
	ok(t, s.Revise(mismatched(5, "x")))
	ok(t, s.Flush(ctx))
	want(t, j, "a", "sm?sm---")
	if o := outcome(t, j, 4); o.Line != 5 || o.Attempts != 0 || !o.At.IsZero() || o.Reason != "read back" {
		t.Errorf("got %+v", o)
	}
	ok(t, s.End(ctx, 5, "", ""))
	want(t, j, "a", "sm?sm---")
}

// TestReviseRefuses every change but those that a reading back can bring.
func TestReviseRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stored string // what the row has, as step spells it
		to     row.Outcome
	}{
		"succeeded to succeeded":   {"s", resolved(1)},
		"succeeded to failed":      {"s", row.Outcome{Row: 1, Verdict: row.Failed}},
		"failed to succeeded":      {"F", resolved(1)},
		"failed to mismatched":     {"f", mismatched(1, "x")},
		"invalid to mismatched":    {"i", mismatched(1, "x")},
		"unknown to failed":        {"?", row.Outcome{Row: 1, Verdict: row.Failed}},
		"unknown to unknown":       {"?", row.Outcome{Row: 1, Verdict: row.Unknown}},
		"unsent to succeeded":      {" ", resolved(1)},
		"unsent to mismatched":     {" ", mismatched(1, "x")},
		"unknown by death, failed": {"k", row.Outcome{Row: 1, Verdict: row.Failed}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, dir := t.Context(), t.TempDir()
			j := openAt(t, dir)
			ok(t, begin(t, j, "a", 2).End(ctx, 5, "", ""))
			step{1, c.stored, c.stored == "k"}.do(t, j)
			ok(t, j.Close())
			j = openAt(t, dir)
			before := outcome(t, j, 1)
			s := resume(t, j, "a")
			ok(t, s.Revise(c.to))
			if err := s.Flush(ctx); !is[*BooksError](err) {
				t.Errorf("got %v", err)
			}
			if d := cmp.Diff(before, outcome(t, j, 1)); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestReviseTwice: the second reading back of a row has nothing to say.
func TestReviseTwice(t *testing.T) {
	t.Parallel()
	ctx, j := t.Context(), openAt(t, t.TempDir())
	s := begin(t, j, "a", 1)
	ok(t, s.Fence(ctx, 1))
	record(t, s, 1, 1, row.Succeeded, false)
	ok(t, s.Revise(mismatched(1, "x")))
	ok(t, s.Flush(ctx))
	ok(t, s.Revise(mismatched(1, "x")))
	err := s.Flush(ctx)
	if !is[*BooksError](err) || s.Revise(mismatched(1, "x")) != err || s.End(ctx, 0, "", "") != err {
		t.Errorf("got %v", err)
	}
}

// TestReviseMakesStale: what a revised run did is to be taken anew into what its target holds, also if the process dies
// before it can say so.
func TestReviseMakesStale(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	j := openAt(t, dir)
	s := begin(t, j, "a", 1)
	ok(t, s.Fence(ctx, 1))
	record(t, s, 1, 1, row.Succeeded, false)
	ok(t, s.Flush(ctx))
	ok(t, j.Refresh(ctx, "a", changes([]Applied{{Key: 1}})))
	ok(t, s.Flush(ctx))
	if r, err := j.Run(ctx, "a"); err != nil || !r.Refreshed {
		t.Fatalf("the run is %+v, %v", r, err)
	}
	ok(t, s.Revise(mismatched(1, "x")))
	ok(t, s.Flush(ctx))
	ok(t, j.Close())
	if r, err := openAt(t, dir).Run(ctx, "a"); err != nil || r.Refreshed {
		t.Errorf("the run is %+v, %v", r, err)
	}
}

func TestVerified(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	j := openAt(t, dir)
	ok(t, begin(t, j, "a", 1).End(ctx, 0, StateFinished, ""))
	v := Verification{At: time.Unix(9, 0).UTC(), Equal: 1, Resolved: 2, Different: 3, Missing: 4, Unread: 5, Reads: 6}
	ok(t, j.Verified(ctx, "a", Verification{At: time.Now(), Equal: 7}))
	ok(t, j.Verified(ctx, "a", v))
	ok(t, j.Close())
	r, err := openAt(t, dir).Run(ctx, "a")
	ok(t, err)
	if d := cmp.Diff(v, r.Verified); d != "" {
		t.Error(d)
	}
}

// TestSaved: a run that was decided and not started ends in a state of its own.
func TestSaved(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	j := openAt(t, dir)
	s := begin(t, j, "a", 2)
	ok(t, s.End(ctx, 0, StateSaved, ""))
	ok(t, begin(t, j, "b", 1).End(ctx, 0, StateFinished, ""))
	ok(t, j.Close())
	j = openAt(t, dir)
	r, err := j.Run(ctx, "a")
	ok(t, err)
	if r.State != StateSaved || r.ExitStatus != 0 || r.Ended.IsZero() || r.Rows != 2 {
		t.Errorf("the run is %+v", r)
	}
	want(t, j, "a", "--")
	if ids, err := j.Prune(ctx, 1); err != nil || len(ids) != 1 || ids[0] != "a" {
		t.Errorf("pruned %v, %v", ids, err)
	}
	if _, err := j.Run(ctx, "a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
