package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"testing"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/journal"
	"github.com/statussync/statussync/sync/row"
)

// TestWorse holds every pair against the order in which statuses win. One that is on no list beats all others.
func TestWorse(t *testing.T) {
	t.Parallel()
	order := []int{11, 1, 9, 8, 2, 3, 6, 7, 130, 5, 10, 4, 0}
	for i, a := range order {
		for j, b := range order {
			if got, want := worse(a, b), order[min(i, j)]; got != want {
				t.Errorf("worse(%d, %d) = %d, want %d", a, b, got, want)
			}
		}
	}
	if got := worse(143, 129); got != 143 {
		t.Errorf("of two signals %d wins, want the one before", got)
	}
}

func TestExitStatus(t *testing.T) {
	t.Parallel()
	refused := &Failure{Exit: ExitRefused, Text: "no"}
	for _, test := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("what?"), 1},
		{context.Canceled, 1},
		{refused, 3},
		{fmt.Errorf("first: %w", refused), 3},
		{errors.Join(errors.New("a"), refused), 3},
		{Signal(1), 129},
		{Signal(2), 130},
		{fmt.Errorf("wrapped: %w", Signal(15)), 143},
		{&dispatch.Stop{Reason: dispatch.Signal, Err: Signal(15)}, 143},
		{&Failure{Exit: ExitBooks, Err: Signal(15)}, 9},
	} {
		if got := ExitStatus(test.err); got != test.want {
			t.Errorf("%v leaves with %d, want %d", test.err, got, test.want)
		}
	}
}

func TestFailure(t *testing.T) {
	t.Parallel()
	inner := &input.Error{Name: "users.csv", Line: 3, Column: 7, Text: "is odd", HintText: "mend it"}
	for _, test := range []struct {
		failure    Failure
		text, hint string
	}{
		{Failure{Text: "no room"}, "no room", ""},
		{Failure{Text: "no room", Do: "make some"}, "no room", "make some"},
		{Failure{Err: inner}, inner.Error(), "mend it"},
		{Failure{Text: "no room", Err: inner}, "no room: " + inner.Error(), "mend it"},
		{Failure{Err: inner, Do: "look"}, inner.Error(), "look"},
		{Failure{Err: errors.New("odd")}, "odd", ""},
	} {
		if got := test.failure.Error(); got != test.text {
			t.Errorf("%+v reads %q, want %q", test.failure, got, test.text)
		}
		if got := test.failure.Hint(); got != test.hint {
			t.Errorf("the hint of %+v reads %q, want %q", test.failure, got, test.hint)
		}
	}
	if err := (&Failure{Err: fs.ErrExist}); !errors.Is(err, fs.ErrExist) {
		t.Error("a failure hides its cause")
	}
}

func TestSignal(t *testing.T) {
	t.Parallel()
	for s, want := range map[Signal]string{
		1: "stopped by SIGHUP", 2: "stopped by SIGINT", 15: "stopped by SIGTERM", 9: "stopped by signal 9",
	} {
		if got := s.Error(); got != want {
			t.Errorf("signal %d reads %q, want %q", int(s), got, want)
		}
	}
}

// TestStopStatus has a line for each reason of the dispatcher and each kind of refusal that ends a run.
func TestStopStatus(t *testing.T) {
	t.Parallel()
	stop := func(r dispatch.Reason, err error) error { return &dispatch.Stop{Reason: r, Err: err} }
	odd := errors.New("odd")
	var reasons []dispatch.Reason
	for _, test := range []struct {
		reason dispatch.Reason
		err    error
		want   int
	}{
		{dispatch.Signal, Signal(1), 129},
		{dispatch.Signal, errDuration, ExitUnfinished},
		{dispatch.Signal, context.Canceled, ExitUnexpected},
		{dispatch.Limit, nil, ExitUnfinished},
		{dispatch.MaxWait, nil, ExitUnfinished},
		{dispatch.MaxErrors, nil, ExitStopped},
		{dispatch.Uniform, nil, ExitStopped},
		{dispatch.First, &Failure{Exit: ExitSignIn}, ExitSignIn},
		{dispatch.First, &Failure{Exit: ExitStopped}, ExitStopped},
		{dispatch.Record, &journal.WriteError{Err: fs.ErrInvalid}, ExitBooks},
		{dispatch.Input, odd, ExitUnexpected},
		{dispatch.Input, Signal(2), 130},
		{dispatch.Panic, &dispatch.PanicError{Value: "?"}, ExitUnexpected},
		{dispatch.Fatal, odd, ExitUnexpected},
		{dispatch.Fatal, &graph.Error{Kind: graph.SignIn}, ExitSignIn},
		{dispatch.Fatal, &graph.Error{Kind: graph.Certificate}, ExitUsage},
		{dispatch.Fatal, &graph.Error{Kind: graph.Proxy}, ExitUsage},
	} {
		reasons = append(reasons, test.reason)
		if got := stopStatus(stop(test.reason, test.err)); got != test.want {
			t.Errorf("%s, %v: exit status %d, want %d", test.reason, test.err, got, test.want)
		}
	}
	for r := dispatch.Reason(1); r.String() != "reason?"; r++ {
		if !slices.Contains(reasons, r) {
			t.Errorf("no line for %s", r)
		}
	}
	for k := graph.Refused; k <= graph.Proxy; k++ {
		ends := k == graph.SignIn || k == graph.Certificate || k == graph.Proxy
		if err := (&graph.Error{Kind: k}); err.Fatal() != ends {
			t.Errorf("%s: a line is missing, or there is one too many", k)
		}
	}
}

func TestExitOf(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		counts  map[row.Verdict]int64
		again   int64
		stopped error
		want    int
	}{
		{nil, 0, nil, 0},
		{map[row.Verdict]int64{row.Succeeded: 3, row.Unchanged: 2, row.Duplicate: 1}, 0, nil, 0},
		{map[row.Verdict]int64{row.Failed: 1}, 0, nil, 4},
		{map[row.Verdict]int64{row.Mismatched: 1}, 0, nil, 4},
		{map[row.Verdict]int64{row.Invalid: 1}, 0, nil, 4},
		{map[row.Verdict]int64{row.Failed: 1}, 1, nil, 5},
		{map[row.Verdict]int64{row.Failed: 2, row.Unknown: 3}, 4, nil, 5},
		{map[row.Verdict]int64{row.Unsent: 2}, 2, nil, 5},
		{map[row.Verdict]int64{row.Invalid: 1, row.Unsent: 2}, 2, errRefused, 3},
		{map[row.Verdict]int64{row.Succeeded: 1}, 0, &dispatch.Stop{Reason: dispatch.Limit}, 5},
		{map[row.Verdict]int64{row.Unsent: 1}, 1, Signal(15), 143},
		{map[row.Verdict]int64{row.Unsent: 1}, 1, errDuration, 5},
		{map[row.Verdict]int64{row.Failed: 1}, 0, &dispatch.Stop{Reason: dispatch.Uniform}, 7},
		{map[row.Verdict]int64{row.Unsent: 1}, 1, errors.New("odd"), 1},
	} {
		if got := exitOf(test.stopped, test.counts, test.again); got != test.want {
			t.Errorf("%v, %d of them again, %v: exit status %d, want %d", test.counts, test.again, test.stopped, got, test.want)
		}
	}
}
