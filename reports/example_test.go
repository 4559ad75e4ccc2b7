package reports_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/row"
)

// Of 412 rows one was refused: the terminal is told so, with why and what to do.
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

// Each row is handed over with its outcome. One that failed goes into failed.csv as it came, with why.
func ExampleCreate() {
	dir, err := os.MkdirTemp("", "runs")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	files, err := reports.Create(dir, []reports.Input{
		{Name: "users.csv", Format: "csv", Header: []byte("app,id,upn,installed,failed,not installed")},
	}, reports.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer files.Abort() // after Commit it does nothing

	ann := reports.Entry{Row: row.Row{Number: 1, Line: 2}, Outcome: row.Outcome{Row: 1, Line: 2, Verdict: row.Succeeded}}
	ben := reports.Entry{Row: row.Row{Number: 2, Line: 3}, Outcome: row.Outcome{Row: 2, Line: 3, Verdict: row.Failed}}
	ben.Raw = []byte("A,2,ben@contoso.example,1,0,0")
	ben.Outcome.Answer = row.Answer{HTTPStatus: 404, Code: "ResourceNotFound"}
	err = errors.Join(files.Add(ann), files.Add(ben), files.Commit())
	fmt.Println(files.Names(), files.Counts(), err)

	failed, err := os.ReadFile(filepath.Join(dir, "failed.csv"))
	_, sent, _ := strings.Cut(string(failed), "\n")
	fmt.Print(sent, err)
	// Output:
	// [rows.jsonl rows.csv failed.csv] map[succeeded:1 failed:1] <nil>
	// A,2,ben@contoso.example,1,0,0,failed,404,ResourceNotFound,,,,,3
	// <nil>
}
