package graph

import (
	"net/http"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const none = time.Duration(0)
	now := time.Date(2026, 11, 23, 15, 0, 0, 300e6, time.UTC)
	for v, want := range map[string]time.Duration{
		"1": time.Second, "30": 30 * time.Second, " 5 ": 5 * time.Second, "007": 7 * time.Second,
		"0": time.Second, "0.0": time.Second, "0.249": time.Second, "2.0": 2 * time.Second, "2.128": 3 * time.Second,
		"2.000000000000000000000000001": 3 * time.Second,
		"31535999":                      maxRetryAfter - time.Second, "31536000": maxRetryAfter,
		"9223372036":          maxRetryAfter,
		"9223372036854775807": maxRetryAfter, "9223372036854775808": maxRetryAfter,
		"99999999999999999999999999999999": maxRetryAfter, "31535999.5": maxRetryAfter,
		"99999999999999999999.5":        maxRetryAfter,
		"Mon, 23 Nov 2026 15:00:10 GMT": 10 * time.Second, "Monday, 23-Nov-26 15:00:10 GMT": 10 * time.Second,
		"Mon Nov 23 15:00:10 2026": 10 * time.Second, "Fri, 31 Dec 9999 23:59:59 GMT": maxRetryAfter,
		"Mon, 23 Nov 2026 15:00:00 GMT": none, "Mon, 23 Nov 2020 15:00:00 GMT": none,
		"": none, " ": none, "-1": none, "-0.5": none, "+5": none, "1e3": none, "0x10": none, "5.": none,
		".5": none, ".": none,
		"1.2.3": none, "soon": none, "5 s": none, "5, 6": none, "٥": none, "NaN": none, "Inf": none,
	} {
		got, ok := retryAfter(http.Header{"Retry-After": {v}}, now)
		if got != want && ok || ok != (want != none) {
			t.Errorf("%q: %v %v, want %v", v, got, ok, want)
		}
	}
}

func TestRetryAfterHeaders(t *testing.T) {
	t.Parallel()
	now := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) // a clock that is wrong by years
	for name, test := range map[string]struct {
		h    http.Header
		want time.Duration
	}{
		"none":             {http.Header{}, 0},
		"two":              {http.Header{"Retry-After": {"5", "9"}}, 9 * time.Second},
		"two, one useless": {http.Header{"Retry-After": {"5", "-9"}}, 5 * time.Second},
		"the answer's Date": {http.Header{"Date": {"Mon, 23 Nov 2026 15:00:00 GMT"},
			"Retry-After": {"Mon, 23 Nov 2026 15:00:20 GMT"}},
			20 * time.Second},
		"now by the answer's Date": {http.Header{"Date": {"Mon, 23 Nov 2026 15:00:00 GMT"},
			"Retry-After": {"Mon, 23 Nov 2026 15:00:00 GMT"}},
			time.Second},
		"a Date that is none": {http.Header{"Date": {"today"}, "Retry-After": {"Wed, 01 Jan 2020 00:01:00 GMT"}},
			time.Minute},
	} {
		if got, _ := retryAfter(test.h, now); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"", "0", "7", "2.128", "-1", "9223372036854775807", "Mon, 23 Nov 2026 15:00:10 GMT",
		"1e9", "soon"} {
		f.Add(s, s)
	}
	now := time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, a, b string) {
		d, ok := retryAfter(http.Header{"Retry-After": {a, b}, "Date": {b}}, now)
		if ok != (d != 0) || ok && (d < time.Second || d > maxRetryAfter || d%time.Second != 0) {
			t.Errorf("%q, %q: %v %v", a, b, d, ok)
		}
	})
}
