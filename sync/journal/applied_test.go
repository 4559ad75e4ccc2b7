package journal

import (
	"context"
	"errors"
	"iter"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/statussync/statussync/sync/row"
)

func changes(list []Applied) iter.Seq2[Applied, error] {
	return func(yield func(Applied, error) bool) {
		for _, c := range list {
			if !yield(c, nil) {
				return
			}
		}
	}
}

// held returns what target holds, and checks the order of the keys.
func held(t *testing.T, j *Journal, target string) map[row.Key]row.Fingerprint {
	t.Helper()
	m := map[row.Key]row.Fingerprint{}
	last := row.Key(math.MinInt64)
	for a, err := range j.Applied(t.Context(), target) {
		ok(t, err)
		if a.Key < last || a.Forget {
			t.Fatalf("%+v comes after %d", a, last)
		}
		last = a.Key
		m[a.Key] = a.Fingerprint
	}
	return m
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	ctx, j := t.Context(), openAt(t, t.TempDir())
	model := map[row.Key]row.Fingerprint{}
	rng := rand.New(rand.NewPCG(1, 2))
	for round, size := range []int{refreshChunk + 500, appliedPage + 1, 99, 1, 0} {
		id := string(rune('a' + round))
		ok(t, j.Begin(ctx, Run{ID: id, Target: "t"}))
		list := []Applied{{Key: math.MinInt64}, {Key: math.MaxInt64}}
		for i := range size {
			// The first round comes in order, the others do not, and name some keys twice.
			k := row.Key(i * 3)
			if round > 0 {
				k = row.Key(rng.IntN(refreshChunk))
			}
			list = append(list, Applied{k, row.Fingerprint{byte(i), byte(i >> 8), byte(round)}, round > 0 && rng.IntN(2) == 0})
		}
		for _, c := range list {
			if model[c.Key] = c.Fingerprint; c.Forget {
				delete(model, c.Key)
			}
		}
		ok(t, j.Refresh(ctx, id, changes(list)))
		if got := held(t, j, "t"); !maps.Equal(got, model) {
			t.Fatalf("round %d: %s", round, cmp.Diff(model, got))
		}
	}
	if got := held(t, j, "other"); len(got) != 0 {
		t.Errorf("another target holds %v", got)
	}
}

func TestTargetsAreApart(t *testing.T) {
	t.Parallel()
	ctx, j := t.Context(), openAt(t, t.TempDir())
	for _, id := range []string{"x", "y"} {
		ok(t, j.Begin(ctx, Run{ID: id, Target: id}))
		ok(t, j.Refresh(ctx, id, changes([]Applied{{Key: 1, Fingerprint: row.Fingerprint{id[0]}}, {Key: 2}})))
	}
	ok(t, j.Refresh(ctx, "x", changes([]Applied{{Key: 2, Forget: true}})))
	if d := cmp.Diff(map[row.Key]row.Fingerprint{1: {'x'}}, held(t, j, "x")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(map[row.Key]row.Fingerprint{1: {'y'}, 2: {}}, held(t, j, "y")); d != "" {
		t.Error(d)
	}
}

// TestRefreshed: a run counts as refreshed when all of its changes were taken, until it sends more.
func TestRefreshed(t *testing.T) {
	t.Parallel()
	ctx, j := t.Context(), openAt(t, t.TempDir())
	s := begin(t, j, "a", 9)
	refreshed := func(want bool) {
		t.Helper()
		r, err := j.Run(ctx, "a")
		ok(t, err)
		if r.Refreshed != want {
			t.Errorf("Refreshed is %v", r.Refreshed)
		}
	}
	refreshed(false)
	broken := errors.New("broken")
	err := j.Refresh(ctx, "a", func(yield func(Applied, error) bool) {
		_ = yield(Applied{Key: 1}, nil) && yield(Applied{}, broken)
	})
	if err != broken {
		t.Errorf("got %v", err)
	}
	refreshed(false)
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if err := j.Refresh(gone, "a", changes(nil)); !errors.Is(err, context.Canceled) || is[*WriteError](err) {
		t.Errorf("got %v", err)
	}
	refreshed(false)
	ok(t, j.Refresh(ctx, "a", changes(nil)))
	refreshed(true)
	ok(t, s.Fence(ctx, 3))
	refreshed(false)
	ok(t, j.Refresh(ctx, "a", changes(nil)))
	ok(t, s.Fence(ctx, 2))
	refreshed(true)
}

func TestAppliedStopsEarly(t *testing.T) {
	t.Parallel()
	ctx, j := t.Context(), openAt(t, t.TempDir())
	ok(t, j.Begin(ctx, Run{ID: "a", Target: "t"}))
	ok(t, j.Refresh(ctx, "a", changes([]Applied{{Key: 1}, {Key: 2}})))
	for range j.Applied(ctx, "t") {
		ok(t, j.Refresh(ctx, "a", changes([]Applied{{Key: 3}}))) // the loop may use the journal
		break
	}
	if got := slices.Sorted(maps.Keys(held(t, j, "t"))); !slices.Equal(got, []row.Key{1, 2, 3}) {
		t.Errorf("got %v", got)
	}
}
