package run

import (
	"errors"
	"fmt"
	"slices"
)

// The exit statuses, a contract with the scripts that call the command. A status that is not listed must be read as
// failure.
const (
	ExitOK          = 0  // every row succeeded, is unchanged, or is a duplicate
	ExitUnexpected  = 1  // an unexpected error
	ExitUsage       = 2  // usage or configuration
	ExitRefused     = 3  // the input was refused: nothing was sent
	ExitFailed      = 4  // some rows failed for good, mismatched, or were passed over as invalid
	ExitUnfinished  = 5  // rows are left that a later run may mend
	ExitSignIn      = 6  // sign-in or permission was refused
	ExitStopped     = 7  // stopped by --max-errors, by one refusal for all, or the route is not served
	ExitLocked      = 8  // another run holds the lock
	ExitBooks       = 9  // journal, report or output could not be written, or the books do not balance
	ExitWork        = 10 // plan --detailed-exitcode: there is work
	exitSignalFloor = 128
)

// precedence lists the statuses, the one that wins first. Statuses of signals stand where exitSignalFloor does.
var precedence = []int{
	ExitUnexpected, ExitBooks, ExitLocked, ExitUsage, ExitRefused, ExitSignIn, ExitStopped,
	exitSignalFloor, ExitUnfinished, ExitWork, ExitFailed, ExitOK,
}

// worse returns the status that wins when both apply.
func worse(a, b int) int {
	rank := func(s int) int { return slices.Index(precedence, min(s, exitSignalFloor)) }
	if rank(b) < rank(a) {
		return b
	}
	return a
}

// A Signal is the cause with which the caller ends the context when the process is asked to stop.
type Signal int

// Error names the signal.
func (s Signal) Error() string {
	names := map[Signal]string{1: "SIGHUP", 2: "SIGINT", 15: "SIGTERM"}
	if n, ok := names[s]; ok {
		return "stopped by " + n
	}
	return fmt.Sprintf("stopped by signal %d", int(s))
}

// ExitStatus is 128 and the number of the signal, as shells have it.
func (s Signal) ExitStatus() int { return exitSignalFloor + int(s) }

// A Failure is an error of the house with its exit status. It is one sentence for people, and what to do.
type Failure struct {
	Exit int
	Text string // empty: Err says it
	Do   string // what to do; may be empty
	Err  error
}

// Error returns the sentence.
func (f *Failure) Error() string {
	switch {
	case f.Err == nil:
		return f.Text
	case f.Text == "":
		return f.Err.Error()
	}
	return f.Text + ": " + f.Err.Error()
}

// Hint says what to do.
func (f *Failure) Hint() string {
	var inner interface{ Hint() string }
	if f.Do == "" && errors.As(f.Err, &inner) {
		return inner.Hint()
	}
	return f.Do
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// ExitStatus returns the status with which the command leaves.
func (f *Failure) ExitStatus() int { return f.Exit }

// ExitStatus returns the exit status that belongs to an error: what the error says of itself, else ExitUnexpected.
func ExitStatus(err error) int {
	var own interface{ ExitStatus() int }
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &own):
		return own.ExitStatus()
	}
	return ExitUnexpected
}
