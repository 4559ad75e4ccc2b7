package main

import (
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/statussync/statussync/sync/run"
)

func runsCommand(std streams) *cobra.Command {
	return &cobra.Command{
		Use:     "runs",
		Short:   "List what was run, the newest first",
		Example: `  statussync runs --runs /var/lib/statussync`,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := loadSettings(cmd, os.LookupEnv)
			if err != nil {
				return err
			}
			if err := runsExist(s); err != nil {
				return err
			}
			past, err := run.History(cmd.Context(), s.Runs)
			if err != nil {
				return err
			}
			t := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "RUN\tSTARTED\tDURATION\tROWS\tSUCCEEDED\tFAILED\tLEFT\tSTATE\tEXIT")
			for _, p := range past {
				fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%s\t%s\n", p.ID, p.Started.Local().Format(time.DateTime),
					p.Duration.Round(time.Second), p.Rows, p.Succeeded, p.Failed, p.Left, p.State, p.Exit)
			}
			return t.Flush()
		},
	}
}
