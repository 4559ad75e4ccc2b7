package run

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestKilledBeforeRefusing ends a process between deciding and refusing: the same command refuses again.
func TestKilledBeforeRefusing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	path := w.file("users.csv", table(1, 3)+app+",r9,,u@contoso.example,-1,0,0\n")
	dead := w.begun(path)
	if err := dead.decide(t.Context()); !errors.Is(err, errRefused) {
		t.Fatalf("decided: %v", err)
	}
	dead.close()
	w.run(ExitRefused, path)
	if n := w.sent(); n != 0 {
		t.Errorf("%d rows were sent of an input that is refused", n)
	}
}

// TestWrongInputAbandonsNothing keeps an unfinished run until the next one is known to be sound.
func TestWrongInputAbandonsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	path := w.file("users.csv", table(1, 30))
	first := w.limited(5, path)
	w.fails(ExitRefused, w.file("other.csv", "a,b\n1,2\n"))
	w.run(ExitRefused, w.file("invalid.csv", table(1, 3)+app+",r9,,u@contoso.example,-1,0,0\n"))
	if r := w.run(ExitOK, path); r.ID != first.ID {
		t.Error("a wrong file has cost the run that could go on")
	}
}

// TestPruneKeepsTheRunThatEnded takes an old run up and keeps one run: it is the one that has just ended.
func TestPruneKeepsTheRunThatEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	path := w.file("users.csv", table(1, 30))
	first := w.limited(5, path)
	target := w.opt.Tenant
	w.opt.Tenant = "fabrikam"
	w.run(ExitOK, path)
	w.opt.Tenant, w.opt.Keep = target, 1
	if r := w.run(ExitOK, path); r.ID != first.ID {
		t.Fatal("the run was not taken up")
	}
	if _, err := os.Stat(filepath.Join(w.opt.Dir, first.ID, "report.json")); err != nil {
		t.Errorf("the report of the run that has just ended: %v", err)
	}
}

// TestLatestIsInTheWay finds a real folder where latest belongs: the run is as good as any.
func TestLatestIsInTheWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	check(t, os.MkdirAll(filepath.Join(w.opt.Dir, "latest"), 0o700))
	w.run(ExitOK, w.file("users.csv", table(1, 3)))
	if !w.said("latest does not lead to this run") {
		t.Error("nobody said so")
	}
}

// TestEmptyAmongOthers refuses an input without rows also beside one that has some.
func TestEmptyAmongOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	paths := []string{w.file("users.csv", table(1, 3)), w.file("empty.csv", header)}
	if err := w.fails(ExitRefused, paths...); !has(err, "empty.csv has no rows") {
		t.Error(err)
	}
	w.opt.AllowEmpty = true
	w.run(ExitOK, paths...)
}
