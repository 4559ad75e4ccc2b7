package simulator_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statussync/statussync/sync/graph/simulator"
)

func TestCountersInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := simulator.New(simulator.Config{Latency: time.Second, Trace: 100, Quota: simulator.Quota{Unlimited: true}})
		var group sync.WaitGroup
		for i := range 12 {
			id := fmt.Sprint("u", i%4) // three at a time for each of four keys
			group.Go(func() {
				direct(s, request(t.Context(), http.MethodPatch, "http://sim"+list(appA)+"/"+id, "{}"))
			})
		}
		synctest.Wait()
		if got := s.Stats(); got.InFlight != 12 || got.Requests != 12 || len(got.ByStatus) != 0 {
			t.Errorf("under way: %+v", got)
		}
		group.Wait()
		got := s.Stats()
		if got.InFlight != 0 || got.PeakInFlight != 12 || got.PeakPerKey != 3 || got.ByStatus[200] != 12 || got.Writes != 12 {
			t.Errorf("at the end: %+v", got)
		}
		if n := s.Applied(appA, "u1"); n != 3 {
			t.Errorf("applied %d times", n)
		}
		got.ByStatus[200] = 0
		if s.Stats().ByStatus[200] != 12 {
			t.Error("the copy of the counters is the original")
		}
	})
}

func TestOverlapIsPerKey(t *testing.T) {
	t.Parallel()
	for _, forget := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := simulator.New(simulator.Config{Latency: time.Second, Forget: forget})
			var group sync.WaitGroup
			for range 3 {
				for _, app := range []string{appA, appB} {
					group.Go(func() {
						direct(s, request(t.Context(), http.MethodPatch, "http://sim"+list(app), body))
					})
				}
				group.Wait()
			}
			if got := s.Stats(); got.PeakInFlight != 2 || got.PeakPerKey != 1 {
				t.Errorf("forget %v: %+v", forget, got)
			}
		})
	}
}

// TestAnswerComesAfterTheBooks holds that a client that goes on as soon as it has its answer is not counted as
// overlapping.
func TestAnswerComesAfterTheBooks(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Config{Quota: simulator.Quota{Unlimited: true}, Answer: simulator.BodyNoContent})
	transport := &http.Transport{MaxIdleConnsPerHost: 2}
	defer transport.CloseIdleConnections()
	for range 500 {
		resp, err := transport.RoundTrip(request(t.Context(), http.MethodPatch, s.URL()+list(appA), body))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	if got := s.Stats(); got.PeakInFlight != 1 || got.PeakPerKey != 1 || got.ByStatus[204] != 500 {
		t.Errorf("%+v", got)
	}
}

// TestClientThatBreaksOff holds that half a request is none.
func TestClientThatBreaksOff(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Config{})
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintf(conn, "PATCH %s HTTP/1.1\r\nHost: sim\r\nContent-Length: 1000\r\n\r\n%s", list(appA), body)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if answer, err := io.ReadAll(conn); len(answer) > 0 || err != nil {
		t.Errorf("answer %q, %v", answer, err)
	}
	_ = conn.Close()
	if got := s.Stats(); got.Requests != 0 || got.Applied != 0 {
		t.Errorf("%+v", got)
	}
}

func TestTrace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := simulator.New(simulator.Config{Trace: 8, UnknownApps: []string{appB}})
		begin := time.Now()
		var want []simulator.Arrival
		for _, step := range []struct {
			at          time.Duration
			method, app string
			status      int
		}{
			{0, "PATCH", appA, 200}, {1, "PATCH", appA, 200}, {4, "PATCH", appB, 404}, {5, "GET", appA, 200},
			{5, "PATCH", appA, 200},
			{9, "PATCH", appA, 200}, {10, "PATCH", appA, 200}, {11, "GET", appA, 200},
		} {
			at := begin.Add(step.at * time.Second)
			time.Sleep(time.Until(at))
			text, id := body, "u1"
			if step.method == "GET" {
				text, id = "", ""
			}
			direct(s, request(t.Context(), step.method, "http://sim"+list(step.app), text))
			want = append(want, simulator.Arrival{At: at, Method: step.method, App: step.app, ID: id, Status: step.status})
		}
		for range 100 {
			send(t, s, "", "")
		}
		if got := s.Arrivals(); !slices.Equal(got, want) {
			t.Errorf("arrivals %+v", got)
		}
		for length, fullest := range map[time.Duration]int{1: 1, 5: 3, 6: 4, 10: 5, 20: 6} {
			if got := s.Fullest(length * time.Second); got != fullest {
				t.Errorf("%d writes in the fullest %d s, want %d", got, length, fullest)
			}
		}
	})
}
