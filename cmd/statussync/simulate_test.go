package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// TestServe compares what the simulator is told with what was set, for every setting.
func TestServe(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, map[string]string{"STATUSSYNC_WRITES": "7", "STATUSSYNC_SEED": "3"}, "run",
		"--config", file(t, "simulate:\n  answer: value\n  latency: 1ms\n  outage: true\n"),
		"--rules", "at=10,times=3,status=429,wait=5s; rate=0.5,reset=after", "--accept", "one,two", "--jitter", "2ms",
		"--route-removed", "--unlimited", "--fixed-window", "--window", "4s", "--tenant-writes", "9",
		"--rate-limit-headers", "80", "--page-size", "5")
	want := simulator.Config{
		Rules: []simulator.Rule{
			{At: 10, Times: 3, Fault: simulator.Fault{Status: http.StatusTooManyRequests, Wait: 5 * time.Second}},
			{Rate: 0.5, Fault: simulator.Fault{Reset: simulator.ResetAfter}},
		},
		Tokens: []string{"one", "two"}, Answer: simulator.BodyValue,
		Latency: time.Millisecond, Jitter: 2 * time.Millisecond, Seed: 3, Outage: true, RouteRemoved: true,
		Quota:     simulator.Quota{Unlimited: true, Fixed: true, Window: 4 * time.Second, ClientWrites: 7, TenantWrites: 9},
		RateLimit: 80, PageSize: 5,
	}
	if diff := cmp.Diff(want, s.Serve.config()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, answer := range answers {
		c := mustLoad(t, nil, "run", "--answer", answer).Serve.config()
		if err := c.Check(); err != nil {
			t.Error(err)
		}
	}
}

// TestSimulateCommand serves with settings from a variable, a file and a flag until the context ends.
func TestSimulateCommand(t *testing.T) {
	t.Setenv("STATUSSYNC_ACCEPT", "one")
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	printed, out := io.Pipe()
	root := rootCommand(streams{strings.NewReader(""), out, io.Discard})
	root.SetArgs([]string{"simulate", "--rules", "at=2,times=1,status=418", // each beside the first takes of the quota
		"--config", file(t, "simulate:\n  writes: 2\n")})
	ended := make(chan error, 1)
	go func() {
		err := root.ExecuteContext(ctx)
		out.CloseWithError(io.ErrUnexpectedEOF)
		ended <- err
	}()
	url, err := bufio.NewReader(printed).ReadString('\n')
	if err != nil {
		t.Fatal(err, <-ended)
	}
	client := &http.Client{Transport: new(http.Transport)}
	defer client.CloseIdleConnections()
	for i, want := range []struct {
		token  string
		status int
	}{
		{"two", http.StatusUnauthorized}, {"one", http.StatusTeapot}, {"one", http.StatusOK},
		{"one", http.StatusTooManyRequests},
	} {
		if got := patch(t, client, strings.TrimSpace(url), want.token); got != want.status {
			t.Errorf("request %d gets %d, want %d", i+1, got, want.status)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// patch sends one status and returns the answer's.
func patch(t *testing.T, client *http.Client, root, token string) int {
	t.Helper()
	const path = "/deviceAppManagement/mobileApps/0f5f9c3e-7d55-4a4e-9d0a-3a1f5b6c7d8e/userStatuses"
	r, err := http.NewRequest(http.MethodPatch, root+path, strings.NewReader(`{"id":"a"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

func TestSimulateRefusals(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"simulate x", "statussync: statussync simulate takes no arguments, but there is \"x\"\n"},
		{"simulate --rule at=1", "statussync: statussync simulate has no flag \"--rule\"\n  hint: did you mean --rules?\n"},
		{"simulate --address 192.0.2.1:80", "statussync: the simulator cannot listen on \"192.0.2.1:80\": it is not a " +
			"loopback address\n  hint: give 127.0.0.1:PORT, [::1]:PORT or localhost:PORT; port 0 takes a free one\n"},
	} {
		var out, errs bytes.Buffer
		if status := execute(strings.Fields(tt.args), streams{nil, &out, &errs}); status != 2 || errs.String() != tt.want {
			t.Errorf("%s: status %d\n%s", tt.args, status, &errs)
		}
	}
}
