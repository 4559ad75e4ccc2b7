package simulator

import (
	"maps"
	"slices"
	"sort"
	"time"
)

// maxClients bounds the memory for tokens that were seen once: beyond it those silent for a window are dropped.
const maxClients = 1024

// A window lets through a number of calls in a time. Sliding, it remembers the last calls: there is room if the
// limit-th last of them is a window old. Fixed, it counts calls since the window began.
type window struct {
	limit  int // negative: none
	length time.Duration
	fixed  bool

	ring []time.Duration // sliding: when the last calls came, oldest at next
	size int             // of the ring when it is full: the highest limit there was
	next int             // 0 until then
	used int             // fixed: calls in the window of last
	last time.Duration   // fixed: when the last call came
}

// set changes the limit and keeps what was counted, as far as the limits so far let it be remembered.
func (w *window) set(limit int, length time.Duration, fixed bool) {
	w.limit, w.length, w.fixed = limit, length, fixed
	if limit > w.size {
		w.ring, w.next = slices.Concat(w.ring[w.next:], w.ring[:w.next]), 0
		w.size = limit
	}
}

// begin returns when the fixed window that now is in began.
func (w *window) begin(now time.Duration) time.Duration { return now - now%w.length }

// back returns when the n-th last call came.
func (w *window) back(n int) time.Duration { return w.ring[(w.next+len(w.ring)-n)%len(w.ring)] }

// wait returns how long it takes until there is room, 0 if there is.
func (w *window) wait(now time.Duration) time.Duration {
	switch {
	case w.limit < 0:
		return 0
	case w.fixed:
		if begin := w.begin(now); w.last < begin || w.used < w.limit {
			return 0
		}
		return w.length - now%w.length
	case len(w.ring) < w.limit:
		return 0
	}
	return max(0, w.back(w.limit)+w.length-now)
}

// count takes one call off the window, whether or not there is room.
func (w *window) count(now time.Duration) {
	switch {
	case w.limit < 0:
		return
	case w.fixed:
		if w.last < w.begin(now) {
			w.used = 0
		}
		w.used++
	case len(w.ring) < w.size:
		w.ring = append(w.ring, now)
	default:
		w.ring[w.next] = now
		w.next = (w.next + 1) % w.size
	}
	w.last = now
}

// left returns how many calls there is room for, and when the number grows at the soonest if there are no more calls.
func (w *window) left(now time.Duration) (calls int, reset time.Duration) {
	if w.fixed {
		used := w.used
		if w.last < w.begin(now) {
			used = 0
		}
		return max(0, w.limit-used), w.length - now%w.length
	}
	n := min(len(w.ring), w.limit)
	used := sort.Search(n, func(i int) bool { return w.back(i+1) <= now-w.length })
	if used == 0 {
		return w.limit, 0
	}
	return w.limit - used, w.back(used) + w.length - now
}

// A client is what is known of one bearer token.
type client struct {
	seen        time.Duration // when its last request came
	writes, all window
	pauses      [2]pause // that it was asked for: for reads, for writes
}

// A pause is the time for which a client was asked to wait.
type pause struct{ from, until time.Duration }

type quota struct {
	Quota
	shifts      []Shift // those that are to come
	writes, all window  // of the tenant
	clients     map[string]*client
	sweepAt     int // number of clients at which the silent ones are dropped
}

func newQuota(cfg Quota, shifts []Shift) *quota {
	q := &quota{shifts: shifts, clients: make(map[string]*client), sweepAt: maxClients}
	q.set(cfg)
	return q
}

// set changes the limits of all windows.
func (q *quota) set(cfg Quota) {
	q.Quota = cfg.withDefaults()
	q.fit(&q.writes, q.TenantWrites)
	q.fit(&q.all, q.TenantRequests)
	for _, c := range q.clients {
		q.fit(&c.writes, q.ClientWrites)
		q.fit(&c.all, q.ClientRequests)
	}
}

func (q *quota) fit(w *window, limit int) {
	if q.Unlimited {
		limit = -1
	}
	w.set(limit, q.Window, q.Fixed)
}

// shift makes the changes that are due.
func (q *quota) shift(now time.Duration) {
	for len(q.shifts) > 0 && q.shifts[0].After <= now {
		q.set(q.shifts[0].Quota)
		q.shifts = q.shifts[1:]
	}
}

func (q *quota) client(token string, now time.Duration) *client {
	if c := q.clients[token]; c != nil {
		c.seen = now
		return c
	}
	if len(q.clients) >= q.sweepAt {
		maps.DeleteFunc(q.clients, func(_ string, c *client) bool { return now-c.seen >= q.Window })
		q.sweepAt = max(maxClients, 2*len(q.clients)) // so that a sweep costs little a client
	}
	c := &client{seen: now}
	q.fit(&c.writes, q.ClientWrites)
	q.fit(&c.all, q.ClientRequests)
	q.clients[token] = c
	return c
}

// take takes one call off all windows that it belongs to. It returns 0 if there was room in each of them, else how
// long the client has to be silent until there is.
func (q *quota) take(c *client, write bool, now time.Duration) time.Duration {
	if q.Unlimited {
		return 0
	}
	windows := [...]*window{&c.all, &q.all, &c.writes, &q.writes}
	mine := windows[:2]
	if write {
		mine = windows[:]
	}
	throttled := longest(mine, now) > 0
	if throttled && q.ThrottledFree {
		return longest(mine, now)
	}
	for _, w := range mine {
		w.count(now)
	}
	if !throttled {
		return 0
	}
	return longest(mine, now) // longer now: the refused call counts too
}

func longest(windows []*window, now time.Duration) time.Duration {
	var d time.Duration
	for _, w := range windows {
		d = max(d, w.wait(now))
	}
	return d
}

// ask notes that the client was told to wait.
func (c *client) ask(write bool, now, wait time.Duration) {
	p := &c.pauses[kind(write)]
	if now >= p.until {
		p.from = now
	}
	p.until = max(p.until, now+wait)
}

// paused reports whether a request comes although the client was told to wait, and not merely because it was under way.
func (c *client) paused(write bool, now, grace time.Duration) bool {
	p := c.pauses[kind(write)]
	return now > p.from+grace && now < p.until
}

func kind(write bool) int {
	if write {
		return 1
	}
	return 0
}
