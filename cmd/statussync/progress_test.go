package main

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vbauerster/mpb/v8"
	"go.uber.org/zap"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/run"
)

func TestBarLine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		p     run.Progress
		width int
		want  string
	}{
		{run.Progress{Phase: run.Sending, All: 10_000, Done: 1234, Left: 29*time.Minute + 30*time.Second}, 60,
			"[===                       ]  12%  1,234/10,000  29m30s left"},
		{run.Progress{Phase: run.Sending, All: 10_000, Done: 1234, Left: 29*time.Minute + 30*time.Second}, 200,
			"[===                       ]  12%  1,234/10,000  29m30s left"},
		{run.Progress{Phase: run.Sending, All: 4, Done: 4, Left: time.Minute}, 30, "[==================] 100%  4/4"},
		{run.Progress{Phase: run.Sending, All: 1000, Done: 999, Left: time.Millisecond}, 30, "99%  999/1,000  1s left"},
		{run.Progress{All: 4000, Done: 361, Left: time.Minute}, 12, "[     ]   9%"},
		{run.Progress{All: 4000, Done: 361, Left: time.Minute}, 20, "9%  361/4,000"},
		{run.Progress{}, 5, "0%"},
		{run.Progress{Phase: run.Sending, All: 1}, 0, ""},
	} {
		got := barLine(&tt.p, tt.width)
		if got != tt.want || len(got) > tt.width {
			t.Errorf("%+v at %d columns:\n%q, want\n%q", tt.p, tt.width, got, tt.want)
		}
	}
}

func TestStateLine(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 14, 2, 39, 0, time.Local)
	until := now.Add(41 * time.Second)
	for _, tt := range []struct {
		p     run.Progress
		width int
		want  string
	}{
		{run.Progress{Phase: run.Sending, Bad: 3, State: dispatch.State{Allowed: 4.9, InFlight: 2, Used: 0.98}}, 60,
			"4.9 a second, 3 failed, 2 in flight, 98% of the quota"},
		{run.Progress{Phase: run.Sending, Bad: 3, State: dispatch.State{Allowed: 4.9, InFlight: 2, Used: 0.98}}, 30,
			"4.9 a second, 3 failed"},
		{run.Progress{Phase: run.Sending, Bad: 1234,
			State: dispatch.State{Until: until, Asked: true, Pause: 41 * time.Second}}, 200,
			"paused until 14:03:20 (Graph asked for 41s), 1,234 failed"},
		{run.Progress{Phase: run.Sending, State: dispatch.State{Until: until}}, 60, "paused until 14:03:20 (throttled)"},
		{run.Progress{Phase: run.Sending, State: dispatch.State{Outage: true, Until: until}}, 60,
			"Graph is out, asking again and again"},
		{run.Progress{Phase: run.Sending, State: dispatch.State{Outage: true, Unmade: true}}, 60,
			"no sign-in, asking again and again"},
		{run.Progress{Phase: run.Sending, State: dispatch.State{InFlight: 64}}, 60, "64 in flight"},
		{run.Progress{Phase: run.Sending, State: dispatch.State{Until: until, Asked: true}}, 40, "paused until 14:03:20"},
		{run.Progress{Phase: run.Sending, State: dispatch.State{Outage: true}}, 20, "Graph is out, asking"},
		{run.Progress{Phase: run.Listing, Pages: 1234, State: dispatch.State{Allowed: 4.9}}, 60, "listing apps, 1,234 pages"},
		{run.Progress{Phase: run.ReadingBack, State: dispatch.State{Until: until}}, 60,
			"paused until 14:03:20 (throttled), reading back"},
	} {
		if got := stateLine(&tt.p, tt.width, now); got != tt.want {
			t.Errorf("%+v at %d columns:\n%q, want\n%q", tt.p, tt.width, got, tt.want)
		}
	}
}

// TestProgressOn has the standard error of a process that is no terminal.
func TestProgressOn(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"": "plain", "--quiet": "none", "--quiet --progress=plain": "plain",
		"--progress=bar": "plain", "--progress=none": "none",
	} {
		s := mustLoad(t, nil, append([]string{"run"}, strings.Fields(args)...)...)
		if got := s.progressOn(io.Discard); got != want {
			t.Errorf("%q: %s, want %s", args, got, want)
		}
	}
}

func TestLoggedProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		s := mustLoad(t, nil, "run")
		until := time.Now().Add(time.Hour)
		done := logProgress(newLogger(s, &out), 30*time.Second, func() run.Progress {
			return run.Progress{Phase: run.Sending, All: 9, Done: 4, Bad: 1, Left: 90 * time.Second,
				State: dispatch.State{Allowed: 4.94, InFlight: 2, Until: until}}
		})
		time.Sleep(65 * time.Second)
		done()
		want := `"msg":"sending","rows":9,"done":4,"failed":1,"inFlight":2,"perSecond":4.9,"left":"1m30s","pausedUntil":`
		if strings.Count(out.String(), "\n") != 2 || strings.Count(out.String(), want) != 2 {
			t.Errorf("in 65 s:\n%s", &out)
		}
		logProgress(zap.NewNop(), 0, nil)()
	})
}

// TestLoggedPhases logs what other phases than the sending count, and sending without a limit, which has no forecast.
func TestLoggedPhases(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]run.Progress{
		`"msg":"listing apps","apps":3,"done":1,"pages":42}`: {Phase: run.Listing, All: 3, Done: 1, Pages: 42},
		`"msg":"reading back","rows":9,"done":4}`:            {Phase: run.ReadingBack, All: 9, Done: 4},
		`"rows":9,"done":4,"failed":0,"inFlight":0}`:         {Phase: run.Sending, All: 9, Done: 4},
	} {
		var out bytes.Buffer
		logged(newLogger(&Settings{LogLevel: "info"}, &out), p)
		if !strings.HasSuffix(out.String(), want+"\n") {
			t.Errorf("got %swant %s", &out, want)
		}
	}
}

// TestScreen writes while there is a bar, and after it.
func TestScreen(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := &screen{to: &out}
	var busy sync.Mutex // as the dispatcher's, which logs while it holds it
	asked := make(chan struct{}, 100)
	done := s.showBar(func() run.Progress {
		asked <- struct{}{}
		busy.Lock()
		defer busy.Unlock()
		return run.Progress{Phase: run.Sending, All: 5, Done: 1, State: dispatch.State{InFlight: 2}}
	}, mpb.WithAutoRefresh())
	<-asked
	busy.Lock()
	<-asked // somebody waits for it now
	io.WriteString(s, "in between\n")
	busy.Unlock()
	done()
	io.WriteString(s, "afterwards\n")
	for _, want := range []string{"20%  1/5", "2 in flight", "in between\n", "afterwards\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("there is no %q in %q", want, &out)
		}
	}
}
