package main

import (
	"os/exec"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/row"
	"github.com/statussync/statussync/sync/run"
)

func TestNext(t *testing.T) {
	t.Parallel()
	open := func(exit int) reports.Run {
		files := []string{"rows.csv", "failed.csv"}
		return reports.Run{State: "open", ExitStatus: exit, Rows: 3, Retryable: 2, Files: files}
	}
	done := reports.Run{State: "finished", ExitStatus: 4, Rows: 3,
		Files: []string{"rows.csv", "failed.csv", "invalid.csv"}}
	rehearsed := done
	rehearsed.Target = simulated
	elsewhere := reports.Run{State: "finished", ExitStatus: 4, Rows: 3, Files: []string{"failed.csv"},
		Settings: []byte(`{"effective":{"graph.base_url":"https://graph.example/beta"}}`)}
	mismatched := reports.Run{State: "finished", ExitStatus: 4, Rows: 3, Counts: reports.Counts{row.Mismatched: 1}}
	pretended := mismatched
	pretended.Target = simulated
	refused := func(invalid int64) reports.Run {
		return reports.Run{State: "refused", ExitStatus: 3, Rows: 3, Counts: reports.Counts{row.Invalid: invalid},
			Files: []string{"invalid-1.csv", "invalid-2.jsonl"}}
	}
	unread := reports.Run{State: "open", ExitStatus: 6, Rows: 3}
	unread.Verified.Unread = 2
	run1 := calling{[]string{"--format=csv", "--max-errors=5"}, []string{"users.csv"}}
	report := calling{flags: []string{"--runs=all runs", "--quiet"}}
	for _, test := range []struct {
		name    string
		call    calling
		run     reports.Run
		pending bool
		want    []reports.Step
	}{
		{"left", run1, open(5), false, []reports.Step{
			{Why: "Send the rows that are left", Command: "statussync run --format=csv --max-errors=5 users.csv"}}},
		{"sign-in", run1, open(6), false, []reports.Step{
			{Why: "When that is mended, send the rows that are left",
				Command: "statussync run --format=csv --max-errors=5 users.csv"}}},
		{"too many errors", run1, open(7), false, []reports.Step{
			{Why: "When that is mended, send the rows that are left", Command: "statussync run --format=csv users.csv"}}},
		{"refused rows", run1, done, false, []reports.Step{
			{Why: "Mend what was refused, then send these rows again",
				Command: "statussync run --max-errors=5 'all runs/latest/failed.csv'"},
			{Why: "Mend the invalid rows, then send them",
				Command: "statussync run --max-errors=5 'all runs/latest/invalid.csv'"}}},
		{"mismatched", calling{[]string{"--rate=5/1s", "--skip-unchanged", "--app=x"}, []string{"users.csv"}}, mismatched,
			false, []reports.Step{
				{Why: "See which rows Graph does not hold as they were sent",
					Command: "statussync plan --app=x --compare=remote users.csv"},
				{Why: "Send only these", Command: "statussync run --rate=5/1s --app=x --compare=remote users.csv"}}},
		{"report of mismatched", report, mismatched, false, nil},
		{"rehearsal of mismatched", run1, pretended, false, nil},
		{"report", report, done, false, []reports.Step{
			{Why: "Mend what was refused, then send these rows again",
				Command: "statussync run '--runs=all runs' --quiet 'all runs/RUN/failed.csv'"},
			{Why: "Mend the invalid rows, then send them",
				Command: "statussync run '--runs=all runs' --quiet 'all runs/RUN/invalid.csv'"}}},
		{"report of a rehearsal", calling{}, rehearsed, false, []reports.Step{
			{Why: "Mend what was refused, then send these rows again",
				Command: "statussync run --simulate 'all runs/RUN/failed.csv'"},
			{Why: "Mend the invalid rows, then send them",
				Command: "statussync run --simulate 'all runs/RUN/invalid.csv'"}}},
		{"pending", calling{[]string{"--config=c.yaml", "--rate=5/1s", "--runs=all runs"}, nil}, open(143), true,
			[]reports.Step{{Why: "Write the files with a line per row",
				Command: "statussync report --config=c.yaml '--runs=all runs' RUN"}}},
		{"sent elsewhere", report, elsewhere, false, []reports.Step{{Why: "Mend what was refused, then send these rows again",
			Command: "statussync run '--runs=all runs' --quiet --base-url=https://graph.example/beta \\\n  " +
				"'all runs/RUN/failed.csv'"}}},
		{"unread", run1, unread, false, []reports.Step{{Why: "When that is mended, read back the rows that are left",
			Command: "statussync run --format=csv --max-errors=5 users.csv"}}},
		{"some invalid", calling{[]string{"--on-invalid=refuse"}, []string{"-", "-u.csv"}}, refused(1), false, []reports.Step{
			{Why: "Mend the rows, or send the others alone", Command: "statussync run --on-invalid=skip -- - -u.csv"}}},
		{"all invalid", run1, refused(3), false, []reports.Step{
			{Why: "Mend the rows in all runs/latest/invalid-1.csv and all runs/latest/invalid-2.jsonl, or in the input, " +
				"then give the command again",
				Command: "statussync run --max-errors=5 'all runs/latest/invalid-1.csv' \\\n  'all runs/latest/invalid-2.jsonl'"}}},
	} {
		test.run.ID = "RUN"
		got := next(&Settings{Runs: "all runs"}, test.call, run.Summary{Run: &test.run, Pending: test.pending})
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.name, diff)
		}
	}
}

func TestGivenFlags(t *testing.T) {
	t.Parallel()
	cmd := &cobra.Command{Use: "run"}
	addSettings(cmd, reading, sending, pruning, keeping)
	if err := cmd.ParseFlags([]string{"--format", "csv", "--limit=5", "--fresh", "--dry-run"}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"--dry-run", "--format=csv"}, slices.Sorted(slices.Values(givenFlags(cmd)))); diff != "" {
		t.Error(diff)
	}
}

// TestShellQuote compares what shells read with what was quoted for them.
func TestShellQuote(t *testing.T) {
	t.Parallel()
	words := map[string]string{
		"users.csv": "users.csv", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$(x) é": "'$(x) é'",
		"a\nb": `$'a\012b'`, "it's\x1b\\7": `$'it\'s\033\\7'`, "\x01é\xff9": `$'\001é\3779'`,
		"\u202ex": `$'\342\200\256x'`,
	}
	bash, noBash := exec.LookPath("bash")
	for word, want := range words {
		got := shellQuote(word)
		if got != want {
			t.Errorf("%q: got %s, want %s", word, got, want)
		}
		if noBash != nil {
			continue
		}
		if read, err := exec.Command(bash, "-c", "printf %s "+got).Output(); err != nil || string(read) != word {
			t.Errorf("bash reads %s as %q, %v", got, read, err)
		}
	}
}
