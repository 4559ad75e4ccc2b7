package simulator

import (
	"maps"
	"time"
)

// maxClients bounds the memory for tokens that were seen once: beyond it those that were silent for a window are dropped.
const maxClients = 1024

// A window lets through a number of calls in a time. Sliding, it remembers the last limit calls: there is room if the
// oldest of them is a window old. Fixed, it counts calls since the window began.
type window struct {
	limit  int // negative: none
	length time.Duration
	fixed  bool

	ring []time.Duration // sliding: when the last calls came, oldest at next once the ring is full
	next int
	used int           // fixed: calls in the window of last
	last time.Duration // fixed: when the last call came
}

// wait returns how long it takes until there is room, 0 if there is.
func (w *window) wait(now time.Duration) time.Duration {
	switch {
	case w.limit < 0:
		return 0
	case w.fixed:
		if begin := now - now%w.length; w.last < begin || w.used < w.limit {
			return 0
		}
		return w.length - now%w.length
	case len(w.ring) < w.limit:
		return 0
	}
	return max(0, w.ring[w.next]+w.length-now)
}

// count takes one call off the window, whether or not there is room.
func (w *window) count(now time.Duration) {
	switch {
	case w.limit < 0:
		return
	case w.fixed:
		if w.last < now-now%w.length {
			w.used = 0
		}
		w.used++
	case len(w.ring) < w.limit:
		w.ring = append(w.ring, now)
	default:
		w.ring[w.next] = now
		w.next = (w.next + 1) % w.limit
	}
	w.last = now
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
	writes, all window // of the tenant
	clients     map[string]*client
	sweepAt     int // number of clients at which the silent ones are dropped
}

func newQuota(cfg Quota) *quota {
	q := &quota{Quota: cfg, clients: make(map[string]*client), sweepAt: maxClients}
	q.writes, q.all = q.window(cfg.TenantWrites), q.window(cfg.TenantRequests)
	return q
}

func (q *quota) window(limit int) window {
	if q.Unlimited {
		limit = -1
	}
	return window{limit: limit, length: q.Window, fixed: q.Fixed}
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
	c := &client{seen: now, writes: q.window(q.ClientWrites), all: q.window(q.ClientRequests)}
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
