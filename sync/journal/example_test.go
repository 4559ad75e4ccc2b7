package journal_test

import (
	"context"
	"fmt"
	"os"

	"github.com/statussync/statussync/sync/journal"
	"github.com/statussync/statussync/sync/row"
)

// A run of four rows is cut short by the death of its process. All the same each row has one outcome: the second was
// confirmed, of the third nobody knows, the fourth cannot have been sent.
func Example() {
	dir, err := os.MkdirTemp("", "runs")
	check(err)
	defer os.RemoveAll(dir)
	ctx := context.Background()
	lock, err := journal.Acquire(ctx, dir, 0)
	check(err)
	defer lock.Release()
	j, err := journal.Open(ctx, dir)
	check(err)

	const id = "monday"
	check(j.Begin(ctx, journal.Run{ID: id, Target: "contoso"}))
	session, err := j.BeginSession(ctx, id)
	check(err)
	check(session.Record(row.Outcome{Row: 1, Line: 2, Verdict: row.Invalid}))
	check(session.Flush(ctx))
	check(j.Planned(ctx, id, 4, []journal.Input{{Name: "users.csv", File: "1.csv", Rows: 4}}))
	check(session.Fence(ctx, 3)) // from here on requests may be made for rows 2 and 3
	check(session.Record(row.Outcome{Row: 2, Line: 3, Verdict: row.Succeeded, Attempts: 1}))
	check(j.Close()) // and no session.End

	later, err := journal.OpenReadOnly(ctx, dir)
	check(err)
	defer later.Close()
	for o, err := range later.Outcomes(ctx, id) {
		check(err)
		fmt.Println("row", o.Row, o.Verdict)
	}
	// Output:
	// row 1 invalid
	// row 2 succeeded
	// row 3 unknown
	// row 4 unsent
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
