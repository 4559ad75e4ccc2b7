package reports

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/statussync/statussync/sync/row"
)

// written returns the metrics file that run leaves at path.
func written(t *testing.T, path string, run *Run) string {
	t.Helper()
	if err := WriteMetrics(path, run); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestMetricsGolden(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "statussync.prom")
	golden(t, "metrics.prom", []byte(written(t, path, sampleRun())))
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o644 && runtime.GOOS != "windows" {
		t.Errorf("the mode is %o", mode)
	}
	if files := content(t, dir); len(files) != 1 {
		t.Errorf("there is more than one file: %q", files)
	}
}

// TestMetricsLint holds the names and the text against the conventions, with the parser and the rules of promtool.
func TestMetricsLint(t *testing.T) {
	t.Parallel()
	for _, run := range []*Run{sampleRun(), finished(0, 9, Counts{row.Succeeded: 9}), finished(8, 0, nil)} {
		text := written(t, filepath.Join(t.TempDir(), "statussync.prom"), run)
		problems, err := promlint.New(strings.NewReader(text)).Lint()
		if err != nil || len(problems) > 0 {
			t.Errorf("%v %v in\n%s", err, problems, text)
		}
	}
}

// TestMetricsLastSuccess lets runs follow each other: the time of the last success stays until the next one.
func TestMetricsLastSuccess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "statussync.prom")
	name := metricsPrefix + "_" + lastSuccess + " "
	if text := written(t, path, finished(4, 1, Counts{row.Failed: 1})); strings.Contains(text, name) {
		t.Errorf("a success before the first:\n%s", text)
	}
	good := finished(0, 1, Counts{row.Succeeded: 1})
	want := "\n" + name + "1.79545046e+09\n" // 2026-11-23T16:14:20Z
	if text := written(t, path, good); !strings.Contains(text, want) {
		t.Errorf("%q is missing in\n%s", want, text)
	}
	for range 2 {
		bad := finished(5, 1, Counts{row.Unsent: 1})
		bad.Ended = bad.Ended.Add(24 * time.Hour)
		if text := written(t, path, bad); !strings.Contains(text, want) {
			t.Errorf("%q did not survive:\n%s", want, text)
		}
	}
	good.Ended = good.Ended.Add(48 * time.Hour)
	if text := written(t, path, good); strings.Contains(text, want) {
		t.Errorf("the newer success is not told of:\n%s", text)
	}
}

// TestMetricsOlderFile has older files that tell of no success.
func TestMetricsOlderFile(t *testing.T) {
	t.Parallel()
	name := metricsPrefix + "_" + lastSuccess
	for what, old := range map[string]string{
		"garbage": "\x00\xff\n" + name + " soon\n",
		"a label": name + `{a="b"} 5` + "\n",
		"long":    strings.Repeat("# \n", maxMetrics/3+1) + name + " 5\n",
		"a line":  strings.Repeat("x", maxMetrics) + "\n" + name + " 5\n",
	} {
		path := filepath.Join(t.TempDir(), "statussync.prom")
		if err := os.WriteFile(path, []byte(old), 0o600); err != nil {
			t.Fatal(err)
		}
		if text := written(t, path, finished(5, 1, Counts{row.Unsent: 1})); strings.Contains(text, name) {
			t.Errorf("%s passes for a success:\n%s", what, text)
		}
	}
}

func TestMetricsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	link, target := filepath.Join(dir, "link.prom"), filepath.Join(dir, "target")
	if err := os.WriteFile(target, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{
		link: ErrLink, dir: nil, filepath.Join(dir, "none", "a.prom"): fs.ErrNotExist, filepath.Join(target, "a.prom"): nil,
	} {
		err := WriteMetrics(path, sampleRun())
		own := (*MetricsError)(nil)
		if !errors.As(err, &own) || own.To != path || own.Hint() == "" || want != nil && !errors.Is(err, want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 2 {
		t.Errorf("%v is left, %v", files, err)
	}
	if b, err := os.ReadFile(target); err != nil || string(b) != "mine" {
		t.Errorf("%q was written through the link, %v", b, err)
	}
}

// TestMetricsArePublic gives a run what nobody else may read.
func TestMetricsArePublic(t *testing.T) {
	t.Parallel()
	run := sampleRun()
	run.ID, run.Target, run.Stopped, run.Inputs[0].Name = "canary", "canary", "canary", "canary"
	run.Settings = []byte(`{"tenant":"canary"}`)
	if text := written(t, filepath.Join(t.TempDir(), "statussync.prom"), run); strings.Contains(text, "canary") {
		t.Errorf("it can be read in\n%s", text)
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		requests map[int]int64
		counts   Counts
		want     int64
	}{
		{nil, Counts{row.Invalid: 3, row.Unsent: 2, row.Unchanged: 1}, 0},
		{map[int]int64{200: 3, 429: 2, 0: 1}, Counts{row.Succeeded: 2, row.Unknown: 1, row.Unsent: 9}, 3},
		{map[int]int64{200: 3}, Counts{row.Mismatched: 3, row.Failed: 1}, 0},
	} {
		run := &Run{Requests: test.requests, Reads: map[int]int64{200: 9}, Counts: test.counts}
		if got := run.retries(); got != test.want {
			t.Errorf("%v, %v: %d, want %d", test.requests, test.counts, got, test.want)
		}
	}
}
