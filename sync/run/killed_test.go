package run

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/journal"
)

// A corpse is a run whose process ends before it can say so.
type corpse struct {
	*work
	close func()
}

// begun begins a run over inputs that nobody will finish. The caller closes it.
func (w *world) begun(inputs ...string) corpse {
	w.Helper()
	o := w.opt
	o.Inputs = inputs
	dir, err := openDir(o.Dir)
	check(w, err)
	j, err := journal.Open(w.Context(), o.Dir)
	check(w, err)
	c := corpse{work: &work{o: o, dir: dir, journal: j}}
	check(w, c.connect(w.Context()))
	c.close = func() { c.client.Close(); j.Close(); dir.Close() }
	check(w, c.begin(w.Context()))
	return c
}

// killed leaves a run behind as a process does that is killed while its n-th write is under way: the session has no
// end, its fence lies at row n+5, and the outcomes of the rows behind kept were not committed. It returns the run's id.
func (w *world) killed(n, kept int64, inputs ...string) string {
	w.Helper()
	usual := w.opt.Send.Concurrency
	w.opt.Send.Concurrency = 1 // the rows are sent in order
	c := w.begun(inputs...)
	w.opt.Send.Concurrency = usual
	check(w, c.decide(w.Context()))
	ctx, cancel := context.WithCancelCause(w.Context())
	defer cancel(nil)
	w.during(func(i int64) {
		if i == n {
			cancel(Signal(9))
		}
	})
	if err := c.send(ctx); err == nil {
		w.Fatal("the run came to its end before it was killed")
	}
	w.during(nil)
	c.close()
	w.exec(`UPDATE session SET fence = ? WHERE ended IS NULL AND run = (SELECT max(number) FROM run)`, n+5)
	if kept < n {
		w.exec(`DELETE FROM outcome WHERE id > (SELECT max(number) << 40 | ? FROM run)`, kept)
	}
	return c.run.ID
}

// TestKilled reports what a killed process left, and goes on with it: up to the fence nobody knows of the rows without
// an outcome, behind it none was sent.
func TestKilled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	path := w.file("users.csv", table(1, 60))
	id := w.killed(20, 12, path)
	check(t, Report(t.Context(), w.opt.Dir, "", "test", w.opt.Summarize))
	if got := w.verdicts(id); got != "12 succeeded, 13 unknown, 35 unsent" {
		t.Error(got)
	}
	for _, l := range w.lines(id)[12:25] {
		if l.Reason != "may have been sent by a process that was killed" {
			t.Errorf("row %d is unknown, because it %q", l.Row, l.Reason)
		}
	}
	if d := w.document(id); d.State != "open" || d.ExitStatus != 0 || d.Retryable != 48 {
		t.Errorf("%s with %d, %d rows are left", d.State, d.ExitStatus, d.Retryable)
	}
	before := w.sent()
	w.opt.Send.Limit = 3
	w.run(ExitUnfinished, path)
	if d := w.document(id); d.Resent != 3 {
		t.Errorf("%d rows sent again, want those that were sent and no more", d.Resent)
	}
	w.opt.Send.Limit = 0
	if r := w.run(ExitOK, path); r.ID != id {
		t.Error("the run was not taken up")
	}
	if got := w.sent() - before; got != 48 {
		t.Errorf("%d rows were sent, want those without an outcome", got)
	}
	w.law(&Result{ID: id}, 60)
	if d := w.document(id); d.Resent != 13 || d.Sessions != 3 || d.Counts["succeeded"] != 60 {
		t.Errorf("%d rows sent again in %d sessions: %v", d.Resent, d.Sessions, d.Counts)
	}
}

// TestKilledPlanning abandons what had not been decided, whoever comes next.
func TestKilledPlanning(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	path := w.file("users.csv", table(1, 3))
	dead := w.begun(path)
	dead.close()
	err := Report(t.Context(), w.opt.Dir, "", "test", w.opt.Summarize)
	if ExitStatus(err) != ExitUsage || len(w.folders()) != 0 {
		t.Errorf("a report of a run that was not decided: %v, folders %q", err, w.folders())
	}
	past, err := History(t.Context(), w.opt.Dir)
	check(t, err)
	if p := past[0]; p.State != "abandoned" || p.Exit != "-" || p.Rows != 0 {
		t.Errorf("history: %+v", p)
	}
	if r := w.run(ExitOK, path); r.ID == dead.run.ID {
		t.Error("a run that was not decided was taken up")
	}
}

// TestDoubt keeps a row unknown that is refused for good after a killed process may have sent it.
func TestDoubt(t *testing.T) {
	t.Parallel()
	cfg := unlimited
	cfg.UnknownApps = []string{app}
	w := newWorld(t, cfg)
	path := w.file("users.csv", table(1, 12))
	id := w.killed(3, 1, path)
	w.run(ExitFailed, path)
	var got []string
	for _, l := range w.lines(id) {
		if got = append(got, l.Verdict); l.Retryable {
			t.Errorf("row %d may fare better", l.Row)
		}
	}
	want := []string{"failed"}
	for row := 2; row <= 12; row++ {
		want = append(want, map[bool]string{true: "unknown", false: "failed"}[row <= 3+5])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
}
