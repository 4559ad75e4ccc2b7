package journal

import (
	"testing"
	"time"
)

// TestLearned: a rate belongs to its target, outlives its runs, and can be forgotten.
func TestLearned(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	j := openAt(t, dir)
	learned := func(target string, wanted float64) {
		t.Helper()
		rate, at, err := j.Learned(ctx, target)
		ok(t, err)
		if age := time.Since(at); rate != wanted || (rate == 0) != at.IsZero() || rate != 0 && (age < 0 || age > time.Hour) {
			t.Errorf("of %s is learned %v at %v, want %v", target, rate, at, wanted)
		}
	}
	learned("t", 0)
	ok(t, j.Learn(ctx, "t", 0))
	learned("t", 0)
	s := begin(t, j, "a", 1)
	ok(t, s.Fence(ctx, 1))
	ok(t, j.Learn(ctx, "t", 4.9))
	ok(t, j.Learn(ctx, "other", 10))
	ok(t, s.End(ctx, 0, StateFinished, ""))
	ok(t, j.Refresh(ctx, "a", changes([]Applied{{Key: 1}})))
	ok(t, j.ForgetTarget(ctx, "a"))
	if _, err := j.Prune(ctx, 0); err != nil {
		t.Error(err)
	}
	ok(t, j.Close())
	j = openAt(t, dir)
	learned("t", 4.9)
	ok(t, j.Learn(ctx, "t", 2.5))
	learned("t", 2.5)
	ok(t, j.Learn(ctx, "t", 0))
	learned("t", 0)
	learned("other", 10)
}
