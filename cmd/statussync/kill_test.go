package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// killed runs the real main against a simulator and kills it at random.
type killed struct {
	t    *testing.T
	sim  *sim
	url  string
	dir  string
	main string
}

func newKilled(t *testing.T, rows int) *killed {
	t.Helper()
	k := &killed{t: t, dir: t.TempDir(), sim: newSim(simulator.Config{
		Latency: 4 * time.Millisecond, Quota: simulator.Quota{Unlimited: true},
	})}
	server := httptest.NewServer(k.sim)
	t.Cleanup(server.Close)
	k.url = server.URL + "/beta"
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	k.main = filepath.Join(k.dir, "statussync") // the name under which the test binary is the real main
	if err := os.Symlink(self, k.main); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("mobileAppId,id,userName,userPrincipalName," +
		"installedDeviceCount,failedDeviceCount,notInstalledDeviceCount\n")
	for i := range rows {
		fmt.Fprintf(&b, "3b1f7c52-8a44-4f0e-9d1b-6c2a5e7f1a01,r%d,,u%d@contoso.example,%d,0,0\n", i, i, i)
	}
	if err := os.WriteFile(filepath.Join(k.dir, "users.csv"), []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *killed) command(args ...string) *exec.Cmd {
	cmd := exec.Command(k.main, args...)
	cmd.Dir = k.dir
	cmd.Env = append(os.Environ(), "STATUSSYNC_TOKEN="+canary)
	return cmd
}

func (k *killed) run() *exec.Cmd {
	return k.command("run", "--quiet", "--rate", "0", "--concurrency", "4", "--base-url", k.url, "users.csv")
}

// crash runs until after more requests have arrived, and kills. It reports whether the run came to its end before.
func (k *killed) crash(after int64) (done bool) {
	k.t.Helper()
	reached := k.sim.reached(k.sim.count() + after)
	cmd := k.run()
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-reached:
		if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			k.t.Fatal(err)
		}
		<-ended
		return false
	case err := <-ended:
		if err != nil {
			k.t.Fatalf("a run that nobody killed: %v", err)
		}
		return true
	}
}

// verdicts renders the report and returns the verdict of each row.
func (k *killed) verdicts() []string {
	k.t.Helper()
	if out, err := k.command("report").CombinedOutput(); err != nil {
		k.t.Fatalf("report: %v\n%s", err, out)
	}
	f, err := os.Open(filepath.Join(k.dir, "runs", "latest", "rows.jsonl"))
	if err != nil {
		k.t.Fatal(err)
	}
	defer f.Close()
	var all []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var line struct {
			Row     int
			ID      string
			Verdict string
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			k.t.Fatal(err)
		}
		all = append(all, line.Verdict)
		if line.Row != len(all) {
			k.t.Fatalf("line %d is row %d", len(all), line.Row)
		}
		k.check(line.ID, line.Verdict)
	}
	return all
}

// check holds a verdict against what the simulator has applied.
func (k *killed) check(id, verdict string) {
	k.t.Helper()
	applied := k.sim.Applied("3b1f7c52-8a44-4f0e-9d1b-6c2a5e7f1a01", id)
	switch {
	case verdict == "succeeded" && applied == 0:
		k.t.Errorf("%s is reported as succeeded and was never applied", id)
	case verdict == "unsent" && applied > 0:
		k.t.Errorf("%s is reported as unsent and was applied", id)
	case verdict == "failed":
		k.t.Errorf("%s failed", id)
	}
}

// TestKill kills a run at random moments, looks at the books each time, and lets the same command go on until it comes
// to its end: no row is lost, none is invented, none is reported better than it is.
func TestKill(t *testing.T) {
	t.Parallel()
	const rows, kills = 1200, 25
	k := newKilled(t, rows)
	done := false
	for i := 0; i < kills && !done; i++ {
		if done = k.crash(1 + rand.Int64N(rows/12)); done {
			break
		}
		if got := len(k.verdicts()); got != rows {
			t.Fatalf("after kill %d the report has %d rows of %d", i+1, got, rows)
		}
	}
	if out, err := k.run().CombinedOutput(); !done && err != nil {
		t.Fatalf("the last run: %v\n%s", err, out)
	}
	for i, v := range k.verdicts() {
		if v != "succeeded" {
			t.Errorf("row %d is %s in the end", i+1, v)
		}
	}
	s := k.sim.Stats()
	if s.PeakPerKey > 1 {
		t.Errorf("%d requests for one key overlapped", s.PeakPerKey)
	}
	// A kill costs what is in flight and what is not committed yet: 100 ms at 4 requests in 4 ms, on a slow day twice.
	if again := s.Writes - rows; again > kills*(4+200) {
		t.Errorf("%d rows were sent again over %d kills", again, kills)
	}
}
