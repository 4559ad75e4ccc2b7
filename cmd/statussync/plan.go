package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/statussync/statussync/sync/run"
)

func planCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "plan [flags] FILE…",
		Short: "Say what run would do, and send nothing",
		Long: `Read and decide as run does, up to the first request: how many rows would be sent, how long that takes at the
allowed rate or at the one that an earlier run has learned, and what is wrong with the input. With --compare remote it
shows what each row would change. Nothing is sent, and without --save nothing is kept or locked. With --save --quiet it
prints the id of the kept plan alone.`,
		Example: `  statussync plan users.csv
  statussync plan --compare remote -o csv users.csv
  statussync plan --save users.csv
  statussync plan --detailed-exitcode users.csv   # leaves with 10 when there is work`,
		RunE: func(cmd *cobra.Command, files []string) error {
			s, err := loadSettings(cmd, os.LookupEnv)
			if err != nil {
				return err
			}
			return doPlan(cmd, s, files, std)
		},
	}
	addSettings(cmd, reading, deciding, sparing, saving, target, rehearsing, signing, asking, sending,
		pruning, keeping, showing, following)
	return cmd
}

func doPlan(cmd *cobra.Command, s *Settings, files []string, std streams) error {
	if cmd.Name() != "plan" {
		s.Save = false // a dry run keeps nothing
	}
	if s.SavedRun != "" {
		return &usageError{s.origins["plan.run"].String() + " sends a kept plan, which plan does not do",
			"give it to run"}
	}
	c := calling{flags: givenFlags(cmd), files: files}
	to := &screen{to: std.err}
	std.err = to
	log := newLogger(s, to)
	defer log.Sync()
	o, err := planOptions(cmd.Context(), s, files, std, log)
	if err != nil {
		return err
	}
	printer := changesTo(std.out, s, "statussync.plan/1")
	o.Found = func(f *run.Findings) { showFindings(std.err, f, s.Quiet, "") }
	if !s.Quiet || s.Output != "table" {
		o.Changes = printer.change
	}
	o.Watch = watch(s, to, log)
	p, err := run.Plan(cmd.Context(), o)
	if err != nil {
		return err
	}
	if err := printer.end(planDocOf(p)); err != nil {
		return err
	}
	if s.Output == "table" && (!s.Quiet || p.Exit != run.ExitOK) {
		printPlan(std.out, p)
	}
	if p.ID != "" {
		sayKept(std, s, p.ID, c)
	}
	switch {
	case p.Exit != run.ExitOK:
		return exited(p.Exit)
	case s.DetailedExitCode && p.Counts.Send > 0:
		return exited(run.ExitWork)
	case s.DetailedExitCode && p.Counts.Failed+p.Counts.Invalid > 0:
		return exited(run.ExitFailed)
	}
	return nil
}

// sayKept says under which id a plan is kept, and how to send it. The id is what the plan was made for: with --quiet it
// stands alone, and on standard error beside CSV, which has no place for it, as JSON has.
func sayKept(std streams, s *Settings, id string, as calling) {
	to := std.out
	switch {
	case s.Output == "json":
		return
	case s.Output == "csv":
		to = std.err
	case s.Quiet:
		fmt.Fprintln(to, id)
		return
	}
	as = as.among(common, target, rehearsing, signing, asking, sending, pruning, keeping).without("dry-run")
	as.flags = append(as.flags, "--run="+id)
	command := strings.ReplaceAll(as.command("run"), "\n", "\n    ")
	fmt.Fprintf(to, "\nKept as %s. Send exactly this with:\n    %s\n", id, command)
}

func printPlan(w io.Writer, p *run.Planned) {
	c := p.Counts
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(n int64, what string) { fmt.Fprintf(t, "%d\t  %s\n", n, what) }
	line(c.Rows(), plural(c.Rows(), "row"))
	for _, part := range []struct {
		n    int64
		what string
	}{{c.Send, "to send"}, {c.Unchanged, "unchanged"}, {c.Duplicate, "duplicate"}, {c.Invalid, "invalid"},
		{c.Failed, "not known to Graph"}} {
		if part.n > 0 || part.what == "to send" {
			line(part.n, part.what)
		}
	}
	t.Flush()
	if p.Exit == run.ExitRefused {
		others := ", or send the others with --on-invalid skip"
		if c.Send == 0 {
			others = ""
		}
		fmt.Fprintf(w, "\nNothing would be sent: mend the invalid rows%s.\n", others)
		return
	}
	took := "in no time"
	if p.Shortest >= time.Second {
		took = "at least " + p.Shortest.Round(time.Second).String()
	}
	rate := "the allowed rate"
	if p.Learned {
		rate = "the rate that an earlier run has learned"
	}
	fmt.Fprintf(w, "\n%d %s, %s at %s, %s on disk.\n", c.Send, plural(c.Send, "request"), took, rate, bytesText(p.Disk))
}

// plural returns the noun for n of what it names.
func plural(n int64, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// bytesText words a number of bytes, as 3.4 MiB.
func bytesText(n int64) string {
	value, unit := float64(n), "B"
	for _, larger := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if value < 1024 {
			break
		}
		value, unit = value/1024, larger
	}
	if unit == "B" {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", value, unit)
}
