package reports

import (
	"fmt"

	"github.com/statussync/statussync/sync/row"
)

// Sentence says in one sentence what became of the run.
func Sentence(r *Run) string {
	accounted := r.Counts.Sum()
	switch {
	case accounted != r.Rows:
		return fmt.Sprintf("The books do not balance: %s read, %s accounted for.",
			was(r.Rows), grouped(accounted))
	case r.State == "abandoned":
		return fmt.Sprintf("The run was given up before its end; %s left.", r.left())
	case r.Ended.IsZero():
		return fmt.Sprintf("The run has not come to its end; %s left for a later run.", r.left())
	}
	return r.ending()
}

func was(n int64) string {
	if n == 1 {
		return "1 row was"
	}
	return grouped(n) + " rows were"
}

func (r *Run) left() string { return part(r.Retryable, r.Rows, "is", "are") }

// rest words what is left for a later run: to be sent, or else to be read back.
func (r *Run) rest() string {
	if r.Retryable == 0 && r.Verified.Unread > 0 {
		return r.unsent()
	}
	return r.left() + " left for a later run"
}

// unproven reports whether no row was left unsent, but a proof that was asked for was not had.
func (r *Run) unproven() bool { return r.Counts[row.Unsent] == 0 && r.Verified.Unread > 0 }

func (r *Run) unsent() string {
	switch n := r.Counts[row.Unsent]; n {
	case 0:
		if r.unproven() {
			return "nothing is left to be sent, but " + was(r.Verified.Unread) + " not read back"
		}
		return "no row was left unsent"
	case r.Rows:
		return "nothing was sent"
	default:
		return part(n, r.Rows, "was", "were") + " not sent"
	}
}

// ending words the exit status.
func (r *Run) ending() string {
	unsent := r.unsent()
	switch r.ExitStatus {
	case 0:
		return r.success()
	case 2:
		return "The usage or the configuration is wrong; nothing was sent."
	case 3:
		return r.refusal()
	case 4:
		good := r.Counts[row.Succeeded] + r.Counts[row.Unchanged] + r.Counts[row.Duplicate]
		if good == 0 && r.Rows > 1 {
			return fmt.Sprintf("Finished in %s, but none of the %s succeeded.", r.took(), counted(r.Rows, "row"))
		}
		return fmt.Sprintf("Finished in %s, but %s not succeed.", r.took(), part(r.Rows-good, r.Rows, "did", "did"))
	case 5:
		return fmt.Sprintf("Not finished; %s.", r.rest())
	case 6:
		return fmt.Sprintf("Stopped, since the sign-in or a permission was refused; %s.", unsent)
	case 7:
		if r.unproven() {
			return fmt.Sprintf("Graph does not serve reading; %s.", unsent)
		}
		return fmt.Sprintf("Stopped early, since what was sent was refused; %s.", unsent)
	case 8:
		return "Another run holds the lock; nothing was sent."
	case 9:
		return fmt.Sprintf("Stopped, since the journal or a report could not be written; %s.", unsent)
	case 129, 130, 143:
		name := map[int]string{129: "SIGHUP", 130: "SIGINT", 143: "SIGTERM"}[r.ExitStatus]
		return fmt.Sprintf("Stopped by %s; %s.", name, r.rest())
	}
	return fmt.Sprintf("Stopped by an unexpected error (exit status %d); %s.", r.ExitStatus, unsent)
}

func (r *Run) success() string {
	switch {
	case r.Rows == 0:
		return "There was nothing to do: the input has no rows."
	case r.Counts[row.Succeeded] == 0:
		return fmt.Sprintf("Nothing had to be sent: %s done already.", part(r.Rows, r.Rows, "is", "are"))
	}
	return fmt.Sprintf("Finished in %s: %s done.", r.took(), part(r.Rows, r.Rows, "is", "are"))
}

func (r *Run) refusal() string {
	if n := r.Counts[row.Invalid]; n > 0 {
		return fmt.Sprintf("Nothing was sent: %s invalid.", part(n, r.Rows, "is", "are"))
	}
	return "Nothing was sent: the input was refused."
}

func (r *Run) took() string {
	took := span(r.Ended.Sub(r.Started))
	if r.Sessions > 1 {
		took += " over " + counted(int64(r.Sessions), "session")
	}
	return took
}
