package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestRunID(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args []string
		want string
	}{
		{nil, ""}, {[]string{"latest"}, ""}, {[]string{"runs/latest"}, ""}, {[]string{"runs/latest/"}, ""},
		{[]string{"20261123T154100Z-3f9a"}, "20261123T154100Z-3f9a"}, {[]string{"runs/R/"}, "R"},
	} {
		if got := runID(test.args); got != test.want {
			t.Errorf("%q: got %q, want %q", test.args, got, test.want)
		}
	}
	report := &cobra.Command{Use: "report"}
	wantUsage(t, oneRun(report, []string{"a", "b\x1b"}), `report takes one run at most, but there is "b\x1b" too`, "")
	if err := oneRun(report, []string{"a"}); err != nil {
		t.Error(err)
	}
}

// TestRunsFolderThatIsNotThere asks for runs where none can be.
func TestRunsFolderThatIsNotThere(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"report", "runs"} {
		folder := filepath.Join(t.TempDir(), "nosuch")
		var out, errs bytes.Buffer
		status := execute([]string{command, "--runs", folder}, streams{strings.NewReader(""), &out, &errs})
		want := "statussync: the runs folder " + quote(folder) + " does not exist\n" +
			"  hint: the first run makes it; --runs names another\n"
		if status != 2 || errs.String() != want || out.Len() > 0 {
			t.Errorf("%s: status %d\n%s%s", command, status, &out, &errs)
		}
		if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s made the folder: %v", command, err)
		}
	}
}
