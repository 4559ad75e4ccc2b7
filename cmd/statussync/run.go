package main

import (
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/row"
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
			switch {
			case err != nil:
				s = defaults()
			case s.DryRun:
				return doPlan(cmd, s, files, std)
			default:
				err = doRun(cmd, s, files, std)
			}
			lastWords(s.TerminationLog, err)
			return err
		},
	}
	addSettings(cmd, reading, deciding, sparing, target, rehearsing, signing, asking, sending, pruning,
		keeping, showing, following, watching)
	_ = cmd.RegisterFlagCompletionFunc("run", completeSaved) // fails for a flag that does not exist
	return cmd
}

func doRun(cmd *cobra.Command, s *Settings, files []string, std streams) error {
	c := calling{flags: givenFlags(cmd), files: files}
	to := &screen{to: std.err}
	std.err = to
	log := newLogger(s, to)
	defer log.Sync()
	o, done, err := options(cmd.Context(), s, files, std, log)
	if err != nil {
		return err
	}
	defer done()
	var said error
	o.Summarize = func(end run.Summary) {
		said = present(std, s, c, end)
		publish(s, c, end, log)
	}
	o.Found = func(f *run.Findings) { showFindings(std.err, f, s.Quiet, "; the report has all of them") }
	o.Watch = watch(s, to, log)
	result, err := run.Run(cmd.Context(), o)
	if err != nil {
		return err
	}
	if said != nil {
		log.Warn("the summary could not be printed", zap.Error(said))
	}
	if result.Exit == run.ExitOK {
		return nil
	}
	if result.Stopped != nil && result.Exit < 128 { // the summary names the signal
		complain(std.err, result.Stopped)
	}
	return exited(result.Exit)
}

// present prints the end of a run, in the form that is asked for. With --quiet only a run that did not go well is worth
// a word.
func present(std streams, s *Settings, c calling, end run.Summary) error {
	if s.Quiet && end.Run.ExitStatus == run.ExitOK {
		return nil
	}
	switch s.Output {
	case "json":
		return reports.PrintJSON(std.out, end.Run, end.Groups)
	case "csv":
		sheet := sheet{columns: []string{"verdict", "rows"}}
		for _, v := range row.Verdicts() {
			sheet.rows = append(sheet.rows, []string{v.String(), strconv.FormatInt(end.Run.Counts[v], 10)})
		}
		return sheet.csv(std.out)
	}
	shown := *end.Run
	shown.Stopped = "" // an error, said in its own place with what to do about it
	return reports.Summary(std.out, &shown, end.Groups, reports.View{
		Width: width(std.out, 80), Folder: filepath.Join(s.Runs, end.Run.ID), Pending: end.Pending, Next: next(s, c, end),
		Color: s.colored(std.out),
	})
}
