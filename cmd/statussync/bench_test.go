package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// BenchmarkRun measures the whole program, journal and report included, against a bare net/http loop that reads the
// same CSV and writes a file of successes and one of failures. Both are processes of their own, take turns, and call
// the same loopback server, which is a third. Metrics: CPU of the client in µs a row, rows a second, peak memory in
// MiB.
//
//	go test -run xxx -bench Run/ -benchtime 3x ./cmd/statussync
func BenchmarkRun(b *testing.B) {
	for _, c := range []struct {
		name    string
		rows    int
		latency time.Duration
	}{
		{"rows=20000", 20_000, 0},
		{"rows=20000/latency=20ms", 20_000, 20 * time.Millisecond},
		{"rows=100000", 100_000, 0},
		{"rows=1000000", 1_000_000, 0},
	} {
		b.Run(c.name, func(b *testing.B) {
			dir := b.TempDir()
			users := filepath.Join(dir, "users.csv")
			writeUsers(b, users, c.rows)
			url := serve(b, c.latency)
			ours, bare := contender{name: "ours"}, contender{name: "bare"}
			for b.Loop() {
				bare.run(b, c.rows, program(b, dir, "bareloop"), url, users, dir)
				ours.run(b, c.rows, program(b, dir, "statussync"), "run", "--quiet", "--rate", "0", "--concurrency", "64",
					"--runs", filepath.Join(dir, strconv.FormatInt(time.Now().UnixNano(), 36)), "--base-url", url, users)
			}
			ours.report(b)
			bare.report(b)
			b.ReportMetric(ours.cpu.Seconds()/bare.cpu.Seconds(), "cpu-ratio")
			b.ReportMetric(bare.wall.Seconds()/ours.wall.Seconds(), "speed-ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkPlan measures the peak memory of plan.
func BenchmarkPlan(b *testing.B) {
	const rows = 10_000_000
	dir := b.TempDir()
	users := filepath.Join(dir, "users.csv")
	writeUsers(b, users, rows)
	ours := contender{name: "ours"}
	for b.Loop() {
		ours.run(b, rows, program(b, dir, "statussync"), "plan", "--quiet", users)
	}
	ours.report(b)
	b.ReportMetric(0, "ns/op")
}

// A contender sums up what its processes cost.
type contender struct {
	name      string
	rows      int
	cpu, wall time.Duration
	peak      int64 // KiB
}

func (c *contender) run(b *testing.B, rows int, name string, args ...string) {
	b.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "STATUSSYNC_TOKEN="+canary)
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%s: %v\n%s", c.name, err, out)
	}
	c.wall += time.Since(began)
	c.cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	c.peak = max(c.peak, peakOf(cmd.ProcessState))
	c.rows += rows
}

func (c *contender) report(b *testing.B) {
	b.ReportMetric(float64(c.cpu.Microseconds())/float64(c.rows), c.name+"-cpu-µs/row")
	b.ReportMetric(float64(c.rows)/c.wall.Seconds(), c.name+"-rows/s")
	b.ReportMetric(float64(c.peak)/1024, c.name+"-MiB")
}

// program gives the test binary the name under which it is another program; see TestMain.
func program(b testing.TB, dir, name string) string {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.Symlink(self, path); err != nil && !os.IsExist(err) {
		b.Fatal(err)
	}
	return path
}

func writeUsers(b *testing.B, path string, rows int) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "mobileAppId,id,userName,userPrincipalName,"+
		"installedDeviceCount,failedDeviceCount,notInstalledDeviceCount")
	for i := range rows {
		fmt.Fprintf(w, "3b1f7c52-8a44-4f0e-9d1b-6c2a5e7f1a%02d,%08x-0000-4000-8000-%012x,"+
			"User %d,user.%d@contoso.example,%d,%d,1\n", i%20, i, i, i, i, i%5, i%3)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
}

// serve starts a simulator without a quota in a process of its own and returns its service root.
func serve(b *testing.B, latency time.Duration) string {
	b.Helper()
	cmd := exec.Command(program(b, b.TempDir(), "benchserver"), latency.String())
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return url[:len(url)-1]
}

// benchServer is the main of the server's process.
func benchServer() {
	latency, err := time.ParseDuration(os.Args[1])
	if err != nil {
		panic(err)
	}
	s := simulator.New(simulator.Config{Forget: true, Latency: latency, Quota: simulator.Quota{Unlimited: true}})
	if err := s.Start(""); err != nil {
		panic(err)
	}
	fmt.Println(s.URL() + "/beta")
	select {}
}

// bareLoop is the main of the other contender: what somebody writes in an afternoon, with a tuned transport.
func bareLoop() {
	url, users, dir := os.Args[1], os.Args[2], os.Args[3]
	in, err := os.Open(users)
	if err != nil {
		panic(err)
	}
	rows := csv.NewReader(in)
	header, err := rows.Read()
	if err != nil {
		panic(err)
	}
	good, bad := resultFile(dir, "good.csv", header), resultFile(dir, "bad.csv", header)
	transport := &http.Transport{MaxIdleConns: 64, MaxIdleConnsPerHost: 64}
	client := &http.Client{Transport: transport, Timeout: 30 * time.Second}
	feed := make(chan []string, 64)
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range 64 {
		wg.Go(func() {
			for record := range feed {
				w := good
				if err := bareCall(client, url, record); err != nil {
					w = bad
				}
				mu.Lock()
				w.Write(record)
				mu.Unlock()
			}
		})
	}
	for {
		record, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			panic(err)
		}
		feed <- record
	}
	close(feed)
	wg.Wait()
	good.Flush()
	bad.Flush()
}

func resultFile(dir, name string, header []string) *csv.Writer {
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		panic(err)
	}
	w := csv.NewWriter(f)
	w.Write(header)
	return w
}

func bareCall(client *http.Client, url string, record []string) error {
	count := func(i int) int { n, _ := strconv.Atoi(record[i]); return n }
	body, err := json.Marshal(map[string]any{
		"@odata.type": "#microsoft.graph.userAppInstallStatus", "id": record[1], "userName": record[2],
		"userPrincipalName": record[3], "installedDeviceCount": count(4), "failedDeviceCount": count(5),
		"notInstalledDeviceCount": count(6),
	})
	if err != nil {
		return err
	}
	url += "/deviceAppManagement/mobileApps/" + record[0] + "/userStatuses"
	req, err := http.NewRequest(http.MethodPatch, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer x")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}
