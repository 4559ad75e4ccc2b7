package run

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/graph/simulator"
)

func zipped(content string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(content))
	z.Close()
	return b.String()
}

// TestIntake reads every kind of source at once, and keeps a copy of each, byte for byte.
func TestIntake(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	gone := simulator.Fault{Status: http.StatusNotFound}
	w.sim.SetRules(simulator.Rule{ID: "r2", Fault: gone}, simulator.Rule{ID: "j", Fault: gone})
	object := fmt.Sprintf(`{"mobileAppId":%q,"id":"j","userName":null,"userPrincipalName":"j@contoso.example",`+
		`"installedDeviceCount":"1","failedDeviceCount":0,"notInstalledDeviceCount":0}`, app)
	contents := []string{table(1, 3), "[" + object + "]", zipped(table(4, 5)), strings.ReplaceAll(table(6, 7), ",", ";")}
	w.opt.Stdin = strings.NewReader(contents[3])
	names := []string{w.file("a.csv", contents[0]), w.file("b.json", contents[1]), w.file("c.csv.gz", contents[2]), "-"}
	w.during(func(int64) { // the files are read no more
		os.Remove(names[0])
		os.WriteFile(names[1], []byte("[]"), 0o600)
	})
	r := w.run(ExitFailed, names...)
	if got := w.verdicts(r.ID); got != "6 succeeded, 2 failed" {
		t.Error(got)
	}
	var at []string
	names[3] = "stdin"
	for _, l := range w.lines(r.ID) {
		at = append(at, fmt.Sprintf("%d %s", slices.Index(names, l.File), l.ID))
	}
	want := []string{"0 r1", "0 r2", "0 r3", "1 j", "2 r4", "2 r5", "3 r6", "3 r7"}
	if diff := cmp.Diff(want, at); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	for i, name := range []string{"1.csv", "2.json", "3.csv.gz", "4"} {
		b, err := os.ReadFile(filepath.Join(w.opt.Dir, r.ID, inputDir, name))
		if err != nil || string(b) != contents[i] {
			t.Errorf("the copy of %s differs: %v", names[i], err)
		}
	}
	files := []string{"failed-1.csv", "failed-2.jsonl", "input", "report.html", "report.json", "rows.csv", "rows.jsonl"}
	if diff := cmp.Diff(files, w.remains(r.ID)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	for i, in := range w.document(r.ID).Inputs {
		if rows := []int64{3, 1, 2, 2}[i]; in.Name != names[i] || in.Rows != rows || len(in.SHA256) != 64 {
			t.Errorf("input %d: %+v", i, in)
		}
	}
	w.during(nil)
	w.sim.SetRules()
	failed := filepath.Join(w.opt.Dir, r.ID, "failed-")
	again := w.run(ExitOK, failed+"1.csv", failed+"2.jsonl")
	if got := w.verdicts(again.ID); got != "2 succeeded" {
		t.Errorf("the rows to send again: %s", got)
	}
}

// TestUnreadable tells an input that cannot be read from a copy that cannot be written.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	w.opt.Stdin = readerFunc(func([]byte) (int, error) { return 0, fs.ErrPermission })
	if err := w.fails(ExitRefused, "-"); !has(err, "stdin cannot be read") {
		t.Errorf("%v", err)
	}
	dir, err := os.OpenRoot(t.TempDir())
	check(t, err)
	defer dir.Close()
	paths := []string{w.file("users.csv", table(1, 1))}
	if _, err := takeIn(t.Context(), dir, []string{paths[0] + "x"}, nil); ExitStatus(err) != ExitRefused {
		t.Errorf("a file that has gone: %v", err)
	}
	if _, err := takeIn(t.Context(), dir, paths, nil); ExitStatus(err) != ExitBooks { // its input/ is there already
		t.Errorf("a second intake in one folder: %v", err)
	}
	full, err := os.Open(paths[0]) // not for writing
	check(t, err)
	defer full.Close()
	cw := copyWriter{file: full, sum: sha256.New()}
	if n, err := cw.Write([]byte("a")); n != 0 || cw.n != 0 || err == nil || err != cw.err {
		t.Errorf("a disk that is full takes %d bytes, %v", n, err)
	}
}
