package journal

import (
	"slices"
	"testing"

	"github.com/statussync/statussync/sync/row"
)

func TestPrune(t *testing.T) {
	t.Parallel()
	ctx, j := t.Context(), openAt(t, t.TempDir())
	size := int64(1)
	for _, id := range []string{"a", "b", "c", "d"} {
		s := begin(t, j, id, size)
		ok(t, s.Fence(ctx, size))
		s.Tally(Event{Kind: Attempt})
		record(t, s, 1, size, row.Succeeded, false)
		ok(t, s.End(ctx, 0, "", ""))
		ok(t, j.Refresh(ctx, id, changes([]Applied{{Key: row.Key(size)}})))
		size = pruneChunk + 3
	}
	ids, err := j.Prune(ctx, 4)
	ok(t, err)
	if len(ids) != 0 {
		t.Errorf("pruned %v", ids)
	}
	ids, err = j.Prune(ctx, 2)
	ok(t, err)
	if !slices.Equal(ids, []string{"b", "a"}) {
		t.Errorf("pruned %v", ids)
	}
	runs, err := j.Runs(ctx)
	ok(t, err)
	if len(runs) != 2 || runs[0].ID != "d" || runs[1].ID != "c" {
		t.Errorf("left are %v", runs)
	}
	for table, want := range map[string]int64{"outcome": 2 * size, "session": 2, "tally": 2, "applied": 2} {
		var n int64
		ok(t, j.db.QueryRow("SELECT count(*) FROM "+table).Scan(&n))
		if n != want {
			t.Errorf("%d rows are left in %s, want %d", n, table, want)
		}
	}
	want := make([]byte, size)
	for i := range want {
		want[i] = 's'
	}
	if got := verdicts(t, j, "c"); got != string(want) {
		t.Error("a run that stays has lost outcomes")
	}
}

// TestPruneUnrefreshed: with a run that sent and was never refreshed goes what its target was known to hold.
func TestPruneUnrefreshed(t *testing.T) {
	t.Parallel()
	ctx, j := t.Context(), openAt(t, t.TempDir())
	for _, target := range []string{"t", "u"} {
		ok(t, j.Begin(ctx, Run{ID: "first " + target, Target: target}))
		ok(t, j.Refresh(ctx, "first "+target, changes([]Applied{{Key: 1}})))
	}
	ok(t, begin(t, j, "sent nothing", 1).End(ctx, 0, "", ""))
	_, err := j.Prune(ctx, 0)
	ok(t, err)
	if len(held(t, j, "t")) != 1 {
		t.Error("forgotten for a run that sent nothing")
	}
	s := begin(t, j, "sent", 1)
	ok(t, s.Fence(ctx, 1))
	ok(t, s.End(ctx, 0, "", ""))
	_, err = j.Prune(ctx, 0)
	ok(t, err)
	if len(held(t, j, "t")) != 0 {
		t.Error("what the run changed is not known, and something is said to be known")
	}
	if len(held(t, j, "u")) != 1 {
		t.Error("another target was forgotten")
	}
}

func TestPruneLeavesTheRunAtWork(t *testing.T) {
	t.Parallel()
	ctx, j := t.Context(), openAt(t, t.TempDir())
	begin(t, j, "a", 1)
	ok(t, j.Begin(ctx, Run{ID: "b"}))
	ids, err := j.Prune(ctx, 0)
	ok(t, err)
	if !slices.Equal(ids, []string{"b"}) {
		t.Errorf("pruned %v", ids)
	}
}
