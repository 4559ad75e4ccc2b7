package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/run"
)

// exits says what each exit status means, in the order of the statuses. It is a contract with scripts.
var exits = []struct {
	status  int
	meaning string
}{
	{run.ExitOK, "every row succeeded, is unchanged, or is a duplicate"},
	{run.ExitUnexpected, "unexpected error"},
	{run.ExitUsage, "usage or configuration"},
	{run.ExitRefused, "the input was refused, nothing was sent"},
	{run.ExitFailed, "some rows failed for good, mismatched, or were passed over as invalid"},
	{run.ExitUnfinished, "rows are left that a later run may mend: give the same command again"},
	{run.ExitSignIn, "sign-in or permission was refused"},
	{run.ExitStopped, "stopped by --max-errors, by one refusal for all, or since the route is not served"},
	{run.ExitLocked, "another run holds the lock"},
	{run.ExitBooks, "journal, report or output could not be written, or the books do not balance"},
	{run.ExitWork, "plan --detailed-exitcode: there is work"},
	{run.Signal(1).ExitStatus(), "stopped by SIGHUP: drained, state saved"},
	{run.Signal(2).ExitStatus(), "stopped by SIGINT: drained, state saved"},
	{run.Signal(15).ExitStatus(), "stopped by SIGTERM: drained, state saved"},
}

// headings stand above the flags of a group. Groups share a heading where a reader would look for them together.
var headings = []struct {
	groups []group
	text   string
}{
	{[]group{reading}, "Reading the input"},
	{[]group{deciding, sparing, saving}, "Deciding what to send"},
	{[]group{target, rehearsing}, "Where to"},
	{[]group{signing}, "Signing in"},
	{[]group{asking}, "Requests"},
	{[]group{sending}, "Sending"},
	{[]group{pruning, keeping}, "What is kept"},
	{[]group{serving}, "Serving"},
	{[]group{showing, following, watching, common}, "Anywhere"},
}

// help begins with examples and ends with the exit statuses.
func help(cmd *cobra.Command, _ []string) {
	var b strings.Builder
	if cmd.Example != "" {
		fmt.Fprintf(&b, "Examples:\n%s\n\n", strings.TrimRight(cmd.Example, "\n"))
	}
	about := cmd.Long
	if about == "" {
		about = cmd.Short
	}
	about = strings.Join(strings.Fields(about), " ")
	fmt.Fprintf(&b, "%s\nUsage:\n  %s\n", reports.Wrap(nil, helpWidth, 0, 0, about), cmd.UseLine())
	commands(&b, cmd)
	flags(&b, cmd)
	b.WriteString("\nExit status:\n")
	for _, e := range exits {
		fmt.Fprintf(&b, "%5d  %s\n", e.status, e.meaning)
	}
	io.WriteString(cmd.OutOrStdout(), b.String())
}

// helpWidth is how many columns the help takes.
const helpWidth = 100

// commands lists the commands below cmd.
func commands(b *strings.Builder, cmd *cobra.Command) {
	if !cmd.HasAvailableSubCommands() {
		return
	}
	b.WriteString("\nCommands:\n")
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			fmt.Fprintf(b, "  %-12s %s\n", c.Name(), c.Short)
		}
	}
}

// flags lists the flags of cmd under the headings of their groups; those that are no settings stand under the last.
func flags(b *strings.Builder, cmd *cobra.Command) {
	sets := make([]*pflag.FlagSet, len(headings))
	for i := range sets {
		sets[i] = pflag.NewFlagSet("", pflag.ContinueOnError)
		sets[i].SortFlags = false
	}
	all := func(f *pflag.Flag) { sets[headingOf(f.Name)].AddFlag(f) }
	cmd.LocalFlags().VisitAll(all)
	cmd.InheritedFlags().VisitAll(all)
	for i, set := range sets {
		if usage := set.FlagUsagesWrapped(helpWidth); usage != "" {
			fmt.Fprintf(b, "\n%s:\n%s", headings[i].text, usage)
		}
	}
}

// headingOf returns the place in headings that the flag belongs to.
func headingOf(flag string) int {
	for i := range table {
		if table[i].flag != flag {
			continue
		}
		for at, h := range headings {
			for _, g := range h.groups {
				if g == table[i].group {
					return at
				}
			}
		}
	}
	return len(headings) - 1
}
