package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestCompletedRuns completes the id of a run that is to be sent: of a plan that is kept and of one that was begun, and
// not of one that is finished.
func TestCompletedRuns(t *testing.T) {
	t.Parallel()
	p := newProcess(t, map[string]string{"one.csv": users(1), "two.csv": users(2), "three.csv": users(3)})
	for _, command := range []string{
		"run --simulate --quiet --rate=0 one.csv", "plan --simulate --quiet --save two.csv",
		"run --simulate --quiet --rate=0 --limit=1 three.csv",
	} {
		want := 0
		if strings.Contains(command, "limit") {
			want = 5
		}
		if status, stdout, stderr := p.run(strings.Fields(command)...); status != want {
			t.Fatalf("%s: exit status %d\n%s%s", command, status, stdout, stderr)
		}
	}
	status, stdout, stderr := p.run("__complete", "run", "--run", "")
	got := regexp.MustCompile(`(?m)^\d{8}T\d{6}Z-[0-9a-f]{4}\t`).ReplaceAllString(stdout, "ID ")
	lines := strings.Split(got, "\n")
	if status != 0 || len(lines) != 4 || !strings.Contains(got, "ID 2 rows, saved\n") ||
		!strings.Contains(got, "ID 3 rows, open\n") || lines[2] != ":4" { // 4: no files besides
		t.Errorf("exit status %d\n%s%s", status, stdout, stderr)
	}
}
