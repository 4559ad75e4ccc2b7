package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/run"
)

func runCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run [flags] FILE…",
		Short: "Send the rows of the files, and report on every one of them",
		Long: `Send each row of the files as one PATCH, never faster than the quota allows, and write a report in which every
row is accounted for once. FILE is CSV or JSON, plain or compressed; - is standard input. A run that was stopped
goes on when the same command is given again.`,
		Example: `  statussync run --simulate users.csv
  statussync run --token-file token users.csv
  statussync run runs/latest/failed.csv`,
		RunE: func(cmd *cobra.Command, files []string) error {
			s, err := loadSettings(cmd, os.LookupEnv)
			if err != nil {
				return err
			}
			if s.DryRun {
				return doPlan(cmd.Context(), s, files, std)
			}
			return doRun(cmd, s, files, std)
		},
	}
	addSettings(cmd, reading, deciding, target, sending)
	return cmd
}

func doRun(cmd *cobra.Command, s *Settings, files []string, std streams) error {
	c := calling{flags: givenFlags(cmd), files: files}
	log := newLogger(s, std.err)
	defer log.Sync()
	o, done, err := options(cmd.Context(), s, files, std, log)
	if err != nil {
		return err
	}
	defer done()
	o.Summarize = func(end run.Summary) { summarize(std, s, c, end) }
	o.Found = func(f *run.Findings) { showFindings(std.err, f, s.Quiet) }
	result, err := run.Run(cmd.Context(), o)
	if err != nil {
		return err
	}
	if result.Exit == run.ExitOK {
		return nil
	}
	if result.Stopped != nil && result.Exit < 128 { // the summary names the signal
		complain(std.err, result.Stopped)
	}
	return exited(result.Exit)
}

// summarize prints the end of a run; with --quiet only a run that did not go well is worth a word.
func summarize(std streams, s *Settings, c calling, end run.Summary) {
	if s.Quiet && end.Run.ExitStatus == run.ExitOK {
		return
	}
	shown := *end.Run
	shown.Stopped = "" // an error, said in its own place with what to do about it
	reports.Summary(std.out, &shown, end.Groups, reports.View{
		Width: width(std.out), Folder: filepath.Join(s.Runs, end.Run.ID), Pending: end.Pending, Next: next(s, c, end),
	})
}
