package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/plan"
	"github.com/statussync/statussync/sync/run"
)

func TestPrintPlan(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		plan run.Planned
		want string
	}{
		{run.Planned{Counts: plan.Counts{Send: 1}, Shortest: 999 * time.Millisecond, Disk: 2048},
			"  1  row\n  1  to send\n\n1 request, in no time at the allowed rate, 2.0 KiB on disk.\n"},
		{run.Planned{Counts: plan.Counts{Send: 252, Duplicate: 1}, Shortest: 51 * time.Second, Disk: 9},
			"  253  rows\n  252  to send\n    1  duplicate\n\n" +
				"252 requests, at least 51s at the allowed rate, 9 B on disk.\n"},
		{run.Planned{Counts: plan.Counts{Send: 102}, Shortest: 20 * time.Second, Learned: true, Disk: 9},
			"  102  rows\n  102  to send\n\n" +
				"102 requests, at least 20s at the rate that an earlier run has learned, 9 B on disk.\n"},
		{run.Planned{Counts: plan.Counts{Send: 1, Invalid: 2}, Exit: run.ExitRefused},
			"  3  rows\n  1  to send\n  2  invalid\n\n" +
				"Nothing would be sent: mend the invalid rows, or send the others with --on-invalid skip.\n"},
		{run.Planned{Counts: plan.Counts{Invalid: 2}, Exit: run.ExitRefused},
			"  2  rows\n  0  to send\n  2  invalid\n\nNothing would be sent: mend the invalid rows.\n"},
	} {
		var got bytes.Buffer
		if printPlan(&got, &test.plan); got.String() != test.want {
			t.Errorf("got:\n%swant:\n%s", &got, test.want)
		}
	}
}

// TestSayKept repeats what says where to and how to send, and nothing that the plan has decided.
func TestSayKept(t *testing.T) {
	t.Parallel()
	as := calling{flags: []string{
		"--runs=r", "--quiet", "--save", "--compare=remote", "--app=x", "--base-url=u", "--tenant=t", "--rate=5/1s",
		"--attempts=2", "--dry-run", "--lock-wait=1m0s", "--keep=3", "--output=csv", "--detailed-exitcode",
	}, files: []string{"users.csv"}}
	const said = "\nKept as ID. Send exactly this with:\n    statussync run --runs=r --quiet --base-url=u --tenant=t " +
		"--rate=5/1s --attempts=2 \\\n      --lock-wait=1m0s --keep=3 --run=ID\n"
	for _, test := range []struct {
		set      Settings
		out, err string
	}{
		{Settings{Output: "table"}, said, ""},
		{Settings{Output: "table", Quiet: true}, "ID\n", ""},
		{Settings{Output: "csv"}, "", said},
		{Settings{Output: "csv", Quiet: true}, "", said},
		{Settings{Output: "json"}, "", ""},
	} {
		var out, err bytes.Buffer
		sayKept(streams{nil, &out, &err}, &test.set, "ID", as)
		if out.String() != test.out || err.String() != test.err {
			t.Errorf("%s: %s\n%s", test.set.Output, &out, &err)
		}
	}
}
