package run

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph/simulator"
)

// unsettled are faults under which the service says yes to a write that it does not carry out, and answers others with
// an error.
var unsettled = []simulator.Rule{
	{Method: http.MethodPatch, ID: "r3", Fault: simulator.Fault{Status: 204, Body: simulator.BodyNoContent}},
	{Method: http.MethodPatch, ID: "r5", Fault: simulator.Fault{Status: 504, Applied: true}},
	{Method: http.MethodPatch, ID: "r6", Fault: simulator.Fault{Status: 504}},
	{Method: http.MethodPatch, ID: "r7", Fault: simulator.Fault{Status: 504}},
}

// TestProve reads every row back with all its fields: what differs is mismatched with both values, what was unknown is
// resolved where the read can tell.
func TestProve(t *testing.T) {
	t.Parallel()
	cfg := unlimited
	cfg.Rules = unsettled
	p := newProver(t, cfg)
	p.opt.Send.Attempts = 1
	p.sim.Put(app, holds(7, 1))
	p.reading = func(n int64) {
		if n == 1 {
			changed := holds(2, 9)
			changed.UserName, changed.FailedDeviceCount = `Grace "G"`, 1
			p.sim.Put(app, changed)
		}
	}
	r := p.run(ExitUnfinished, p.file("users.csv", table(1, 10)+line(4, 4)))
	if got := p.verdicts(r.ID); got != "6 succeeded, 1 duplicate, 2 mismatched, 2 unknown" {
		t.Error(got)
	}
	lines := p.lines(r.ID)
	want := `installedDeviceCount: sent 2, read back 9; failedDeviceCount: sent 0, read back 1`
	if l := lines[1]; !strings.HasPrefix(l.Reason, `userName: sent "", read back "Grace \"G\""; `) ||
		!strings.HasSuffix(l.Reason, want) || l.Retryable || l.HTTPStatus != 200 {
		t.Errorf("row 2: %+v", l)
	}
	if l := lines[2]; l.Verdict != "mismatched" || l.Reason != readBackMissing || l.HTTPStatus != 204 {
		t.Errorf("row 3: %+v", l)
	}
	if l := lines[4]; l.Verdict != "succeeded" || l.Reason != readBackEqual || l.Retryable || l.HTTPStatus != 504 {
		t.Errorf("row 5: %+v", l)
	}
	for _, l := range lines[5:7] {
		if l.Verdict != "unknown" || !l.Retryable || l.Reason == readBackEqual {
			t.Errorf("row %d: %+v", l.Row, l)
		}
	}
	pages, singles := p.asked()
	if got, want := p.proof(r.ID), (proof{10, 6, 1, 2, 2, 0, int64(pages + singles)}); got != want {
		t.Errorf("report: %+v, want %+v", got, want)
	}
	if v := p.summaries[0].Run.Verified; v.Equal != 6 || v.At.IsZero() {
		t.Errorf("summary: %+v", v)
	}
	before := p.proof(r.ID)
	check(t, Report(t.Context(), p.opt.Dir, r.ID, "test", p.opt.Summarize))
	if p.proof(r.ID) != before {
		t.Error("the report says otherwise when it is rendered again")
	}
}

// TestProveExit leaves with 4 when a row differs, and with 0 when what was unknown turns out well.
func TestProveExit(t *testing.T) {
	t.Parallel()
	cfg := unlimited
	cfg.Rules = unsettled[1:2]
	p := newProver(t, cfg)
	p.opt.Send.Attempts = 1
	path := p.file("users.csv", table(1, 10))
	r := p.run(ExitOK, path)
	if d := p.document(r.ID); d.State != "finished" || d.Counts["succeeded"] != 10 || d.Retryable != 0 {
		t.Errorf("%+v", d)
	}
	p.opt.SkipUnchanged = true // what was resolved is known to be there
	if r := p.run(ExitOK, path); p.verdicts(r.ID) != "10 unchanged" {
		t.Error(p.verdicts(r.ID))
	}
	p.opt.SkipUnchanged = false
	p.sim.SetRules(unsettled[0])
	p.reading = func(int64) { p.sim.Put(app, holds(3, 1)) }
	if r = p.run(ExitFailed, path); p.verdicts(r.ID) != "9 succeeded, 1 mismatched" {
		t.Error(p.verdicts(r.ID))
	}
	p.sim.SetRules()
	p.reading, p.opt.SkipUnchanged = nil, true // what differs is not known to be there
	if r = p.run(ExitOK, path); p.verdicts(r.ID) != "1 succeeded, 9 unchanged" {
		t.Error(p.verdicts(r.ID))
	}
}

// TestProveNothing reads nothing unless it is told to, not even what is unknown.
func TestProveNothing(t *testing.T) {
	t.Parallel()
	cfg := unlimited
	cfg.Rules = unsettled
	p := newProver(t, cfg)
	p.opt.Verify, p.opt.Send.Attempts = Verify{}, 1
	r := p.run(ExitUnfinished, p.file("users.csv", table(1, 10)))
	if p.reads() != 0 || p.proof(r.ID) != (proof{}) || p.verdicts(r.ID) != "7 succeeded, 3 unknown" {
		t.Errorf("%d reads: %s", p.reads(), p.verdicts(r.ID))
	}
	b, err := os.ReadFile(filepath.Join(p.opt.Dir, r.ID, "report.json"))
	check(t, err)
	if strings.Contains(string(b), "verification") {
		t.Error("the report speaks of a verification")
	}
}

// TestProveSample reads back a share of what succeeded, the same rows each time, and all that is unknown.
func TestProveSample(t *testing.T) {
	t.Parallel()
	cfg := unlimited
	cfg.Rules = unsettled[1:]
	p := newProver(t, cfg)
	p.opt.Send.Attempts = 1
	verify, err := ParseVerify("sample=2%")
	check(t, err)
	p.opt.Verify = verify
	path := p.file("users.csv", table(1, 2000))
	first := p.proof(p.run(ExitUnfinished, path).ID)
	if first.Rows < 20 || first.Rows > 70 || first.Missing != 2 || first.Equal != first.Rows-2 || first.Resolved != 1 {
		t.Errorf("%+v", first)
	}
	p.opt.Fresh = true
	if second := p.proof(p.run(ExitUnfinished, path).ID); second != first {
		t.Errorf("%+v, then %+v", first, second)
	}
}

// TestProveEachSession reads back after a session that was told to send no more, what it left unknown too, and after
// the last one all rows.
func TestProveEachSession(t *testing.T) {
	t.Parallel()
	p := newProver(t, unlimited)
	path := p.file("users.csv", table(1, 60))
	id := p.killed(20, 12, path)
	p.opt.Send.Limit = 2
	p.run(ExitUnfinished, path)
	// Rows 13 and 14 were sent now, 15 to 20 by the killed process, up to 25 its fence leaves in doubt.
	if got := p.verdicts(id); got != "20 succeeded, 5 unknown, 35 unsent" {
		t.Error(got)
	}
	if got := p.proof(id); got != (proof{25, 20, 6, 0, 5, 0, got.Requests}) {
		t.Errorf("%+v", got)
	}
	if l := p.lines(id)[15]; l.Reason != readBackEqual || l.Line != 17 {
		t.Errorf("row 16: %+v", l)
	}
	p.opt.Send.Limit = 0
	p.run(ExitOK, path)
	if got := p.proof(id); got != (proof{60, 60, 0, 0, 0, 0, 1}) {
		t.Errorf("%+v", got)
	}
}

// TestProveKilled: what a process has found out before it was killed stays, and the next one reads the rest.
func TestProveKilled(t *testing.T) {
	t.Parallel()
	cfg := unlimited
	cfg.Rules = unsettled[:1]
	p := newProver(t, cfg)
	path := p.file("users.csv", table(1, 10))
	c := p.begun(path)
	check(t, c.decide(t.Context()))
	check(t, c.prove(t.Context(), t.Context(), c.send(t.Context())))
	check(t, c.session.Flush(t.Context()))
	c.close()
	before := p.sent()
	p.reading = func(n int64) { p.sim.Put(app, holds(4, 9)) }
	if r := p.run(ExitFailed, path); r.ID != c.run.ID || p.sent() != before {
		t.Errorf("the run was not taken up, or rows were sent again")
	}
	if got := p.verdicts(c.run.ID); got != "8 succeeded, 2 mismatched" {
		t.Error(got)
	}
	if got := p.proof(c.run.ID); got != (proof{10, 8, 0, 1, 1, 0, 2}) {
		t.Errorf("%+v", got)
	}
}

// TestProveAfterAStop leaves a service alone that has given cause to stop.
func TestProveAfterAStop(t *testing.T) {
	t.Parallel()
	cfg := unlimited
	cfg.Rules = []simulator.Rule{{At: 5, Method: http.MethodPatch, Fault: simulator.Fault{Status: 409}}}
	p := newProver(t, cfg)
	most, err := dispatch.ParseThreshold("2")
	check(t, err)
	p.opt.Send.MaxErrors = most
	r := p.run(ExitStopped, p.file("users.csv", table(1, 60)))
	if p.reads() != 0 || p.proof(r.ID) != (proof{}) {
		t.Errorf("%d reads", p.reads())
	}
}

// TestProveUntilSignal: a signal ends the reading, and what was not read stays as it is until the run is taken up.
func TestProveUntilSignal(t *testing.T) {
	t.Parallel()
	cfg := paged
	p := newProver(t, cfg)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	p.reading = func(n int64) {
		if n == 2 {
			cancel(Signal(15))
		}
	}
	path := p.file("users.csv", table(1, 30))
	r := p.runIn(ctx, 143, path)
	d := p.document(r.ID)
	if d.State != "open" || d.Stopped != "stopped by SIGTERM" || p.verdicts(r.ID) != "30 succeeded" {
		t.Errorf("%+v: %s", d, p.verdicts(r.ID))
	}
	if got := p.proof(r.ID); got.Unread != 30 || got.Requests != 2 {
		t.Errorf("%+v", got)
	}
	for _, name := range p.remains("") {
		if strings.HasPrefix(name, reports.TempPrefix) {
			t.Errorf("%s is left", name)
		}
	}
	again := p.run(ExitOK, path)
	if got := p.proof(r.ID); again.ID != r.ID || got.Equal != 30 || p.sim.Stats().Writes != 30 {
		t.Errorf("taken up as %s: %+v, %d writes", again.ID, got, p.sim.Stats().Writes)
	}
}
