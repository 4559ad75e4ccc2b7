package run

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/graph/simulator"
)

func TestMain(m *testing.M) {
	flag.Parse()
	flag.Set("test.parallel", "16") // whole runs wait more than they compute
	os.Setenv("GOGC", "400")        // or runs side by side would set it for each other
	debug.SetGCPercent(400)
	goleak.VerifyTestMain(m)
}

const (
	app    = "3b1f7c52-8a44-4f0e-9d1b-6c2a5e7f1a01"
	header = "mobileAppId,id,userName,userPrincipalName,installedDeviceCount,failedDeviceCount,notInstalledDeviceCount\n"
)

type token string

func (t token) Token(context.Context, string, string) (string, error) { return string(t), nil }

// A world is a folder, a simulated Graph, and what a run in there is told.
type world struct {
	*testing.T
	opt  Options
	sim  *simulator.Server
	home string
	logs *observer.ObservedLogs

	mu        sync.Mutex
	writes    int64
	arrives   func(n int64) // called when the n-th write arrives; set by during
	findings  []Findings    // one for each time that Options.Found was called
	summaries []Summary
}

// unlimited is a service without faults and without a quota, which keeps a trace.
var unlimited = simulator.Config{Quota: simulator.Quota{Unlimited: true}, Trace: 1 << 16}

func newWorld(t *testing.T, cfg simulator.Config) *world {
	t.Helper()
	w := &world{T: t, sim: simulator.New(cfg), home: t.TempDir()}
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	core, logs := observer.New(zap.DebugLevel)
	w.logs = logs
	w.opt = Options{
		Dir: filepath.Join(w.home, "runs"), Stdin: strings.NewReader(""), ExpectRows: -1, Tenant: "contoso",
		Graph: graph.Config{BaseURL: server.URL + "/beta", Path: graph.DefaultPath, Tokens: token("t"), Conns: 8},
		Send: dispatch.Options{
			Concurrency: 8, Burst: 2, Attempts: 3, Timeout: 10 * time.Second, RowDeadline: time.Minute,
			MaxWait: time.Minute, Grace: 5 * time.Second,
		},
		ResumeWithin: 24 * time.Hour, Keep: 30, Version: "test", Log: zap.New(core),
		Found:     func(f *Findings) { w.findings = append(w.findings, *f) },
		Summarize: func(s Summary) { w.summaries = append(w.summaries, s) },
	}
	return w
}

// ServeHTTP counts writes before the simulator gets them.
func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPatch {
		w.arrived()
	}
	w.sim.ServeHTTP(rw, r)
}

// arrived takes one write in after the other, so that what a test does in the course of one is done before the next.
func (w *world) arrived() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writes++
	if w.arrives != nil {
		w.arrives(w.writes)
	}
}

// sent returns the number of writes so far.
func (w *world) sent() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.writes
}

// during sets what happens when a write arrives, nil for nothing; n counts from now on.
func (w *world) during(arrives func(n int64)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.writes
	w.arrives = nil
	if arrives != nil {
		w.arrives = func(n int64) { arrives(n - before) }
	}
}

// file writes an input and returns its path, which is what Options.Inputs wants.
func (w *world) file(name, content string) string {
	w.Helper()
	path := filepath.Join(w.home, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		w.Fatal(err)
	}
	return path
}

// run makes a run over inputs that ends with the status exit.
func (w *world) run(exit int, inputs ...string) *Result {
	w.Helper()
	return w.runIn(w.Context(), exit, inputs...)
}

func (w *world) runIn(ctx context.Context, exit int, inputs ...string) *Result {
	w.Helper()
	o := w.opt
	o.Inputs = inputs
	result, err := Run(ctx, o)
	if err != nil {
		w.Fatal(err)
	}
	if result.Exit != exit {
		w.Fatalf("exit status %d (%v), want %d", result.Exit, result.Stopped, exit)
	}
	return result
}

// limited makes a run over inputs that sends so many rows and leaves others.
func (w *world) limited(rows int64, inputs ...string) *Result {
	w.Helper()
	w.opt.Send.Limit = rows
	defer func() { w.opt.Send.Limit = 0 }()
	return w.run(ExitUnfinished, inputs...)
}

// fails makes a run over inputs that does not come to a result, and returns its error, which has the status exit.
func (w *world) fails(exit int, inputs ...string) error {
	w.Helper()
	return w.failsIn(w.Context(), exit, inputs...)
}

func (w *world) failsIn(ctx context.Context, exit int, inputs ...string) error {
	w.Helper()
	o := w.opt
	o.Inputs = inputs
	result, err := Run(ctx, o)
	if err == nil {
		w.Fatalf("the run ended with %d, an error was expected", result.Exit)
	}
	if got := ExitStatus(err); got != exit {
		w.Fatalf("exit status %d of %v, want %d", got, err, exit)
	}
	return err
}

// stopped makes a run that a signal stops while its n-th write is under way. Others may be: it needs more rows than n
// and the concurrency.
func (w *world) stopped(n int64, inputs ...string) *Result {
	w.Helper()
	ctx, cancel := context.WithCancelCause(w.Context())
	defer cancel(nil)
	w.during(func(i int64) {
		if i == n {
			cancel(Signal(15))
		}
	})
	defer w.during(nil)
	return w.runIn(ctx, 143, inputs...)
}

// anywhere is the target of worlds that are copied, wherever their simulators listen.
const anywhere = "anywhere"

// copyTo copies the runs folder and files into another world, and returns the files' paths there.
func (w *world) copyTo(other *world, names ...string) (paths []string) {
	other.Helper()
	other.opt.Target = anywhere
	check(other, os.CopyFS(other.opt.Dir, os.DirFS(w.opt.Dir)))
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(w.home, name))
		check(other, err)
		paths = append(paths, other.file(name, string(b)))
	}
	return paths
}

// said reports whether a line with these words was logged.
func (w *world) said(words string) bool {
	for _, e := range w.logs.All() {
		for _, f := range e.Context {
			if strings.Contains(f.String, words) {
				return true
			}
		}
		if strings.Contains(e.Message, words) {
			return true
		}
	}
	return false
}

// folders returns the names below the runs folder that are neither files nor links.
func (w *world) folders() (names []string) {
	w.Helper()
	entries, err := os.ReadDir(w.opt.Dir)
	if err != nil {
		w.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

// table returns a CSV file with rows from first to last, whose ids and counts are their numbers.
func table(first, last int) string {
	var b strings.Builder
	b.WriteString(header)
	for i := first; i <= last; i++ {
		b.WriteString(line(i, i))
	}
	return b.String()
}

// line returns the CSV row with the id r<id> and so many installed devices.
func line(id, installed int) string {
	return fmt.Sprintf("%s,r%d,,u%d@contoso.example,%d,0,0\n", app, id, id, installed)
}
