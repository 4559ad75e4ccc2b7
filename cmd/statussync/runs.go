package main

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/statussync/statussync/sync/run"
)

func runsCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "runs",
		Short: "List what was run, show one run, or remove old ones",
		Example: `  statussync runs --runs /var/lib/statussync
  statussync runs show latest
  statussync runs prune --keep 5`,
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return listRuns(cmd, std) },
	}
	addSettings(cmd, showing)
	cmd.AddCommand(runsListCommand(std), runsShowCommand(std), runsPruneCommand(std))
	return cmd
}

func runsListCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List what was run, the newest first",
		Example: "  statussync runs list\n  statussync runs list -o json",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return listRuns(cmd, std) },
	}
	addSettings(cmd, showing)
	return cmd
}

type runsDoc struct {
	Schema string    `json:"schema"`
	Runs   []pastDoc `json:"runs"`
}

type pastDoc struct {
	Run             string    `json:"run"`
	Started         time.Time `json:"started"`
	DurationSeconds float64   `json:"durationSeconds"`
	Rows            int64     `json:"rows"`
	Succeeded       int64     `json:"succeeded"` // succeeded, unchanged, duplicate
	Failed          int64     `json:"failed"`    // failed for good, mismatched, invalid
	Left            int64     `json:"left"`      // a later run may help
	State           string    `json:"state"`
	// "4 failures"; "-" while it runs, after a process that was killed, and of a kept plan
	Exit string `json:"exit"`
}

func listRuns(cmd *cobra.Command, std streams) error {
	s, err := pastSettings(cmd)
	if err != nil {
		return err
	}
	past, err := run.History(cmd.Context(), s.Runs)
	if err != nil {
		return err
	}
	if s.Output == "json" {
		doc := runsDoc{Schema: "statussync.runs/1", Runs: []pastDoc{}}
		for _, p := range past {
			doc.Runs = append(doc.Runs, pastDoc{
				p.ID, p.Started.UTC(), p.Duration.Seconds(), p.Rows, p.Succeeded, p.Failed, p.Left, p.State, p.Exit,
			})
		}
		return printJSON(std.out, doc)
	}
	sheet := sheet{columns: []string{"run", "started", "duration", "rows", "succeeded", "failed", "left", "state", "exit"}}
	layout := time.DateTime
	if s.Output == "csv" {
		layout = time.RFC3339
	}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	for _, p := range past {
		sheet.rows = append(sheet.rows, []string{
			p.ID, p.Started.Local().Format(layout), p.Duration.Round(time.Second).String(),
			number(p.Rows), number(p.Succeeded), number(p.Failed), number(p.Left), p.State, p.Exit,
		})
	}
	if s.Output == "csv" {
		return sheet.csv(std.out)
	}
	return sheet.table(std.out)
}

func runsShowCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:               "show [RUN]",
		Short:             "Say how a run went, from its journal",
		Example:           "  statussync runs show\n  statussync runs show 20261123T154100Z-3f9a -o json",
		Args:              oneRun,
		ValidArgsFunction: completeRuns,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := pastSettings(cmd)
			if err != nil {
				return err
			}
			c := calling{flags: givenFlags(cmd)}
			return run.Show(cmd.Context(), s.Runs, runID(args), version(), func(end run.Summary) error {
				return present(std, s, c, end)
			})
		},
	}
	addSettings(cmd, showing)
	return cmd
}

type prunedDoc struct {
	Schema  string   `json:"schema"`
	Removed []string `json:"removed"`
}

func runsPruneCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove old runs with their folders, but for the newest",
		Long: `Remove old runs with their folders, all but the newest --keep, and print their ids. What a target is known to
hold stays, for --skip-unchanged.`,
		Example: "  statussync runs prune --keep 5",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := pastSettings(cmd)
			if err != nil {
				return err
			}
			removed, err := run.Prune(cmd.Context(), s.Runs, s.Keep)
			if err != nil {
				return err
			}
			switch s.Output {
			case "json":
				return printJSON(std.out, prunedDoc{"statussync.pruned/1", append([]string{}, removed...)})
			case "csv":
				sheet := sheet{columns: []string{"run"}}
				for _, id := range removed {
					sheet.rows = append(sheet.rows, []string{id})
				}
				return sheet.csv(std.out)
			}
			for _, id := range removed {
				fmt.Fprintln(std.out, id)
			}
			return nil
		},
	}
	addSettings(cmd, pruning, showing)
	return cmd
}

// completeRuns offers the ids of runs to a shell.
func completeRuns(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ids, none := completeWhere(cmd, func(run.Past) bool { return true })
	return append([]string{cobra.CompletionWithDesc("latest", "the newest run")}, ids...), none
}

// completeSaved offers the ids of plans that are kept, and of those that were begun.
func completeSaved(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return completeWhere(cmd, func(p run.Past) bool { return p.State == "saved" || p.State == "open" })
}

func completeWhere(cmd *cobra.Command, fits func(run.Past) bool) (ids []string, none cobra.ShellCompDirective) {
	s, err := loadSettings(cmd, os.LookupEnv)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	past, err := run.History(cmd.Context(), s.Runs)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	for _, p := range past {
		if fits(p) {
			ids = append(ids, cobra.CompletionWithDesc(p.ID, fmt.Sprintf("%d rows, %s", p.Rows, p.State)))
		}
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}
