package reports_test

import (
	"os"
	"time"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/row"
)

func ExampleSummary() {
	start := time.Date(2026, 11, 23, 15, 41, 0, 0, time.UTC)
	run := &reports.Run{
		State: "finished", ExitStatus: 4, Started: start, Ended: start.Add(84 * time.Second),
		Inputs: []reports.Source{{Name: "users.csv", Rows: 412}},
		Rows:   412, Counts: reports.Counts{row.Succeeded: 411, row.Failed: 1},
	}
	groups := new(reports.Groups)
	groups.Add(row.Outcome{
		Row: 17, Line: 18, Verdict: row.Failed,
		Answer: row.Answer{HTTPStatus: 404, Code: "ResourceNotFound", Message: "There is no such app."},
	})
	reports.Summary(os.Stdout, run, groups, reports.View{
		Folder: "runs/20261123T154100Z-3f9a",
		Next:   []reports.Step{{Why: "Send the failed row again", Command: "statussync run runs/latest/failed.csv"}},
	})
	// Output:
	// Finished in 1m24s, but 1 of 412 rows did not succeed.
	//
	//   succeeded     411   99.8%  confirmed by the service
	//   failed          1    0.2%  refused by the service
	//   in all        412    100%  every row is accounted for
	//
	// What went wrong:
	//   failed: 404 ResourceNotFound, 1 row, users.csv:18
	//     There is no such app.
	//     -> Check app, id and tenant; --compare remote finds such rows beforehand.
	//
	// Report: runs/20261123T154100Z-3f9a
	//
	// Next:
	//   Send the failed row again:
	//     statussync run runs/latest/failed.csv
}
