package run

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph/simulator"
)

// newResolver returns a prover that nobody has asked for a proof.
func newResolver(t *testing.T, rules ...simulator.Rule) *prover {
	cfg := unlimited
	cfg.Rules = rules
	p := newProver(t, cfg)
	p.opt.Verify, p.opt.Send.Attempts = Verify{Unknown: true}, 1
	return p
}

// TestResolve reads what is unknown and nothing else: what Graph holds has succeeded, anything else stays to be sent.
func TestResolve(t *testing.T) {
	t.Parallel()
	p := newResolver(t, unsettled...)
	path := p.file("users.csv", table(1, 10))
	r := p.run(ExitUnfinished, path)
	if got := p.verdicts(r.ID); got != "8 succeeded, 2 unknown" {
		t.Error(got)
	}
	if l := p.lines(r.ID)[4]; l.Verdict != "succeeded" || l.Reason != readBackEqual || l.HTTPStatus != 504 {
		t.Errorf("row 5: %+v", l)
	}
	pages, singles := p.asked()
	if got, want := p.proof(r.ID), (proof{3, 1, 1, 0, 2, 0, int64(pages + singles)}); got != want {
		t.Errorf("report: %+v, want %+v", got, want)
	}
	p.sim.SetRules(simulator.Rule{Method: http.MethodPatch, Fault: simulator.Fault{Status: 504, Applied: true}})
	if again := p.run(ExitOK, path); again.ID != r.ID || p.sent() != 12 || p.document(r.ID).State != "finished" {
		t.Errorf("%s, %d writes: %s", again.ID, p.sent(), p.verdicts(r.ID))
	}
}

// TestResolveNothing asks Graph for nothing when every row has an answer.
func TestResolveNothing(t *testing.T) {
	t.Parallel()
	p := newResolver(t, refuse(404, "r2")...)
	if r := p.run(ExitFailed, p.file("users.csv", table(1, 10))); p.reads() != 0 || p.proof(r.ID) != (proof{}) {
		t.Errorf("%d reads, %+v", p.reads(), p.proof(r.ID))
	}
}

// TestResolveInVain gives up at the first read that fails, and says so in the log alone.
func TestResolveInVain(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"forbidden": {Status: 403}, "out": {Status: 503}, "not served": {Status: 405}, "no token": {Status: 401},
		"throttled": {Status: 429, RetryAfter: simulator.RetryAfterSeconds, Wait: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newResolver(t, simulator.Rule{Method: http.MethodGet, Fault: fault},
				simulator.Rule{Method: http.MethodPatch, At: 11, Fault: simulator.Fault{Status: 504}})
			p.opt.Send.Concurrency = 1
			r := p.run(ExitUnfinished, p.file("users.csv", table(1, 15)))
			if d := p.document(r.ID); r.Stopped != nil || d.Counts["unknown"] != 5 || p.proof(r.ID) != (proof{}) {
				t.Errorf("%+v, stopped by %v", d, r.Stopped)
			}
			if said := p.logs.FilterMessage("not every row could be read back").Len(); said != 1 || p.reads() > 2 {
				t.Errorf("said %d times, %d reads", said, p.reads())
			}
		})
	}
}

// TestReadingEnds after a minute where nobody has asked for a proof, and in any case when --max-duration is over.
func TestReadingEnds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		verify Verify
		most   time.Duration
		want   time.Duration
		cause  error
	}{
		{Verify{Unknown: true}, 0, resolveWithin, errSlow},
		{Verify{Unknown: true}, time.Hour, resolveWithin, errSlow},
		{Verify{Unknown: true}, 20 * time.Second, 10 * time.Second, errDuration},
		{Verify{Share: 1}, time.Hour, time.Hour - 10*time.Second, errDuration},
		{Verify{Share: 1}, time.Second, 0, errDuration},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := work{o: Options{Verify: test.verify, MaxDuration: test.most}, began: time.Now()}
			time.Sleep(10 * time.Second)
			began := time.Now()
			reading, done := w.reading(t.Context())
			defer done()
			<-reading.Done()
			if took, err := time.Since(began), context.Cause(reading); took != test.want || err != test.cause {
				t.Errorf("%+v: ended after %s by %v", test, took, err)
			}
		})
	}
}

// TestResolveAfterAStop leaves a service alone that has given cause to stop.
func TestResolveAfterAStop(t *testing.T) {
	t.Parallel()
	p := newResolver(t, simulator.Rule{Method: http.MethodPatch, Fault: simulator.Fault{Status: 504, Applied: true}})
	most, err := dispatch.ParseThreshold("2")
	check(t, err)
	p.opt.Send.MaxErrors = most
	if p.run(ExitStopped, p.file("users.csv", table(1, 60))); p.reads() != 0 {
		t.Errorf("%d reads", p.reads())
	}
}

// TestProveAltered: where the answer to a write says otherwise, a read settles what Graph holds.
func TestProveAltered(t *testing.T) {
	t.Parallel()
	cfg := unlimited
	cfg.Rules = []simulator.Rule{{Method: http.MethodPatch, Fault: simulator.Fault{Body: simulator.BodyAltered}}}
	p := newProver(t, cfg)
	p.opt.Verify = Verify{Unknown: true}
	p.opt.Fresh = true
	path := p.file("users.csv", table(1, 3))
	if r := p.run(ExitFailed, path); p.reads() != 0 || p.verdicts(r.ID) != "3 mismatched" {
		t.Errorf("%d reads: %s", p.reads(), p.verdicts(r.ID))
	}
	p.opt.Verify = Verify{Share: 1}
	p.reading = func(int64) { p.sim.Put(app, holds(2, 9)) }
	r := p.run(ExitFailed, path)
	if got := p.verdicts(r.ID); got != "2 succeeded, 1 mismatched" {
		t.Error(got)
	}
	lines := p.lines(r.ID)
	if l := lines[0]; !strings.HasPrefix(l.Reason, readBackEqual+"; before, ") || !strings.Contains(l.Reason, "came back") {
		t.Errorf("row 1: %+v", l)
	}
	if l := lines[1]; !strings.Contains(l.Reason, "came back") {
		t.Errorf("row 2: %+v", l)
	}
	if got := p.proof(r.ID); got != (proof{3, 2, 0, 1, 0, 0, 1}) {
		t.Errorf("%+v", got)
	}
}
