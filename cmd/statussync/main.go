// Command statussync sends a file of install statuses to Microsoft Graph, row by row.
//
// Each row of the input, CSV or JSON, becomes one PATCH of an app's user status, never faster than the tenant's quota
// allows. A report accounts for every row exactly once. Start with
//
//	statussync run --simulate users.csv
//
// which rehearses against a simulator inside the program.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/statussync/statussync/sync/run"
)

func main() {
	os.Exit(execute(os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// streams are the process's standard streams.
type streams struct {
	in  io.Reader
	out io.Writer // data: plans, reports, lists
	err io.Writer // everything else
}

// execute is the whole program but for its exit.
func execute(args []string, std streams) (status int) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(std.err, "statussync: unexpected: %s\n%s", printable(fmt.Sprint(p)), debug.Stack())
			status = run.ExitUnexpected
		}
	}()
	ctx, stop := notify(context.Background())
	defer stop()
	out := &output{to: std.out}
	std.out = out
	root := rootCommand(std)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	complain(std.err, err)
	complain(std.err, out.failure())
	if status = exitStatus(err); status == run.ExitOK || status == run.ExitWork {
		return cmp.Or(exitStatus(out.failure()), status)
	}
	return status
}

// oneStop is how long signals count as the first one: timeout(1) sends two, one of them to the process's group.
const oneStop = 200 * time.Millisecond

// notify ends the context at the first signal that asks the process to stop; the second ends the process at once.
// A closed standard output or error is an error of writing, never the end of a run.
func notify(ctx context.Context) (context.Context, func()) {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		first, ok := <-signals
		if !ok {
			return
		}
		cancel(signalCause(first))
		stopped := time.Now()
		for again := range signals {
			if time.Since(stopped) > oneStop {
				os.Exit(signalCause(again).ExitStatus())
			}
		}
	}()
	return ctx, func() { signal.Stop(signals); close(signals); cancel(nil) }
}

func signalCause(s os.Signal) run.Signal {
	if n, ok := s.(syscall.Signal); ok {
		return run.Signal(n)
	}
	return run.Signal(syscall.SIGINT)
}

// exited is an exit status without a complaint: the command has said already what there is to say.
type exited int

func (e exited) Error() string   { return fmt.Sprintf("exit status %d", int(e)) }
func (e exited) ExitStatus() int { return int(e) }

// complain writes an error for people: a sentence for each thing that is wrong, and what to do about it.
func complain(w io.Writer, err error) {
	if quiet := exited(0); err == nil || errors.As(err, &quiet) {
		return
	}
	for _, one := range parts(err) {
		for line := range strings.SplitSeq("statussync: "+one.Error(), "\n") {
			tell(w, 0, printable(line))
		}
		var hinted interface{ Hint() string }
		if errors.As(one, &hinted) && hinted.Hint() != "" {
			tell(w, 2, "hint: "+printable(hinted.Hint()))
		}
	}
}

// parts takes apart an error that joins several, unless they stand under one sentence.
func parts(err error) []error {
	if f, ok := err.(*run.Failure); ok && f.Text == "" {
		return parts(f.Err)
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, parts(one)...)
	}
	return all
}

// exitStatus is the one place where an error becomes the status of the process.
func exitStatus(err error) int {
	var usage *usageError
	if errors.As(err, &usage) {
		return run.ExitUsage
	}
	return run.ExitStatus(err)
}

func rootCommand(std streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "statussync",
		Short: "Send a file of Intune install statuses to Microsoft Graph, row by row, with a report that balances",
		Example: "  statussync run --simulate users.csv\n  statussync plan --compare remote users.csv\n" +
			"  statussync run --help",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          knownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(help)
	addSettings(root, common)
	root.AddCommand(runCommand(std), planCommand(std), reportCommand(std), runsCommand(std), verifyCommand(std),
		doctorCommand(std), simulateCommand(std), configCommand(std), schemaCommand(std), versionCommand(std))
	adoptTopics(root)
	return root
}
