package run_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/graph/signin"
	"github.com/statussync/statussync/sync/graph/simulator"
	"github.com/statussync/statussync/sync/row"
	"github.com/statussync/statussync/sync/run"
)

// app is the one that all rows are about.
const app = "0f1e2d3c-0000-4000-8000-00000000000a"

const table = `mobileAppId,id,userPrincipalName,installedDeviceCount,failedDeviceCount,notInstalledDeviceCount
` + app + `,1,ann@contoso.example,2,0,0
` + app + `,2,ben@contoso.example,1,0,0
`

// place makes a service that holds the statuses of ann and ben, a file in which ann has one device more, and what a
// run is told. All of it is gone after done.
func place() (o run.Options, service *simulator.Server, done func()) {
	service = simulator.New(simulator.Config{})
	service.Put(app,
		simulator.Status{ID: "1", UserPrincipalName: "ann@contoso.example", InstalledDeviceCount: 1},
		simulator.Status{ID: "2", UserPrincipalName: "ben@contoso.example", InstalledDeviceCount: 1})
	check(service.Start(""))
	dir, err := os.MkdirTemp("", "statussync")
	check(err)
	file := filepath.Join(dir, "users.csv")
	check(os.WriteFile(file, []byte(table), 0o600))
	o = run.Options{
		Dir: filepath.Join(dir, "runs"), Inputs: []string{file}, ExpectRows: -1,
		Graph: graph.Config{
			BaseURL: service.URL() + "/beta", Path: graph.DefaultPath, Tokens: signin.NewStatic("the example", "a-token"),
		},
		Send: dispatch.Options{
			Concurrency: 8, Rate: dispatch.Rate{N: 100, Per: 20 * time.Second}, Burst: 2, Attempts: 5,
			Timeout: 30 * time.Second, RowDeadline: time.Minute, MaxWait: 30 * time.Minute, Grace: 10 * time.Second,
		},
		Keep: 30, Log: zap.NewNop(), Found: func(*run.Findings) {}, Summarize: func(run.Summary) {},
	}
	return o, service, func() { check(service.Close()); check(os.RemoveAll(dir)) }
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// A run sends every row of its files, reads all of them back, and writes a report into a folder of its own.
func ExampleRun() {
	options, service, done := place()
	defer done()
	options.Verify = run.Verify{Share: 1}
	options.Summarize = func(s run.Summary) {
		fmt.Println("succeeded:", s.Run.Counts[row.Succeeded], "read back:", s.Run.Verified.Equal)
	}

	result, err := run.Run(context.Background(), options)
	check(err)
	fmt.Println("exit status:", result.Exit)
	_, err = os.Stat(filepath.Join(options.Dir, result.ID, "report.json"))
	fmt.Println("report:", err == nil)
	ann, _ := service.Value(app, "1")
	fmt.Println("ann has it on", ann.InstalledDeviceCount, "devices")
	// Output:
	// succeeded: 2 read back: 2
	// exit status: 0
	// report: true
	// ann has it on 2 devices
}

// A plan says what a run would do, here compared with what Graph holds. It is kept, and sent when somebody names it.
func ExamplePlan() {
	options, _, done := place()
	defer done()
	options.Compare, options.Save = true, true

	planned, err := run.Plan(context.Background(), options)
	check(err)
	fmt.Printf("%+v\n", planned.Counts)

	options.Inputs, options.SavedRun, options.MaxPlanAge = nil, planned.ID, time.Hour
	result, err := run.Run(context.Background(), options)
	check(err)
	fmt.Println("exit status:", result.Exit)
	fmt.Println("the run that was planned:", result.ID == planned.ID)
	// Output:
	// {Send:1 Unchanged:1 Duplicate:0 Invalid:0 Failed:0}
	// exit status: 0
	// the run that was planned: true
}

// Nothing is sent: the rows are compared with what Graph holds.
func ExampleVerifyInput() {
	options, _, done := place()
	defer done()
	options.Changes = func(c run.Change) {
		for _, d := range c.Differences {
			fmt.Printf("line %d, %s: %s is %s, not %s\n", c.Row.Line, c.Row.UserPrincipalName, d.Field, d.Before, d.After)
		}
	}

	v, err := run.VerifyInput(context.Background(), options)
	check(err)
	fmt.Println("equal:", v.Equal, "different:", v.Different, "missing:", v.Missing)
	fmt.Println("exit status:", v.Exit)
	// Output:
	// line 2, ann@contoso.example: installedDeviceCount is 1, not 2
	// equal: 1 different: 1 missing: 0
	// exit status: 4
}
