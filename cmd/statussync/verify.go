package main

import (
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/statussync/statussync/sync/run"
)

func verifyCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify [flags] FILE…",
		Short: "Compare what Graph holds with the rows of the files, and send nothing",
		Long: `Read back what Graph holds for the rows of the files, and compare every field. It shows each row that differs,
with both values, and leaves with 4 if there is one. Nothing is sent, kept or locked. FILE is what run takes; rows
without an id are found by their userPrincipalName, which is compared without regard to case.`,
		Example: `  statussync verify users.csv
  statussync verify -o csv users.csv`,
		RunE: func(cmd *cobra.Command, files []string) error {
			s, err := loadSettings(cmd, os.LookupEnv)
			if err != nil {
				return err
			}
			return doVerify(cmd, s, files, std)
		},
	}
	addSettings(cmd, reading, deciding, target, signing, asking, showing, following)
	return cmd
}

// verifyDoc is what stands behind the changes.
type verifyDoc struct {
	Rows       int64 `json:"rows"`
	Equal      int64 `json:"equal"`
	Different  int64 `json:"different"`
	Missing    int64 `json:"missing"`
	Duplicate  int64 `json:"duplicate"`
	Invalid    int64 `json:"invalid"`
	Unread     int64 `json:"unread"`
	Requests   int64 `json:"requests"`
	ExitStatus int   `json:"exitStatus"`
}

func doVerify(cmd *cobra.Command, s *Settings, files []string, std streams) error {
	if s.Simulate {
		return &usageError{
			s.origins["graph.simulate"].String() + " has nothing to verify: a rehearsal's simulator holds nothing",
			"leave it out, or serve a simulator that remembers: statussync simulate"}
	}
	s.SavedRun = "" // which only run sends
	to := &screen{to: std.err}
	std.err = to
	log := newLogger(s, to)
	defer log.Sync()
	o, err := commonOptions(s, files, std, log)
	if err != nil {
		return err
	}
	if err := signInto(cmd.Context(), s, &o, log); err != nil {
		return err
	}
	printer := changesTo(std.out, s, "statussync.verify/1")
	o.Found, o.Changes = func(f *run.Findings) { showFindings(std.err, f, s.Quiet, "") }, printer.change
	o.Watch = watch(s, to, log)
	v, err := run.VerifyInput(cmd.Context(), o)
	if err != nil {
		return err
	}
	doc := verifyDoc{
		v.Rows, v.Equal, v.Different, v.Missing, v.Duplicate, v.Invalid, v.Unread, v.Requests, v.Exit,
	}
	if err := printer.end(doc); err != nil {
		return err
	}
	if s.Output == "table" && (!s.Quiet || v.Exit != run.ExitOK) {
		printVerified(std, &doc)
	}
	complain(std.err, v.Stopped)
	if v.Exit != run.ExitOK {
		return exited(v.Exit)
	}
	return nil
}

func printVerified(std streams, v *verifyDoc) {
	t := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, part := range []struct {
		n    int64
		what string
	}{
		{v.Rows, plural(v.Rows, "row")}, {v.Equal, "equal to what Graph holds"}, {v.Different, "different"},
		{v.Missing, "not known to Graph"}, {v.Duplicate, "duplicate"}, {v.Invalid, "invalid"}, {v.Unread, "not read"},
	} {
		if part.n > 0 {
			fmt.Fprintf(t, "%d\t  %s\n", part.n, part.what)
		}
	}
	t.Flush()
	fmt.Fprintf(std.out, "\n%d %s.\n", v.Requests, plural(v.Requests, "read"))
}
