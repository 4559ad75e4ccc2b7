package run

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestSavedAltered sends no plan whose ids or way back were altered since, neither before nor after it was begun.
func TestSavedAltered(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 40)
	content := users
	for i := 1; i <= 30; i++ {
		content += reported(i, i+1)
	}
	id := w.saves(w.file("users.csv", content))
	refused := func() {
		for _, name := range []string{filepath.Join(inputDir, idsFile), beforeFile} {
			path := filepath.Join(w.opt.Dir, id, name)
			whole, err := os.ReadFile(path)
			check(t, err)
			check(t, os.Remove(path))
			w.refuses(id, path+`" is gone`, "plan --save")
			check(t, os.WriteFile(path, append(whole, "{}\n"...), 0o600))
			w.refuses(id, path+`" is another one than was planned`)
			check(t, os.WriteFile(path, whole, 0o600))
		}
	}
	refused()
	w.opt.Send.Limit = 5
	w.sends(ExitUnfinished, id)
	refused()
	w.opt.Send.Limit = 0
	if w.sends(ExitOK, id); w.sent() != 30 {
		t.Errorf("%d writes", w.sent())
	}
}

// TestSavedDuration counts from when the sending began, and neither what the planning did nor how long the plan waited.
func TestSavedDuration(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	id := w.saves(w.file("users.csv", table(1, 20)))
	w.exec(`UPDATE run SET started = started - ?`, 20*time.Hour)
	w.exec(`INSERT INTO tally SELECT run, start - ?, 'pause', 429, 0, 1, 7e9, 0 FROM tally`, 20*time.Hour)
	began := time.Now()
	w.opt.Send.Limit = 5
	w.sends(ExitUnfinished, id)
	w.opt.Send.Limit = 0
	w.sends(ExitOK, id)
	past, err := History(t.Context(), w.opt.Dir)
	check(t, err)
	r := w.summaries[1].Run
	if p := past[0]; p.Started.Before(began) || p.Duration > time.Since(began) || r.Started.Before(began) ||
		r.Sessions != 2 {
		t.Errorf("history %+v, report from %s to %s in %d sessions", p, r.Started, r.Ended, r.Sessions)
	}
	if r.Throttling.Pauses != 0 || len(r.Timeline) > 3 || r.Timeline[0].Start.Before(began.Add(-time.Minute)) {
		t.Errorf("%+v, timeline %+v", r.Throttling, r.Timeline)
	}
}

// TestSavedOver says in plain words why a run is not sent that is no plan any more.
func TestSavedOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	refused := w.run(ExitRefused, w.file("bad.csv", flawed(2)))
	stopped := w.stopped(3, w.file("users.csv", table(1, 30)))
	w.opt.Fresh = true
	sent := w.run(ExitOK, w.file("users.csv", table(1, 30)))
	w.refuses(refused.ID, "its input was refused")
	w.refuses(stopped.ID, "it was given up")
	w.refuses(sent.ID, "it has been sent already")
}
