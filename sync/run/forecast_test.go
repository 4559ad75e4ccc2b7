package run

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/dispatch"
)

// forecast returns what a plan over 102 rows says of the time that they take.
func (w *world) forecast() (shortest time.Duration, learned bool) {
	w.Helper()
	o := w.opt
	o.Inputs = []string{w.file("many.csv", table(1, 102))}
	p, err := Plan(w.Context(), o)
	check(w, err)
	return p.Shortest, p.Learned
}

// TestForecast reckons with the rate that a run would begin with.
func TestForecast(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	w.opt.Send.Adaptive, w.opt.Send.Rate = true, dispatch.Rate{N: 1002, Per: 10 * time.Second}
	want := func(what string, shortest time.Duration, learned bool) {
		t.Helper()
		if got, by := w.forecast(); got != shortest || by != learned {
			t.Errorf("%s: %v, learned %t; want %v, %t", what, got, by, shortest, learned)
		}
	}
	want("without a journal", time.Second, false)
	w.run(ExitOK, w.file("users.csv", table(1, 3)))
	want("nothing was learned", time.Second, false)
	w.teach(10)
	want("learned", 10*time.Second, true)
	w.opt.SkipUnchanged = true
	want("learned, with what was applied", 9700*time.Millisecond, true)
	w.opt.SkipUnchanged, w.opt.Save = false, true
	want("kept", 10*time.Second, true)
	w.opt.Save, w.opt.ForgetRate = false, true
	want("to be forgotten", time.Second, false)
	if w.learnedRate() != 10 {
		t.Error("a plan has made the journal forget the rate")
	}
	w.opt.ForgetRate, w.opt.Send.Adaptive = false, false
	want("not adaptive", time.Second, false)
	w.opt.Send.Adaptive = true
	w.opt.Send.Rate.N = 52
	want("a slower rate than learned", 20*time.Second, false)
	w.opt.Send.Rate.N = 1002
	w.exec(`UPDATE target SET learned = ?`, time.Now().Add(-learnedFor-time.Hour).UnixNano())
	want("too old", time.Second, false)
	check(t, os.WriteFile(filepath.Join(w.opt.Dir, "journal.db"), []byte("no journal"), 0o600))
	want("of a journal that cannot be read", time.Second, false)
	if !w.said("what was learned of the rate cannot be read") {
		t.Error("the log does not say so")
	}
}

// TestForecastIsLogged says how long the rows take at the rate that was learned.
func TestForecastIsLogged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	w.opt.Send.Adaptive, w.opt.Send.Rate = true, dispatch.Rate{N: 10_000, Per: time.Second}
	w.run(ExitOK, w.file("users.csv", table(1, 3)))
	w.teach(20)
	w.run(ExitOK, w.file("more.csv", table(1, 32)))
	lines := w.logs.FilterMessage("planned").All()
	if got := lines[len(lines)-1].ContextMap()["shortest"]; got != 2*time.Second { // of 30 rows, two go at once
		t.Errorf("planned to take %v", got)
	}
}
