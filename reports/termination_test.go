package reports

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/statussync/statussync/sync/row"
)

func TestTermination(t *testing.T) {
	t.Parallel()
	run := sampleRun()
	run.State, run.Stopped = "finished", "--max-duration is over"
	golden(t, "termination.txt", Termination(run, sampleGroups(), sampleView.Next, TerminationLimit))
	golden(t, "termination-short.txt", Termination(run, sampleGroups(), sampleView.Next, 300))
}

// TestTerminationCut cuts a message with wide characters at every length.
func TestTerminationCut(t *testing.T) {
	t.Parallel()
	run, g := sampleRun(), new(Groups)
	run.Stopped = strings.Repeat("漢", 200)
	for i := range 50 {
		o := answered(row.Failed, 400, strings.Repeat("字", i%30+1), "canary")
		o.Reason, o.Row = "canary", int64(i+1)
		g.Add(o)
	}
	whole := Termination(run, g, nil, 1<<20)
	if bytes.Contains(whole, []byte("canary")) {
		t.Errorf("it shows a row:\n%s", whole)
	}
	for limit := range len(whole) {
		got := cutLines(whole, limit)
		if len(got) > limit || !bytes.HasPrefix(whole, got) || !utf8.Valid(got) {
			t.Fatalf("limit %d: %q", limit, got)
		}
		if limit > 700 && got[len(got)-1] != '\n' {
			t.Fatalf("limit %d: the last line is not whole: %q", limit, got)
		}
	}
}

func TestWriteTermination(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, link := filepath.Join(dir, "termination-log"), filepath.Join(dir, "link")
	if err := WriteTermination(path, []byte("new")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := os.WriteFile(path, []byte(strings.Repeat("old", 3000)), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, refused := range []string{link, dir} {
		if own := (*Error)(nil); !errors.As(WriteTermination(refused, []byte("new")), &own) {
			t.Errorf("%s was written", refused)
		}
	}
	for message, want := range map[string]string{
		"new\n":                        "new\n",
		"a\xffb":                       "a?b",
		strings.Repeat("line\n", 1000): strings.Repeat("line\n", TerminationLimit/5),
		strings.Repeat("x", TerminationLimit) + "é": strings.Repeat("x", TerminationLimit),
	} {
		if err := WriteTermination(path, []byte(message)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%.20q…: %d bytes, %v: %.50q", message, len(got), err, got)
		}
	}
	if err := WriteTermination(os.DevNull, []byte("new")); err != nil {
		t.Errorf("a device: %v", err)
	}
}
