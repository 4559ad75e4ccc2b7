package dispatch_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/row"
)

// A refusal is a [dispatch.Failure]: 429 asks everybody to wait, any other status is meant for good.
type refusal int

func (r refusal) Error() string                { return http.StatusText(int(r)) }
func (r refusal) Again() bool                  { return r == http.StatusTooManyRequests }
func (r refusal) Pause() (time.Duration, bool) { return time.Millisecond, r.Again() }
func (r refusal) Definite() bool               { return true }
func (r refusal) Free() bool                   { return r.Again() }
func (r refusal) Fatal() bool                  { return false }

// tasks yields three rows, whose ids are a, b and c.
func tasks(yield func(dispatch.Task, error) bool) {
	for i, id := range []string{"a", "b", "c"} {
		task := dispatch.Task{Row: row.Row{Number: int64(i + 1), Status: row.Status{ID: id}}}
		if !yield(task, nil) {
			return
		}
	}
}

// A service asks for a pause when it sees b for the first time, and does not know c.
func Example() {
	var mu sync.Mutex
	seen := map[string]int{}
	call := func(_ context.Context, s *row.Status) (row.Answer, error) {
		mu.Lock()
		defer mu.Unlock()
		seen[s.ID]++
		switch {
		case s.ID == "b" && seen[s.ID] == 1:
			return row.Answer{HTTPStatus: 429}, refusal(429)
		case s.ID == "c":
			return row.Answer{HTTPStatus: 404}, refusal(404)
		}
		return row.Answer{HTTPStatus: 200}, nil
	}
	outcomes := make([]row.Outcome, 4) // by the number of the row; those of different rows come at the same time
	record := func(o row.Outcome) error { outcomes[o.Row] = o; return nil }

	d := dispatch.New(dispatch.Options{
		Concurrency: 8, Rate: dispatch.Rate{N: 5000, Per: 20 * time.Second}, Burst: 10, Attempts: 5,
		Timeout: 30 * time.Second, RowDeadline: time.Minute, MaxWait: 30 * time.Minute,
	})
	if err := d.Run(context.Background(), tasks, call, record); err != nil {
		fmt.Println(err)
	}
	for _, o := range outcomes[1:] {
		fmt.Println("row", o.Row, o.Verdict, o.HTTPStatus, "requests:", o.Attempts)
	}
	// Output:
	// row 1 succeeded 200 requests: 1
	// row 2 succeeded 200 requests: 2
	// row 3 failed 404 requests: 1
}
