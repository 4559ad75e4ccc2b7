package reports

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// grouped returns n with commas between thousands.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// counted returns "1 row", "9,000 rows".
func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}

// part returns "12 of 412 rows are": n of all rows with the verb that fits, one for one row, the other for many.
func part(n, all int64, one, many string) string {
	switch {
	case all == 1 && n == 1:
		return "the only row " + one
	case n == 0:
		return fmt.Sprintf("none of %s %s", counted(all, "row"), one)
	case n == all:
		return fmt.Sprintf("all %s %s", counted(all, "row"), many)
	case n == 1:
		return fmt.Sprintf("1 of %s %s", counted(all, "row"), one)
	}
	return fmt.Sprintf("%s of %s %s", grouped(n), counted(all, "row"), many)
}

// percent returns the share of n in all, never 0% or 100% unless it is.
func percent(n, all int64) string {
	switch share := float64(n) / float64(all) * 100; {
	case n == 0 || all == 0:
		return "0%"
	case n == all:
		return "100%"
	case share < 0.05:
		return "<0.1%"
	case share >= 99.95:
		return ">99.9%"
	default:
		return strconv.FormatFloat(share, 'f', 1, 64) + "%"
	}
}

// span returns a duration as people say it: "320ms", "3.4s", "33m20s", "2h".
func span(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	}
	s := d.Round(time.Second).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// cells returns the width of s on a terminal, or a little more: what lies beyond Latin, Greek, Cyrillic, Hebrew and
// Arabic counts double, as most of it is.
func cells(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0x1100 {
			n++
		}
	}
	return n
}

// quoted returns s in Go's quotes, cut so that it takes at most width cells; the dots of a cut stand behind the
// quotes.
func quoted(s string, width int) string {
	q := strconv.Quote(s)
	if cells(q) <= width {
		return q
	}
	runes := []rune(s)
	runes = runes[:min(len(runes), width)]
	for len(runes) > 0 {
		runes = runes[:len(runes)-1]
		if q = strconv.Quote(string(runes)) + "..."; cells(q) <= width {
			break
		}
	}
	return q
}

// clipped returns s on one line as visible does, cut so that it takes at most width cells, dots in place of the rest.
func clipped(s string, width int) string {
	if v := visible(s); cells(v) <= width {
		return v
	}
	var b []byte
	for i, r := range s {
		longer := appendVisible(b, s[i:], r)
		if cells(string(longer)) > width-len("...") {
			break
		}
		b = longer
	}
	return string(b) + "..."
}

// hardSpace stands for a space at which Wrap breaks no line. It is not printable, so that no value brings one along.
const hardSpace = "\u00a0"

// named returns a name from a file or a server for Wrap: as it is where it is plain, else in quotes; cut to width
// cells.
func named(s string, width int) string {
	if strings.ContainsRune(s, ' ') || strconv.Quote(s) != `"`+s+`"` || cells(s) > width {
		return strings.ReplaceAll(quoted(s, width), " ", hardSpace)
	}
	return s
}

// Wrap appends text, of which all is printable, in lines of at most width cells, each indented by so many spaces, those
// after the first by hang more. Lines are broken at spaces: a word that is longer than a line is left whole, so that a
// path can be copied.
func Wrap(b []byte, width, indent, hang int, text string) []byte {
	line := strings.Repeat(" ", indent)
	for i, word := range strings.Split(text, " ") {
		switch {
		case i == 0:
		case cells(line)+1+cells(word) <= width:
			line += " "
		default:
			b = append(b, strings.ReplaceAll(line, hardSpace, " ")+"\n"...)
			line = strings.Repeat(" ", indent+hang)
		}
		line += word
	}
	return append(b, strings.ReplaceAll(line, hardSpace, " ")+"\n"...)
}
