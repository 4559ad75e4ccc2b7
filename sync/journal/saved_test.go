package journal

import (
	"testing"
	"time"
)

// TestStart lets a saved run begin anew: what was before is not the run's, what comes after is.
func TestStart(t *testing.T) {
	t.Parallel()
	ctx, j := t.Context(), openAt(t, t.TempDir())
	planned := time.Now().Add(-time.Hour)
	for _, id := range []string{"a", "b"} {
		ok(t, j.Begin(ctx, Run{ID: id, Settings: "{}", Started: planned}))
		s := resume(t, j, id)
		s.Tally(Event{Kind: Sending, At: planned, Took: time.Second})
		ok(t, s.Flush(ctx))
		ok(t, j.Save(ctx, id, 3, nil, `{"a":1}`))
		ok(t, s.End(ctx, 0, "", ""))
	}
	s := resume(t, j, "a")
	ok(t, j.Start(ctx, "a"))
	s.Tally(Event{Kind: Sending, At: time.Now(), Took: time.Minute})
	ok(t, s.End(ctx, 0, "", ""))
	for id, want := range map[string]struct {
		state State
		since time.Time
		took  time.Duration
	}{"a": {StateOpen, planned.Add(time.Minute), time.Minute}, "b": {StateSaved, planned, time.Second}} {
		r, err := j.Run(ctx, id)
		ok(t, err)
		if r.State != want.state || r.Started.Before(want.since) || r.Sessions != 1 || r.Rows != 3 || r.Settings != `{"a":1}` {
			t.Errorf("%+v", r)
		}
		var took time.Duration
		for tally, err := range j.Tallies(ctx, id) {
			ok(t, err)
			took += tally.Total
		}
		if took != want.took {
			t.Errorf("run %s took %s", id, took)
		}
	}
}
