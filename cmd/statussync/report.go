package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/statussync/statussync/sync/run"
)

func reportCommand(std streams) *cobra.Command {
	return &cobra.Command{
		Use:   "report [RUN]",
		Short: "Write the report of a run again, from its journal",
		Long: `Write the files of a run again from its journal and its copy of the input: after a crash, or after a run that
was told to stop before it could finish them. RUN is the name of a run's folder; without it, the newest run.`,
		Example: `  statussync report
  statussync report 20261123T154100Z-3f9a`,
		Args: func(cmd *cobra.Command, args []string) error { return noArguments(cmd, args[min(1, len(args)):]) },
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := loadSettings(cmd, os.LookupEnv)
			if err != nil {
				return err
			}
			id := ""
			if len(args) == 1 {
				id = filepath.Base(args[0])
			}
			return run.Report(cmd.Context(), s.Runs, id, version(), func(end run.Summary) { summarize(std, s, calling{}, end) })
		},
	}
}
