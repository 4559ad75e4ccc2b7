package graph

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter stands for any longer wait, so that seconds can be multiplied.
const maxRetryAfter = 365 * 24 * time.Hour

// retryAfter reads the Retry-After header, which is whole or decimal seconds, or a date. It returns the longest
// wait that the header asks for, in whole seconds rounded up, at least one; false where nothing usable is there. A
// date counts from the answer's own Date, or from now when that is missing, so that a wrong clock here does no
// harm.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	longest, found := time.Duration(0), false
	for _, v := range h["Retry-After"] {
		if d, ok := parseWait(strings.TrimSpace(v), now); ok {
			longest, found = max(longest, d), true
		}
	}
	return longest, found
}

func parseWait(v string, now time.Time) (time.Duration, bool) {
	if date, err := http.ParseTime(v); err == nil {
		d := date.Sub(now)
		return atLeastOne(d), d >= 0
	}
	whole, fraction, decimal := strings.Cut(v, ".")
	if !digits(whole) || decimal && !digits(fraction) {
		return 0, false
	}
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if errors.Is(err, strconv.ErrRange) || seconds >= int64(maxRetryAfter/time.Second) {
		return maxRetryAfter, true
	}
	d := time.Duration(seconds) * time.Second
	if strings.Trim(fraction, "0") != "" {
		d++
	}
	return atLeastOne(d), true
}

// atLeastOne rounds d up to whole seconds between one and maxRetryAfter.
func atLeastOne(d time.Duration) time.Duration {
	d = min(d, maxRetryAfter)
	if up := d.Truncate(time.Second); up < d {
		d = up + time.Second
	}
	return max(d, time.Second)
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
