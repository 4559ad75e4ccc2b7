package simulator_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/statussync/statussync/sync/graph/simulator"
)

func TestStartAddresses(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"", "127.0.0.1:0", "127.1.2.3:0", "localhost:0", "[::1]:0"} {
		s := simulator.New(simulator.Config{})
		if err := s.Start(addr); err != nil {
			t.Errorf("%q: %v", addr, err)
			continue
		}
		if a := patch(t, s, list(appA), body); a.status != 200 {
			t.Errorf("%q: %+v", addr, a)
		}
		if err := s.Close(); err != nil || s.URL() != "" {
			t.Errorf("%q: %v, %q", addr, err, s.URL())
		}
	}
	for _, addr := range []string{
		":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0", "example.com:0", "localhost.example:0", "127.0.0.1", "127.1:0",
		"127.0.0.1:x", "x",
	} {
		s := simulator.New(simulator.Config{})
		err := s.Start(addr)
		var address *simulator.AddressError
		if !errors.As(err, &address) || address.Addr != addr || address.Hint() == "" || !strings.Contains(err.Error(), addr) {
			t.Errorf("%q: %v", addr, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestStartTwice(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Config{})
	var address *simulator.AddressError
	if err := s.Start(""); !errors.As(err, &address) {
		t.Errorf("the same server: %v", err)
	}
	taken := strings.TrimPrefix(s.URL(), "http://")
	if err := simulator.New(simulator.Config{}).Start(taken); !errors.As(err, &address) || errors.Unwrap(err) == nil {
		t.Errorf("the same port: %v", err)
	}
	if a := patch(t, s, list(appA), body); a.status != 200 {
		t.Errorf("%+v", a)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Start(taken); err != nil {
		t.Error(err)
	}
	if a := get(t, s, list(appA)+"/u1"); a.status != 200 {
		t.Errorf("state did not stay: %+v", a)
	}
}

// TestCloseEndsAll holds that nothing is left of a server that was closed amid idle, waiting and endless connections.
func TestCloseEndsAll(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s := simulator.New(simulator.Config{Rules: []simulator.Rule{
		{ID: "slow", Fault: simulator.Fault{Delay: time.Hour}},
		{ID: "endless", Fault: simulator.Fault{Body: simulator.BodyEndless}},
	}})
	if err := s.Start(""); err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	call := func(id string) (*http.Response, error) {
		return transport.RoundTrip(request(t.Context(), http.MethodPatch, s.URL()+list(appA)+"/"+id, "{}"))
	}
	for _, id := range []string{"endless", "idle"} {
		resp, err := call(id)
		if err != nil {
			t.Fatal(err)
		}
		closeBody := func() { _ = resp.Body.Close() }
		if id == "endless" {
			defer goleak.VerifyNone(t, before)
			defer transport.CloseIdleConnections()
			defer closeBody()
			continue
		}
		closeBody()
	}
	ended := make(chan error)
	go func() {
		_, err := call("slow")
		ended <- err
	}()
	for s.Applied(appA, "slow") == 0 {
		runtime.Gosched()
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; err == nil {
		t.Error("the request under way was answered")
	}
}

// pipes is a listener whose connections are net.Pipe.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	conn, open := <-p
	if !open {
		return nil, net.ErrClosed
	}
	return conn, nil
}
func (p pipes) Close() error   { close(p); return nil }
func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }
func (p pipes) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	p <- server
	return client, nil
}

// TestBubble holds that a whole exchange, faults included, lives by a bubble's clock when the connection is a pipe.
func TestBubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := simulator.New(simulator.Config{Latency: time.Minute, Rules: []simulator.Rule{
			{At: 2, Times: 1, Fault: simulator.Fault{Reset: simulator.ResetAfter}},
			{At: 3, Times: 1, Fault: simulator.Fault{Cut: true}},
		}})
		far := make(pipes)
		server := &http.Server{Handler: s}
		go func() { _ = server.Serve(far) }()
		transport := &http.Transport{DialContext: far.dial}
		begin := time.Now()
		for i, good := range []bool{true, false, true, true} {
			resp, err := transport.RoundTrip(request(t.Context(), http.MethodPatch, "http://sim"+list(appA), body))
			if (err == nil) != good {
				t.Fatalf("%d: %v", i, err)
			}
			if good {
				_ = resp.Body.Close()
			}
			if i == 0 && resp.Header.Get("Date") != "Sat, 01 Jan 2000 00:01:00 GMT" {
				t.Errorf("date %q", resp.Header.Get("Date"))
			}
		}
		if took := time.Since(begin); took != 4*time.Minute || s.Applied(appA, "u1") != 4 {
			t.Errorf("took %v, applied %d times", took, s.Applied(appA, "u1"))
		}
		transport.CloseIdleConnections()
		_ = server.Close()
	})
}
