package simulator

import (
	"net/http"
	"strconv"
	"time"
)

// An allowance is what is left of the write quota. The zero allowance is not told of.
type allowance struct {
	limit int // writes a window
	calls int // that are left
	reset time.Duration
}

// allowance returns what is left in the tighter of the two windows of a client's writes, once the given share of it is
// spent.
func (q *quota) allowance(c *client, percent int, now time.Duration) (left allowance) {
	for _, w := range []*window{&c.writes, &q.writes} {
		if w.limit < 0 {
			continue
		}
		calls, reset := w.left(now)
		if left.limit == 0 || calls < left.calls {
			left = allowance{w.limit, calls, reset}
		}
	}
	if (left.limit-left.calls)*100 < percent*left.limit {
		return allowance{}
	}
	return left
}

// headers adds the three headers, times in whole seconds, rounded up.
func (a allowance) headers(h http.Header) {
	for _, header := range []struct {
		name  string
		value int64
	}{
		{"Ratelimit-Limit", int64(a.limit)}, {"Ratelimit-Remaining", int64(a.calls)},
		{"Ratelimit-Reset", int64((a.reset + time.Second - 1) / time.Second)},
	} {
		h[header.name] = []string{strconv.FormatInt(header.value, 10)}
	}
}
