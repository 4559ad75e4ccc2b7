package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/journal"
)

// TestPlanKeepsNothing plans while another run is at work, and leaves neither the runs folder nor the temporary files
// other than they were.
func TestPlanKeepsNothing(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	w := newWorld(t, unlimited)
	w.opt.Stdin = strings.NewReader(table(4, 6))
	o := w.opt
	o.SkipUnchanged = true
	o.Inputs = []string{w.file("users.csv", table(1, 3)), "-"}
	p, err := Plan(t.Context(), o)
	check(t, err)
	if p.Counts.Send != 6 {
		t.Errorf("planned: %+v", p)
	}
	if _, err := os.Stat(o.Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the runs folder was made: %v", err)
	}
	lock, err := journal.Acquire(t.Context(), o.Dir, 0)
	check(t, err)
	defer lock.Release()
	c := w.begun(o.Inputs[0])
	defer c.close()
	check(t, c.decide(t.Context()))
	before := fmt.Sprint(w.entries(o.Dir))
	o.Inputs = o.Inputs[:1]
	if _, err := Plan(t.Context(), o); err != nil {
		t.Errorf("while another run is at work: %v", err)
	}
	if after := fmt.Sprint(w.entries(o.Dir)); after != before {
		t.Errorf("the runs folder held %s, holds %s", before, after)
	}
	if left := w.entries(temp); len(left) != 0 {
		t.Errorf("temporary files are left: %q", left)
	}
	if w.sent() != 0 || w.sim.Stats().Requests != 0 {
		t.Error("requests were made")
	}
}

// entries returns what a folder holds, with size and time.
func (w *world) entries(dir string) (all []string) {
	w.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := d.Info()
		if err == nil {
			all = append(all, fmt.Sprint(path, " ", info.Size(), " ", info.ModTime().UnixNano()))
		}
		return err
	})
	check(w, err)
	return all
}

// disputed is an input with a row that says the same as another, two that contradict each other, and one that is wrong.
var disputed = header + line(1, 1) + line(1, 1) + line(2, 2) + line(3, 3) + line(3, 4) +
	app + ",r5,,u@contoso.example,-1,0,0\n"

func TestPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	w.opt.Send.Rate = dispatch.Rate{N: 100, Per: 20 * time.Second}
	for _, test := range []struct {
		name, content string
		set           func(*Options)
		want          Planned
		exit          int // of the error
	}{
		{"sendable", table(1, 100), nil, Planned{Shortest: 20 * time.Second}, 0},
		{"invalid", disputed, nil, Planned{Exit: ExitRefused}, 0},
		{"skip", disputed, func(o *Options) { o.SkipInvalid = true }, Planned{}, 0},
		{"refused", "a,b\n", nil, Planned{}, ExitRefused},
		{"empty", header, nil, Planned{}, ExitRefused},
		{"expected", table(1, 3), func(o *Options) { o.ExpectRows = 3 }, Planned{}, 0},
		{"unexpected", table(1, 3), func(o *Options) { o.ExpectRows = 2 }, Planned{}, ExitRefused},
	} {
		o := w.opt
		o.Inputs = []string{w.file("users.csv", test.content)}
		if test.set != nil {
			test.set(&o)
		}
		found := len(w.findings)
		p, err := Plan(t.Context(), o)
		if got := ExitStatus(err); got != test.exit {
			t.Errorf("%s: exit status %d of %v, want %d", test.name, got, err, test.exit)
		}
		if len(w.findings) != found+1 {
			t.Errorf("%s: %d times findings", test.name, len(w.findings)-found)
		}
		if err != nil {
			continue
		}
		if p.Exit != test.want.Exit || test.want.Shortest > 0 && p.Shortest != test.want.Shortest ||
			p.Disk <= int64(len(test.content))+need(0, p.Counts.Rows()) ||
			p.Disk > int64(len(test.content))+need(int64(len(test.content)), p.Counts.Rows()) {
			t.Errorf("%s: planned %+v", test.name, p)
		}
	}
}

// TestPlanCounts says what becomes of every row.
func TestPlanCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	o := w.opt
	o.Inputs = []string{w.file("users.csv", disputed)}
	p, err := Plan(t.Context(), o)
	check(t, err)
	if c := p.Counts; c.Send != 2 || c.Duplicate != 1 || c.Invalid != 3 {
		t.Errorf("counts %+v", c)
	}
	o.Inputs[0] += "x"
	if _, err := Plan(t.Context(), o); ExitStatus(err) != ExitRefused {
		t.Errorf("a missing file: %v", err)
	}
}

// TestNotSaved keeps nothing of an input that is refused, nor of a plan that was interrupted.
func TestNotSaved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	o := w.opt
	o.Save, o.Inputs = true, []string{w.file("users.csv", flawed(2))}
	p, err := Plan(t.Context(), o)
	check(t, err)
	if p.Exit != ExitRefused || p.ID != "" || p.Counts.Invalid != 2 {
		t.Errorf("planned %+v", p)
	}
	o.SkipInvalid = true
	ctx, cancel := context.WithCancelCause(t.Context())
	o.Found = func(*Findings) { cancel(Signal(2)) }
	if p, err := Plan(ctx, o); ExitStatus(err) != 130 {
		t.Errorf("planned %+v, %v", p, err)
	}
	o.Found, o.ExpectRows = func(*Findings) {}, 2
	if p, err := Plan(t.Context(), o); ExitStatus(err) != ExitRefused {
		t.Errorf("planned %+v, %v", p, err)
	}
	if _, states := w.states(); fmt.Sprint(states) != "[refused abandoned refused]" || len(w.folders()) != 0 {
		t.Errorf("the runs are %q, folders %q", states, w.folders())
	}
	lock, err := journal.Acquire(t.Context(), w.opt.Dir, 0)
	check(t, err)
	defer lock.Release()
	if _, err := Plan(t.Context(), o); ExitStatus(err) != ExitLocked {
		t.Errorf("while another run is at work: %v", err)
	}
}
