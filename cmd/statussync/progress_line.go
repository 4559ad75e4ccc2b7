package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/statussync/statussync/sync/run"
)

// widest is how wide a line gets where there is room: a terminal that is made narrower would break a longer one, and
// leave a piece of it behind.
const widest = 60

// barLine draws how many rows are done, at most width columns wide.
func barLine(p *run.Progress, width int) string {
	width = min(width, widest)
	share := 0.0
	if p.Rows > 0 {
		share = min(1, float64(p.Done)/float64(p.Rows))
	}
	right := fmt.Sprintf(" %3.0f%%  %s/%s", math.Floor(share*100), thousands(p.Done), thousands(p.Rows))
	if p.Done < p.Rows && p.Left > 0 {
		right += "  " + clock(p.Left) + " left"
	}
	room := width - len(right) - 2
	if room < 4 {
		return cut(strings.TrimSpace(right), width)
	}
	full := int(share * float64(room))
	return "[" + strings.Repeat("=", full) + strings.Repeat(" ", room-full) + "]" + right
}

// stateLine says what goes on, at most width columns wide; what matters less is left out where it does not fit.
func stateLine(p *run.Progress, width int, now time.Time) string {
	var parts []string
	switch {
	case p.Outage && p.Unmade:
		parts = append(parts, "no sign-in, asking again and again")
	case p.Outage:
		parts = append(parts, "Graph is out, asking again and again")
	case p.Until.After(now) && p.Asked:
		parts = append(parts, fmt.Sprintf("paused until %s (Graph asked for %s)",
			p.Until.Local().Format(time.TimeOnly), clock(p.Pause)))
	case p.Until.After(now):
		parts = append(parts, "paused until "+p.Until.Local().Format(time.TimeOnly)+" (throttled)")
	case p.Allowed > 0:
		parts = append(parts, strconv.FormatFloat(rounded(p.Allowed), 'f', -1, 64)+" a second")
	}
	if p.Bad > 0 {
		parts = append(parts, thousands(p.Bad)+" failed")
	}
	if !p.Outage && !p.Until.After(now) {
		parts = append(parts, fmt.Sprintf("%d in flight", p.InFlight))
		if p.Allowed > 0 {
			parts = append(parts, fmt.Sprintf("%.0f%% of the quota", 100*p.Used))
		}
	}
	line := ""
	for _, part := range parts {
		if line != "" {
			part = ", " + part
		}
		if len(line)+len(part) > min(width, widest) {
			break
		}
		line += part
	}
	return line
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

func cut(text string, width int) string { return text[:max(0, min(len(text), width))] }

// rounded keeps one place behind the point.
func rounded(x float64) float64 { return math.Round(10*x) / 10 }
