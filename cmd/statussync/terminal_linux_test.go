package main

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// A pseudo is a terminal that a process of the test sits at.
type pseudo struct {
	*emulator
	t     *testing.T
	far   *os.File // the side of the terminal
	shown bytes.Buffer
}

// onTerminal runs the real main at a terminal. Looked is called whenever something was shown.
func (p *process) onTerminal(columns int, looked func(*pseudo), args ...string) (status int, shown *pseudo) {
	p.t.Helper()
	far, near := openTerminal(p.t)
	defer far.Close()
	shown = &pseudo{emulator: newEmulator(columns), t: p.t, far: far}
	shown.size(columns)
	cmd := p.command(args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = near, near, near
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	near.Close()
	for b := make([]byte, 1<<16); ; {
		n, err := far.Read(b)
		if err != nil { // EIO: the process has closed its side
			break
		}
		shown.shown.Write(b[:n])
		shown.Write(b[:n])
		looked(shown)
	}
	return p.exit(cmd.Wait()), shown
}

func openTerminal(t *testing.T) (far, near *os.File) {
	t.Helper()
	far, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("there are no pseudo-terminals here: ", err)
	}
	number, err := unix.IoctlGetInt(int(far.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(far.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		near, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	return far, near
}

func (p *pseudo) size(columns int) {
	size := &unix.Winsize{Row: 24, Col: uint16(columns)}
	if err := unix.IoctlSetWinsize(int(p.far.Fd()), unix.TIOCSWINSZ, size); err != nil {
		p.t.Fatal(err)
	}
}

// resize makes the terminal wider or narrower, which sends SIGWINCH.
func (p *pseudo) resize(columns int) {
	p.emulator.resize(columns)
	p.size(columns)
}

// slow serves a simulator that asks for a pause.
func slow(t *testing.T) (url string) {
	server := httptest.NewServer(simulator.New(simulator.Config{
		Quota: simulator.Quota{Unlimited: true},
		Rules: []simulator.Rule{{At: 20, Times: 1, Fault: simulator.Fault{Status: 429, Wait: time.Second}}},
	}))
	t.Cleanup(server.Close)
	return server.URL + "/beta"
}

var (
	aBar   = regexp.MustCompile(`^(\[=* *\] )? *\d+%`)
	aState = regexp.MustCompile(`^(paused until|[\d.]+ a second|\d+ in flight)`)
)

// drawn returns how many lines of the bar there are among lines, where there should be one of each kind.
func drawn(lines []string) (bars, states int) {
	for _, line := range lines {
		if aBar.MatchString(line) {
			bars++
		}
		if aState.MatchString(line) {
			states++
		}
	}
	return bars, states
}

// TestTerminal runs at terminals of 60 and 200 columns, which are resized meanwhile: there is never more than one bar,
// no line of the log is lost or broken, and nothing of the bar is left in the end.
func TestTerminal(t *testing.T) {
	t.Parallel()
	for _, columns := range []int{60, 200} {
		t.Run(fmt.Sprint(columns), func(t *testing.T) {
			t.Parallel()
			p := newProcess(t, map[string]string{"users.csv": users(120)}, "STATUSSYNC_TOKEN="+canary, "TERM=xterm-256color")
			sizes := []int{40, columns, 30, 100, 20}
			looks, most := 0, 0
			status, shown := p.onTerminal(columns, func(s *pseudo) {
				bars, states := drawn(s.lines())
				if bars > 1 || states > 1 {
					t.Errorf("%d bars at %d columns:\n%s", bars, s.columns, strings.Join(s.lines(), "\n"))
				}
				if most = max(most, bars+states); bars == 1 && len(sizes) > 0 {
					if looks++; looks%2 == 0 {
						s.resize(sizes[0])
						sizes = sizes[1:]
					}
				}
			}, "run", "--rate=40/1s", "--base-url", slow(t), "users.csv")
			text := strings.Join(shown.lines(), "\n")
			if bars, states := drawn(shown.lines()); status != 0 || most != 2 || bars+states > 0 || len(sizes) > 0 {
				t.Errorf("status %d, %d lines of the bar, %d and %d left, not resized to %d", status, most, bars, states, sizes)
			}
			for _, want := range []string{
				`  INFO  a run begins  {"run": "`, `  INFO  planned  {"rows": 120, "send": 120, `, `  WARN  paused  {"for": "1s", `,
				`  INFO  the pause is over  {"paused": "1`, `  INFO  the run has ended  {"run": `, "120 rows are done.\n",
			} {
				if strings.Count(text, want) != 1 {
					t.Errorf("there is no %q", want)
				}
			}
			if t.Failed() {
				t.Logf("%q\n%s", shown.unknown, text)
			}
		})
	}
}

// TestTerminalInterrupt presses ^C, which the terminal shows where the cursor stands: the lines after it begin at the
// left.
func TestTerminalInterrupt(t *testing.T) {
	t.Parallel()
	p := newProcess(t, map[string]string{"users.csv": users(120)}, "STATUSSYNC_TOKEN="+canary, "TERM=xterm-256color")
	pressed := false
	status, shown := p.onTerminal(100, func(s *pseudo) {
		if bars, states := drawn(s.lines()); bars+states == 2 && !pressed {
			_, err := s.far.WriteString("\x03")
			pressed = err == nil
		}
	}, "run", "--rate=40/1s", "--base-url", slow(t), "users.csv")
	text := strings.Join(shown.lines(), "\n")
	left := regexp.MustCompile(`(?m)^[\d:]+  WARN  stopping`)
	if status != 130 || !left.MatchString(text) || strings.Contains(text, "\n[") {
		t.Errorf("status %d:\n%s", status, text)
	}
}
