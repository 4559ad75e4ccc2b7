package dispatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/statussync/statussync/sync/row"
)

// A Reason is why a run ended before its time.
type Reason uint8

// The reasons. The order says nothing.
const (
	Signal    Reason = iota + 1 // the context ended; Err is its cause
	Limit                       // Options.Limit rows were attempted, more are left
	MaxWait                     // no decisive answer for Options.MaxWait, or the service asked for a longer pause
	MaxErrors                   // more rows ended badly than Options.MaxErrors allows
	Uniform                     // the first 20 rows were refused alike
	Fatal                       // a call's error says that no other row would fare better; Err is that error
	First                       // Options.First refused to go on; Err is its error
	Record                      // an outcome could not be recorded; Err says why
	Input                       // the tasks ended in an error; Err is that error
	Panic                       // a function that was called has panicked; Err is a *PanicError
)

var reasons = [...]string{
	Signal: "signal", Limit: "limit", MaxWait: "max-wait", MaxErrors: "max-errors", Uniform: "uniform", Fatal: "fatal",
	First: "first", Record: "record", Input: "input", Panic: "panic",
}

// String returns a word for the reason.
func (r Reason) String() string {
	if int(r) < len(reasons) && reasons[r] != "" {
		return reasons[r]
	}
	return "reason?"
}

// A Stop is why a run ended before every task had an outcome.
type Stop struct {
	Reason Reason
	Row    int64         // number of the row whose answer decided it; 0 if none did
	Answer row.Answer    // that answer
	Until  time.Time     // MaxWait: when the service wants to be asked again; zero if it did not say
	Wait   time.Duration // MaxWait: the longest stretch that was allowed
	Bad    int64         // MaxErrors, Uniform: rows that ended badly
	Err    error         // what it goes back to; nil for the reasons that are their own. MaxWait: the last answer

	Settled int64     // MaxErrors: rows that had an outcome by then
	Allowed Threshold // MaxErrors: Options.MaxErrors
}

// Error says in one sentence why the run ended.
func (s *Stop) Error() string {
	switch s.Reason {
	case Signal:
		return fmt.Sprintf("the run was interrupted: %v", s.Err)
	case Limit:
		return "as many rows as were asked for have been sent, more are left"
	case MaxWait:
		if !s.Until.IsZero() {
			return fmt.Sprintf("the service asks for a pause until %s, longer than %s without a decisive answer",
				s.Until.UTC().Format(time.RFC3339), s.Wait)
		}
		text := fmt.Sprintf("the service has given no decisive answer for %s", s.Wait)
		if s.Err != nil {
			text += "; the last: " + s.Err.Error()
		}
		return text
	case MaxErrors:
		return s.tooManyBad()
	case Uniform:
		return fmt.Sprintf("each of the first %d rows was refused with HTTP status %d and code %.80q",
			s.Bad, s.Answer.HTTPStatus, s.Answer.Code)
	case Record:
		return fmt.Sprintf("the outcome of row %d cannot be recorded: %v", s.Row, s.Err)
	}
	return s.Err.Error()
}

func (s *Stop) tooManyBad() string {
	rows, of := "rows", ""
	if s.Bad == 1 {
		rows = "row"
	}
	if s.Allowed.isShare() {
		of = fmt.Sprintf(" of %d rows", s.Settled)
	}
	return fmt.Sprintf("%d %s ended badly, more than the allowed %s%s", s.Bad, rows, s.Allowed, of)
}

// Hint says what to do, or nothing.
func (s *Stop) Hint() string {
	switch s.Reason {
	case Signal, Limit:
		return "run the same command again to send the rows that are left"
	case MaxWait:
		return "run the same command again later to send the rows that are left"
	case MaxErrors:
		return "look at what was refused before you send more; --max-errors sets the limit"
	case Uniform:
		return "what is wrong is most likely wrong with all rows: look at one of them"
	}
	var h interface{ Hint() string }
	if errors.As(s.Err, &h) {
		return h.Hint()
	}
	return ""
}

// Unwrap returns Err.
func (s *Stop) Unwrap() error { return s.Err }

// A PanicError is a panic that was recovered.
type PanicError struct {
	Value any
	Stack []byte // of the goroutine that panicked
}

// Error names the value.
func (p *PanicError) Error() string { return fmt.Sprintf("panic: %.200q", fmt.Sprint(p.Value)) }

// Unwrap returns the value if it is an error.
func (p *PanicError) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// ended returns why ctx, which has ended, did: the Stop that another goroutine ended it with, or a Signal.
func ended(ctx context.Context) *Stop {
	cause := context.Cause(ctx)
	if s, ok := errors.AsType[*Stop](cause); ok {
		return s
	}
	return &Stop{Reason: Signal, Err: cause}
}
