package run

import (
	"math"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph/simulator"
	"github.com/statussync/statussync/sync/journal"
)

// learnedRate returns what the journal knows of the world's target.
func (w *world) learnedRate() (perSecond float64) {
	w.Helper()
	j, err := journal.OpenReadOnly(w.Context(), w.opt.Dir)
	check(w, err)
	defer j.Close()
	perSecond, _, err = j.Learned(w.Context(), w.opt.target())
	check(w, err)
	return perSecond
}

// teach lets the journal know a rate of the world's target.
func (w *world) teach(perSecond float64) {
	w.Helper()
	j, err := journal.Open(w.Context(), w.opt.Dir)
	check(w, err)
	defer j.Close()
	check(w, j.Learn(w.Context(), w.opt.target(), perSecond))
}

// begins returns the rate with which the sending of a run begins.
func (w *world) begins() (perSecond float64) {
	w.Helper()
	check(w, within(w.Context(), w.opt, func(k *work) error {
		perSecond = k.dispatch.Allowed()
		return nil
	}))
	return perSecond
}

const startWords = "the rate starts at what an earlier run has learned"

// TestLearnedRate begins at the rate that an earlier run found, unless it is to be forgotten or is too old.
func TestLearnedRate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	w.opt.Send.Adaptive, w.opt.Send.Rate = true, dispatch.Rate{N: 10_000, Per: time.Second}
	path := w.file("users.csv", table(1, 3))
	w.run(ExitOK, path)
	full := w.begins()
	if got := w.learnedRate(); got != 0 || w.said(startWords) {
		t.Errorf("%v a second was learned where nothing was refused", got)
	}
	w.teach(2500)
	if got := w.begins(); math.Abs(got-2500) > 1 || full < 9000 {
		t.Errorf("a run begins at %v a second, and at %v without having learned", got, full)
	}
	w.opt.Tenant = "fabrikam"
	if got := w.begins(); got != full {
		t.Errorf("at another target a run begins at %v a second", got)
	}
	w.opt.Tenant = "contoso"
	w.opt.Send.Adaptive = false
	w.run(ExitOK, path)
	if got := w.begins(); got != full || w.learnedRate() != 2500 || w.said(startWords) {
		t.Errorf("without --adaptive a run begins at %v a second", got)
	}
	w.opt.Send.Adaptive = true
	w.run(ExitOK, path)
	if !w.said(startWords) {
		t.Error("the log does not say where the rate starts")
	}
	w.opt.ForgetRate = true
	if got := w.begins(); got != full || w.learnedRate() != 0 {
		t.Errorf("a run that is to forget the rate begins at %v a second", got)
	}
}

func TestOldRate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	w.opt.Send.Adaptive, w.opt.Send.Rate = true, dispatch.Rate{N: 10_000, Per: time.Second}
	w.run(ExitOK, w.file("users.csv", table(1, 3)))
	full := w.begins()
	w.teach(2500)
	w.exec(`UPDATE target SET learned = ?`, time.Now().Add(-learnedFor+time.Hour).UnixNano())
	if w.begins() == full {
		t.Error("a rate of a month is forgotten")
	}
	w.exec(`UPDATE target SET learned = ?`, time.Now().Add(-learnedFor-time.Hour).UnixNano())
	if w.begins() != full || !w.said("too old to begin with") {
		t.Error("a run begins at a rate that was learned long ago")
	}
}

// TestLearning keeps the rate that a run was held to, also of a run that is stopped.
func TestLearning(t *testing.T) {
	t.Parallel()
	cfg := unlimited
	cfg.Rules = []simulator.Rule{{At: 20, Times: 1, Fault: simulator.Fault{
		Status: 429, RetryAfter: simulator.RetryAfterDecimal, Wait: 10 * time.Millisecond,
	}}}
	w := newWorld(t, cfg)
	w.opt.Send.Adaptive, w.opt.Send.Rate = true, dispatch.Rate{N: 10_000, Per: 20 * time.Second}
	path := w.file("users.csv", table(1, 45))
	w.stopped(25, path)
	stopped := w.learnedRate()
	if stopped <= 0 || stopped > 400 {
		t.Errorf("%v a second were learned, the settings allow 500", stopped)
	}
	w.run(ExitOK, path)
	if !w.said(startWords) {
		t.Error("the log does not say where the rate starts")
	}
	if got := w.learnedRate(); got < stopped || got > 400 {
		t.Errorf("%v a second were learned, then %v", stopped, got)
	}
}
