package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/statussync/statussync/sync/graph/simulator"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"statussync": main, "bareloop": bareLoop, "benchserver": benchServer})
}

// TestScript runs the real main, one script for each promise. The commands of its own are documented at their
// functions.
func TestScript(t *testing.T) {
	samples, err := filepath.Abs("../../input/testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("SAMPLES", samples)
			e.Setenv("STATUSSYNC_TOKEN", canary)
			e.Values[simKey{}] = new(*sim)
			return nil
		},
		Condition: isRoot,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"simulator": startSimulator, "outage": switchOutage, "seen": seen, "status": status, "signal": signalAfter,
			"waitfor": waitFor, "tmpfs": mountSmall, "fill": fillAfter, "challenge": challenge, "untold": untold,
			"everything": everything,
		},
	})
}

// canary is the token of all scripts. It must not come out anywhere.
const canary = "canary-7f3a9e51c2"

type simKey struct{}

// A sim is the simulator of a script. It counts the requests that have arrived, and tells when there are enough.
type sim struct {
	*simulator.Server
	mu      sync.Mutex
	arrived int64
	waiting map[int64]chan struct{}
}

func newSim(c simulator.Config) *sim {
	return &sim{Server: simulator.New(c), waiting: make(map[int64]chan struct{})}
}

func (s *sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.arrived++
	if ch := s.waiting[s.arrived]; ch != nil {
		close(ch)
	}
	s.mu.Unlock()
	s.Server.ServeHTTP(w, r)
}

// count returns how many requests have arrived.
func (s *sim) count() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.arrived
}

// reached returns a channel that is closed when n requests have arrived in all.
func (s *sim) reached(n int64) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := make(chan struct{})
	if s.arrived >= n {
		close(ch)
	} else {
		s.waiting[n] = ch
	}
	return ch
}

// startSimulator serves a simulator and sets URL to its service root. Arguments are "unlimited", "removed",
// "latency=D", "writes=N", "window=D", "tokens=A,B", "page=N", "hold=FILE", "login=LIFETIME", or a rule as simulate
// takes it.
func startSimulator(ts *testscript.TestScript, _ bool, args []string) {
	var c simulator.Config
	var hold Serve
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		var err error
		switch name {
		case "unlimited":
			c.Quota.Unlimited = true
		case "removed":
			c.RouteRemoved = true
		case "latency":
			c.Latency, err = time.ParseDuration(value)
		case "window":
			c.Quota.Window, err = time.ParseDuration(value)
		case "writes":
			c.Quota.ClientWrites, err = strconv.Atoi(value)
		case "hold":
			hold.Hold = ts.MkAbs(value)
		case "login":
			signable(ts, &c, value)
		case "page":
			c.PageSize, err = strconv.Atoi(value)
		case "tokens":
			c.Tokens = strings.Split(value, "+")
		default:
			var rule simulator.Rule
			rule, err = simulator.ParseRule(arg)
			c.Rules = append(c.Rules, rule)
		}
		ts.Check(err)
	}
	s := newSim(c)
	*ts.Value(simKey{}).(**sim) = s
	ts.Check(hold.hold(s.Server))
	if c.Login != nil {
		startSignable(ts, s)
		return
	}
	server := httptest.NewServer(s)
	ts.Defer(server.Close)
	ts.Setenv("URL", server.URL+"/beta")
}

// simOf returns the simulator that was started last.
func simOf(ts *testscript.TestScript) *sim { return *ts.Value(simKey{}).(**sim) }

// switchOutage is "outage on" or "outage off".
func switchOutage(ts *testscript.TestScript, _ bool, args []string) {
	simOf(ts).SetOutage(args[0] == "on")
}

// seen compares a counter of the simulator: "seen writes 252", "seen applied 0", "seen 404 6", "seen peak 8".
func seen(ts *testscript.TestScript, neg bool, args []string) {
	s := simOf(ts).Stats()
	got := map[string]int64{
		"requests": s.Requests, "writes": s.Writes, "applied": s.Applied, "overlap": int64(s.PeakPerKey),
		"lists": s.Lists, "singles": s.Singles, "inside-pause": s.InsidePause, "peak": int64(s.PeakInFlight),
	}
	value, ok := got[args[0]]
	if code, err := strconv.Atoi(args[0]); err == nil {
		value, ok = s.ByStatus[code], true
	}
	if !ok {
		ts.Fatalf("seen knows no %s", args[0])
	}
	if (fmt.Sprint(value) == args[1]) == neg {
		ts.Fatalf("the simulator has seen %s %d, not %s", args[0], value, args[1])
	}
}

// waitFor returns when the simulator has seen so many requests from the start: "waitfor 5".
func waitFor(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.ParseInt(args[0], 10, 64)
	ts.Check(err)
	<-simOf(ts).reached(n)
}

// status runs a command and compares its exit status: "status 3 statussync run bad.csv".
func status(ts *testscript.TestScript, _ bool, args []string) {
	expect(ts, args[0], ts.Exec(args[1], args[2:]...))
}

// signalAfter starts a command, sends it a signal when the simulator has seen so many requests from now on, and
// compares its exit status: "signal TERM 20 143 statussync run users.csv". INT,TERM sends two together, and TERM+TERM
// the second over and over once the first was noticed. KILL is a crash, its status is "killed". What the command
// printed is in the file signalled.
func signalAfter(ts *testscript.TestScript, _ bool, args []string) {
	known := map[string]syscall.Signal{
		"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "HUP": syscall.SIGHUP, "KILL": syscall.SIGKILL,
	}
	meanwhile(ts, args[1:], func(p *os.Process, out *transcript) error {
		first, second, twice := strings.Cut(args[0], "+")
		for name := range strings.SplitSeq(first, ",") {
			if err := p.Signal(known[name]); err != nil {
				return err
			}
		}
		if twice {
			for <-out.stopping; p.Signal(known[second]) == nil; {
				runtime.Gosched()
			}
		}
		return nil
	})
}

// fillAfter fills a volume up as signalAfter sends a signal: "fill full/ballast 20 9 statussync run users.csv".
func fillAfter(ts *testscript.TestScript, _ bool, args []string) {
	meanwhile(ts, args[1:], func(*os.Process, *transcript) error { return fillUp(ts.MkAbs(args[0])) })
}

// meanwhile starts the command args[2:], calls do when args[0] more requests have been seen, and expects the exit
// status args[1].
func meanwhile(ts *testscript.TestScript, args []string, do func(*os.Process, *transcript) error) {
	s := simOf(ts)
	n, err := strconv.ParseInt(args[0], 10, 64)
	ts.Check(err)
	reached := s.reached(s.count() + n)
	out := &transcript{stopping: make(chan struct{})}
	cmd := exec.Command(args[2], args[3:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = ts.MkAbs("."), out, out
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "STATUSSYNC_TOKEN"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-reached:
		ts.Check(do(cmd.Process, out))
		err = <-ended
	case err = <-ended:
		ts.Fatalf("it ended before %d requests: %v\n%s", n, err, out.text.Bytes())
	}
	ts.Logf("%s", out.text.Bytes())
	ts.Check(os.WriteFile(ts.MkAbs("signalled"), out.text.Bytes(), 0o600))
	expect(ts, args[1], err)
}

// A transcript is what a process prints. It tells when the process has noticed a signal.
type transcript struct {
	text     bytes.Buffer // to be read when the process has ended
	stopping chan struct{}
	noticed  bool
}

func (t *transcript) Write(p []byte) (int, error) {
	n, err := t.text.Write(p)
	if !t.noticed && bytes.Contains(t.text.Bytes(), []byte("stopping")) {
		t.noticed = true
		close(t.stopping)
	}
	return n, err
}

func expect(ts *testscript.TestScript, want string, err error) {
	got := "0"
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.Exited():
		got = fmt.Sprint(exit.ExitCode())
	case exit != nil:
		got = "killed"
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %s, want %s", got, want)
	}
}
