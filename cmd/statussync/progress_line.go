package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/statussync/statussync/sync/run"
)

// widest is how wide a line of the progress gets where there is room.
const widest = 60

// barLine draws how much of a phase is done, at most width columns wide.
func barLine(p *run.Progress, width int) string {
	width = min(width, widest)
	share := 0.0
	if p.All > 0 {
		share = min(1, float64(p.Done)/float64(p.All))
	}
	parts := []string{fmt.Sprintf("%3.0f%%", math.Floor(share*100)), "  " + thousands(p.Done) + "/" + thousands(p.All)}
	if p.Done < p.All && p.Left > 0 {
		parts = append(parts, "  "+clock(p.Left)+" left")
	}
	right := fitting(parts, width)
	room := width - len("[] ") - len(right)
	if room < 4 {
		return strings.TrimSpace(right)
	}
	full := int(share * float64(room))
	return "[" + strings.Repeat("=", full) + strings.Repeat(" ", room-full) + "] " + right
}

// stateLine says what goes on, at most width columns wide.
func stateLine(p *run.Progress, width int, now time.Time) string {
	return fitting(states(p, now), min(width, widest))
}

// fitting joins the parts of a line up to the first that does not fit, of the first as much as does.
func fitting(parts []string, width int) string {
	line := ""
	for i, part := range parts {
		if i > 0 && len(line)+len(part) > width {
			break
		}
		line += part
	}
	return line[:max(0, min(len(line), width))]
}

// states returns the parts of a stateLine, what matters most first.
func states(p *run.Progress, now time.Time) (parts []string) {
	say := func(format string, args ...any) {
		part := fmt.Sprintf(format, args...)
		if len(parts) > 0 && part[0] != ' ' {
			part = ", " + part
		}
		parts = append(parts, part)
	}
	open := false
	switch {
	case p.Outage && p.Unmade:
		say("no sign-in, asking again and again")
	case p.Outage:
		say("Graph is out, asking again and again")
	case p.Until.After(now):
		say("paused until %s", p.Until.Local().Format(time.TimeOnly))
		if p.Asked {
			say(" (Graph asked for %s)", clock(p.Pause))
		} else {
			say(" (throttled)")
		}
	default:
		open = true
	}
	if p.Phase != run.Sending {
		say("%s", p.Phase)
		if p.Pages > 0 {
			say("%s pages", thousands(p.Pages))
		}
		return parts
	}
	if open && p.Allowed > 0 {
		say("%s a second", strconv.FormatFloat(rounded(p.Allowed), 'f', -1, 64))
	}
	if p.Bad > 0 {
		say("%s failed", thousands(p.Bad))
	}
	if open {
		say("%d in flight", p.InFlight)
	}
	if open && p.Allowed > 0 {
		say("%.0f%% of the quota", 100*p.Used)
	}
	return parts
}

// clock words a duration to the second, without units that are zero: 41s, 29m30s, 2h.
func clock(d time.Duration) string {
	if d < time.Second {
		return "1s"
	}
	return brief(d.Round(time.Second))
}

// thousands words a number with a comma between groups of three digits.
func thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// rounded keeps one place behind the point.
func rounded(x float64) float64 { return math.Round(10*x) / 10 }
