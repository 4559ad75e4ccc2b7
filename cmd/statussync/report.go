package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/statussync/statussync/sync/run"
)

func reportCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report [RUN]",
		Short: "Write the report of a run again, from its journal",
		Long: `Write the files of a run again from its journal and its copy of the input: after a crash, or after a run that
was told to stop before it could finish them. RUN is the name of a run's folder; without it, or with latest, the newest
run.`,
		Example: `  statussync report
  statussync report 20261123T154100Z-3f9a`,
		Args: oneRun, ValidArgsFunction: completeRuns,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := pastSettings(cmd)
			if err != nil {
				return err
			}
			c := calling{flags: givenFlags(cmd)}
			var said error
			err = run.Report(cmd.Context(), s.Runs, runID(args), version(), func(end run.Summary) {
				said = present(std, s, c, end)
			})
			return errors.Join(err, said)
		},
	}
	addSettings(cmd, showing)
	return cmd
}

// oneRun is the Args of a command that takes a run.
func oneRun(cmd *cobra.Command, args []string) error {
	if len(args) <= 1 {
		return nil
	}
	text := fmt.Sprintf("%s takes one run at most, but there is %s too", cmd.CommandPath(), quote(args[1]))
	return &usageError{text: text}
}

// runID returns the run that is named by its folder or a path to it; "" stands for the newest.
func runID(args []string) string {
	if len(args) == 0 {
		return ""
	}
	if id := filepath.Base(args[0]); id != "latest" {
		return id
	}
	return ""
}

// pastSettings loads the settings of a command that looks for runs, and refuses to where there is no folder.
func pastSettings(cmd *cobra.Command) (*Settings, error) {
	s, err := loadSettings(cmd, os.LookupEnv)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(s.Runs); errors.Is(err, fs.ErrNotExist) {
		return nil, &usageError{"the runs folder " + quote(s.Runs) + " does not exist",
			"the first run makes it; --runs names another"}
	}
	return s, nil
}
