package run

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph/simulator"
	"github.com/statussync/statussync/sync/journal"
)

// paged is a service without a quota whose lists have three statuses a page.
var paged = simulator.Config{Quota: simulator.Quota{Unlimited: true}, Trace: 1 << 16, PageSize: 3}

// comparing returns a world that compares, whose Graph holds the rows from 1 to last of table, and of another app one.
func comparing(t *testing.T, cfg simulator.Config, last int) *world {
	w := newWorld(t, cfg)
	w.opt.Compare = true
	for i := 1; i <= last; i++ {
		w.sim.Put(app, holds(i, i))
	}
	return w
}

// holds is what Graph holds of the row line(id, installed).
func holds(id, installed int) simulator.Status {
	return simulator.Status{
		ID: fmt.Sprint("r", id), UserPrincipalName: fmt.Sprintf("u%d@contoso.example", id),
		InstalledDeviceCount: int32(installed),
	}
}

// reads returns the number of reading requests so far.
func (w *world) reads() int64 {
	s := w.sim.Stats()
	return s.Requests - s.Writes
}

// heldBefore returns the lines of before.jsonl of a run, nil if there is none.
func (w *world) heldBefore(id string) []string {
	w.Helper()
	b, err := os.ReadFile(filepath.Join(w.opt.Dir, id, beforeFile))
	if os.IsNotExist(err) {
		return nil
	}
	check(w, err)
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}

// heldLine is a line of before.jsonl.
func heldLine(id, installed int) string {
	return fmt.Sprintf(`{"mobileAppId":"%s","id":"r%d","userName":"","userPrincipalName":"u%d@contoso.example",`+
		`"installedDeviceCount":%d,"failedDeviceCount":0,"notInstalledDeviceCount":0,"@statussync.held":true}`,
		app, id, id, installed)
}

// unlike has every row that a comparison tells apart: equal ones, different ones, some that Graph does not know, some
// that share a key, and an app in capitals.
var unlike = header + line(1, 1) + line(2, 22) + line(8, 8) + line(3, 3) + line(4, 44) + line(4, 44) +
	strings.Replace(line(1, 1), app, simulator.ReservedApp, 1) + strings.Replace(line(5, 55), app, strings.ToUpper(app), 1)

// TestCompare sends the rows that differ, and no others.
func TestCompare(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 7)
	w.opt.Changes = func(c Change) { t.Errorf("a run tells of the change of row %d", c.Row.Number) }
	r := w.run(ExitFailed, w.file("users.csv", unlike))
	if got := w.verdicts(r.ID); got != "3 succeeded, 2 unchanged, 1 duplicate, 2 failed" {
		t.Error(got)
	}
	if w.sent() != 3 || w.reads() != 4 { // three pages, and the app that does not exist
		t.Errorf("%d writes, %d reads", w.sent(), w.reads())
	}
	if diff := cmp.Diff([]string{heldLine(2, 2), heldLine(4, 4), heldLine(5, 5)}, w.heldBefore(r.ID)); diff != "" {
		t.Errorf("held before (-want +got):\n%s", diff)
	}
	var codes []string
	for _, l := range w.lines(r.ID) {
		if l.Verdict == "failed" {
			codes = append(codes, fmt.Sprintf("%s %d %v %v", l.Code, l.HTTPStatus, l.Retryable, l.Reason != ""))
		}
	}
	if want := []string{"id-unknown 0 false true", "app-unknown 0 false true"}; !slices.Equal(codes, want) {
		t.Errorf("failed rows: %q", codes)
	}
	d := w.document(r.ID)
	if d.State != "finished" || len(d.Errors) != 2 || !d.Balance.Balanced || !slices.Contains(d.Files, beforeFile) {
		t.Errorf("report: %+v", d)
	}
	if info, err := os.Stat(filepath.Join(w.opt.Dir, r.ID, beforeFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	for _, name := range w.remains(r.ID) {
		if strings.HasPrefix(name, ".") {
			t.Errorf("%s is left", name)
		}
	}
	if again := w.run(ExitFailed, w.file("users.csv", unlike)); w.sent() != 3 || w.heldBefore(again.ID) != nil {
		t.Errorf("%d writes, held before: %q", w.sent(), w.heldBefore(again.ID))
	}
}

// TestOnePercent costs a write for each row that differs, a read for each page, and the time of those: one write more,
// or a read that counts as one, would have to wait for a minute.
func TestOnePercent(t *testing.T) {
	t.Parallel()
	cfg := paged
	cfg.PageSize = 100
	w := comparing(t, cfg, 3000)
	w.opt.Send.Rate, w.opt.Send.Burst = dispatch.Rate{N: 31, Per: time.Minute}, 30
	began := time.Now()
	var b strings.Builder
	b.WriteString(header)
	for i := 1; i <= 3000; i++ {
		b.WriteString(line(i, i+1-min(1, i%100))) // every hundredth differs
	}
	r := w.run(ExitOK, w.file("users.csv", b.String()))
	if w.sent() != 30 || w.reads() != 30 || w.verdicts(r.ID) != "30 succeeded, 2970 unchanged" {
		t.Errorf("%d writes, %d reads: %s", w.sent(), w.reads(), w.verdicts(r.ID))
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %v", took)
	}
	if n := len(w.heldBefore(r.ID)); n != 30 {
		t.Errorf("what Graph held is kept of %d rows", n)
	}
}

// TestWayBack sends what Graph held before: it holds that again.
func TestWayBack(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 20)
	for i, name := range []string{"=Adele \"Å\" Vance,\u2028", "cut…", "System.Object[]", "", ""} {
		odd := holds(21+i, 7)
		odd.UserName, odd.NoUserName = name, i == 3
		odd.UserPrincipalName, odd.NoUserPrincipalName = strings.Repeat(name+"Å@contoso.example", 1-i/3), i == 4
		odd.FailedDeviceCount = []int32{0, -1, math.MinInt32, 0, math.MaxInt32}[i]
		w.sim.Put(app, odd)
	}
	want := w.sim.Statuses(app)
	r := w.run(ExitOK, w.file("users.csv", counted(1, 25, 100)))
	if cmp.Equal(want, w.sim.Statuses(app)) {
		t.Fatal("nothing was changed")
	}
	w.opt.Compare = false
	w.run(ExitOK, filepath.Join(w.opt.Dir, r.ID, beforeFile))
	if got, _ := w.sim.Value(app, "r24"); !got.NoUserName || got.NoUserPrincipalName {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff(want, w.sim.Statuses(app)); diff != "" {
		t.Errorf("on the way back (-before +after):\n%s", diff)
	}
}

// TestCompareAndSkip passes first over what was last applied, then over what Graph holds.
func TestCompareAndSkip(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 4)
	w.opt.Compare = false
	w.run(ExitOK, w.file("users.csv", counted(1, 2, 5)))
	w.sim.Put(app, holds(1, 1)) // behind our back
	w.opt.Compare, w.opt.SkipUnchanged = true, true
	before := w.sent()
	r := w.run(ExitOK, w.file("users.csv", header+line(1, 5)+line(2, 6)+line(3, 3)+line(4, 5)))
	if got := w.verdicts(r.ID); got != "2 succeeded, 2 unchanged" || w.sent() != before+2 {
		t.Errorf("%s with %d writes", got, w.sent()-before)
	}
}

// TestRefusedUnread spends no read on input that is refused as it stands.
func TestRefusedUnread(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 4)
	users := "mobileAppId,userPrincipalName,installedDeviceCount,failedDeviceCount,notInstalledDeviceCount\n" +
		app + ",u1@contoso.example,5,0,0\n"
	for name, content := range map[string]string{
		"invalid": flawed(1), "a contradiction": header + line(1, 1) + line(1, 2),
		"a contradiction without ids": users + app + ",U1@contoso.example,6,0,0\n",
		"invalid without ids":         users + app + ",,6,0,0\n",
	} {
		path := w.file("users.csv", content)
		r := w.run(ExitRefused, path)
		if w.heldBefore(r.ID) != nil {
			t.Errorf("%s: what Graph holds is kept", name)
		}
		o := w.opt
		o.Inputs = []string{path}
		if p, err := Plan(t.Context(), o); err != nil || p.Exit != ExitRefused {
			t.Errorf("%s: planned %+v, %v", name, p, err)
		}
	}
	w.fails(ExitRefused, w.file("bad.csv", "a,b\n"))
	w.fails(ExitRefused, w.file("empty.csv", header))
	if n := w.sim.Stats().Requests; n != 0 {
		t.Errorf("%d requests", n)
	}
	if got := w.findings[0].Problems; len(w.findings) != 10 || len(got) == 0 {
		t.Errorf("%d times findings, the first %q", len(w.findings), got)
	}
}

// TestCompareResumed goes on without another list, also if Graph has changed, and only with the same setting.
func TestCompareResumed(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 40)
	path := w.file("users.csv", counted(1, 40, 40))
	first := w.stopped(5, path)
	held, reads := w.heldBefore(first.ID), w.reads()
	if len(held) != 39 {
		t.Errorf("what Graph held is kept of %d rows", len(held))
	}
	w.opt.Compare = false
	if err := w.fails(ExitUsage, path); !has(err, "--compare was remote, is not given") {
		t.Errorf("%v", err)
	}
	w.opt.Compare = true
	w.sim.Put(app, holds(39, 40))
	again := w.run(ExitOK, path)
	if again.ID != first.ID || w.reads() != reads || w.sent() != 39 {
		t.Errorf("run %s after %s, %d reads, %d writes", again.ID, first.ID, w.reads()-reads, w.sent())
	}
	if got := w.verdicts(again.ID); got != "39 succeeded, 1 unchanged" || !cmp.Equal(held, w.heldBefore(again.ID)) {
		t.Error(got)
	}
}

// TestNotKept sends nothing when what Graph held cannot be kept.
func TestNotKept(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 3)
	c := w.begun(w.file("users.csv", counted(1, 3, 9)))
	defer c.close()
	check(t, os.MkdirAll(filepath.Join(w.opt.Dir, c.run.ID, beforeFile, "x"), 0o700))
	_, err := c.complete(t.Context(), t.Context())
	if ExitStatus(err) != ExitBooks || !has(err, "nothing was sent", "way back") || w.sent() != 0 {
		t.Errorf("%v, %d writes", err, w.sent())
	}
}

// TestPlanCompare tells of each row that differs, in the order of rows, keeps nothing and needs no lock.
func TestPlanCompare(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	w := comparing(t, paged, 7)
	lock, err := journal.Acquire(t.Context(), w.opt.Dir, 0)
	check(t, err)
	defer lock.Release()
	o := w.opt
	o.Inputs = []string{w.file("users.csv", unlike)}
	o.Send.Rate = dispatch.Rate{N: 3, Per: time.Hour} // of writes: reads have a limit of their own
	var got []string
	o.Changes = func(c Change) {
		if c.Held == nil {
			got = append(got, fmt.Sprintf("%d %s %s", c.Row.Line, c.Row.ID, c.Unknown))
			return
		}
		got = append(got, fmt.Sprint(filepath.Base(c.File), ":", c.Row.Line, " ", c.Held.ID, " ", c.Differences, c.Unknown))
	}
	p, err := Plan(t.Context(), o)
	check(t, err)
	want := []string{
		"users.csv:3 r2 [{installedDeviceCount 2 22}]", "4 r8 id-unknown",
		"users.csv:6 r4 [{installedDeviceCount 4 44}]", "8 r1 app-unknown",
		"users.csv:9 r5 [{installedDeviceCount 5 55}]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if c := p.Counts; c.Send != 3 || c.Unchanged != 2 || c.Duplicate != 1 || c.Failed != 2 || p.ID != "" {
		t.Errorf("planned %+v", p)
	}
	if left := w.entries(temp); len(left) != 0 || w.sent() != 0 || len(w.folders()) != 0 {
		t.Errorf("left are %q, %d writes, folders %q", left, w.sent(), w.folders())
	}
}
