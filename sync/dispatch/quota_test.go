package dispatch

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/statussync/statussync/sync/graph/simulator"
	"github.com/statussync/statussync/sync/row"
)

// quotaWindow is that of Microsoft's published limit.
const quotaWindow = 20 * time.Second

// A tenant is a simulator without sockets, in virtual time, with a network before it that takes up to 0.2 s.
type tenant struct {
	sim   *simulator.Server
	began time.Time

	mu      sync.Mutex
	dice    *rand.Rand
	clients []client
}

// A client counts its answers by window, from the beginning.
type client struct{ accepted, refused []int }

var statusURL = &url.URL{Scheme: "http", Host: "graph", Path: "/beta/deviceAppManagement/mobileApps/" +
	"5f0d9a2c-6b1e-4c7f-8a3d-2e9b7c4d1f60/userStatuses"}

const statusBody = `{"@odata.type":"#microsoft.graph.userAppInstallStatus","id":"x","userPrincipalName":"u@x.example",` +
	`"installedDeviceCount":1,"failedDeviceCount":0,"notInstalledDeviceCount":0}`

// answer is an http.ResponseWriter that keeps the status alone.
type answer struct {
	header http.Header
	status int
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(p []byte) (int, error) { return len(p), nil }

// call returns what sends one row as a client.
func (n *tenant) call(client int) Call {
	header := http.Header{
		"Authorization": {"Bearer client-" + strconv.Itoa(client)}, "Content-Type": {"application/json"},
	}
	return func(ctx context.Context, _ *row.Status) (row.Answer, error) {
		n.mu.Lock()
		jitter := time.Duration(n.dice.Int64N(int64(200 * time.Millisecond)))
		n.mu.Unlock()
		time.Sleep(jitter)
		w := &answer{header: http.Header{}, status: http.StatusOK}
		r := &http.Request{Method: http.MethodPatch, URL: statusURL, Header: header,
			Body: io.NopCloser(strings.NewReader(statusBody))}
		n.sim.ServeHTTP(w, r.WithContext(ctx))
		n.count(client, w.status)
		a := row.Answer{HTTPStatus: w.status}
		a.Quota.Limit, _ = strconv.Atoi(w.header.Get("RateLimit-Limit"))
		a.Quota.Remaining, _ = strconv.Atoi(w.header.Get("RateLimit-Remaining"))
		reset, _ := strconv.Atoi(w.header.Get("RateLimit-Reset"))
		a.Quota.Reset = time.Duration(reset) * time.Second
		switch {
		case w.status == http.StatusTooManyRequests:
			s, _ := strconv.Atoi(w.header.Get("Retry-After"))
			return a, throttled(time.Duration(s) * time.Second)
		case w.status >= 500:
			return a, fault()
		}
		return a, nil
	}
}

func (n *tenant) count(who, status int) {
	i := int(time.Since(n.began) / quotaWindow)
	n.mu.Lock()
	defer n.mu.Unlock()
	c := &n.clients[who]
	for len(c.accepted) <= i {
		c.accepted, c.refused = append(c.accepted, 0), append(c.refused, 0)
	}
	switch {
	case status == http.StatusTooManyRequests:
		c.refused[i]++
	case status < 300:
		c.accepted[i]++
	}
}

// sums returns what the client was answered in the windows from one to before another.
func (c *client) sums(from, to int) (accepted, refused int) {
	for i := from; i < min(to, len(c.accepted)); i++ {
		accepted += c.accepted[i]
		refused += c.refused[i]
	}
	return accepted, refused
}

// spend lets clients send so many rows each, all at the same time, at the configured rate of n in a window.
func spend(bubble func(func(testing.TB)), cfg simulator.Config, seed uint64, clients, rows, n int) *tenant {
	var world *tenant
	bubble(func(t testing.TB) {
		world = &tenant{sim: simulator.New(cfg), began: time.Now(), dice: rand.New(rand.NewPCG(seed, 1)),
			clients: make([]client, clients)}
		g, ctx := errgroup.WithContext(context.Background())
		for i := range clients {
			g.Go(func() error {
				d := New(Options{Rate: Rate{n, quotaWindow}, Burst: 2, Concurrency: 8, Attempts: 5, Adaptive: true})
				return d.Run(ctx, tasks(rows), world.call(i), func(row.Outcome) error { return nil })
			})
		}
		if err := g.Wait(); err != nil {
			t.Error(err)
		}
	})
	return world
}

// inBubble runs f in virtual time.
func inBubble(t *testing.T) func(func(testing.TB)) {
	return func(f func(testing.TB)) { synctest.Test(t, func(t *testing.T) { f(t) }) }
}

// A service is one of those that the figures are taken from.
type service struct {
	name string
	cfg  simulator.Config
}

// services are those with a sliding and a fixed window, which say how long to wait or do not.
func services() (all []service) {
	for _, fixed := range []bool{false, true} {
		for _, form := range []simulator.RetryAfter{simulator.RetryAfterSeconds, simulator.RetryAfterNone} {
			all = append(all, service{
				fmt.Sprintf("fixed=%t,retry-after=%s", fixed, form),
				simulator.Config{RetryAfter: form, Forget: true, Quota: simulator.Quota{Fixed: fixed, TenantWrites: -1}},
			})
		}
	}
	return all
}

// quotaSeeds is how many runs a figure is taken from.
const quotaSeeds = 8

// A spent sums up what was answered over several runs.
type spent struct{ accepted, refused, granted int }

func (s *spent) add(c *client, from, to, quota int) {
	a, r := c.sums(from, to)
	s.accepted, s.refused, s.granted = s.accepted+a, s.refused+r, s.granted+(to-from)*quota
}

// share of the quota that was accepted, and of the requests that were answered 429.
func (s *spent) shares() (accepted, refused float64) {
	return float64(s.accepted) / float64(s.granted), float64(s.refused) / float64(s.accepted+s.refused)
}

func (s *spent) want(t *testing.T, what string, least, most float64) {
	t.Helper()
	a, r := s.shares()
	t.Logf("%s: %.1f%% of the quota, %.2f%% answered 429", what, 100*a, 100*r)
	if a < least || r > most {
		t.Errorf("%s: %.1f%% of the quota was used, %.2f%% of the requests answered 429; want %.0f%% and %.0f%%",
			what, 100*a, 100*r, 100*least, 100*most)
	}
}

// TestQuotaKnown is configured with what is granted, 100 writes in 20 s.
func TestQuotaKnown(t *testing.T) {
	eachService(t, func(t *testing.T, cfg simulator.Config) {
		var s spent
		for seed := range uint64(quotaSeeds) {
			s.add(&spend(inBubble(t), cfg, seed, 1, 1000, 100).clients[0], 1, 10, 100)
		}
		s.want(t, "from the second window on", 0.97, 0)
	})
}

// TestQuotaUnknown is configured with four times what is granted.
func TestQuotaUnknown(t *testing.T) {
	eachService(t, func(t *testing.T, cfg simulator.Config) {
		var s spent
		for seed := range uint64(quotaSeeds) {
			s.add(&spend(inBubble(t), cfg, seed, 1, 1150, 400).clients[0], 0, 10, 100)
		}
		s.want(t, "in ten windows", 0.95, 0.01)
	})
}

// TestQuotaTold is configured with four times what is granted, by a service that says what is left of its quota.
func TestQuotaTold(t *testing.T) {
	eachService(t, func(t *testing.T, cfg simulator.Config) {
		cfg.RateLimit = 80
		var s spent
		for seed := range uint64(quotaSeeds) {
			s.add(&spend(inBubble(t), cfg, seed, 1, 1150, 400).clients[0], 0, 10, 100)
		}
		s.want(t, "in ten windows", 0.95, 0.002)
	})
}

// TestQuotaChanges halves the quota after ten windows, and doubles it after twenty. Settled is within a tenth.
func TestQuotaChanges(t *testing.T) {
	eachService(t, func(t *testing.T, cfg simulator.Config) {
		half := cfg.Quota
		half.ClientWrites = 50
		cfg.Shifts = []simulator.Shift{
			{After: 10 * quotaWindow, Quota: half}, {After: 20 * quotaWindow, Quota: cfg.Quota},
		}
		var down, up, all spent
		for seed := range uint64(quotaSeeds) {
			c := &spend(inBubble(t), cfg, seed, 1, 2600, 100).clients[0]
			down.add(c, 12, 20, 50)
			up.add(c, 23, 30, 100)
			all.add(c, 0, 30, 84) // 83.3 on average
		}
		down.want(t, "from two windows after the fall on", 0.95, 0.02)
		up.want(t, "from three windows after the rise on", 0.95, 0.01)
		all.want(t, "in thirty windows", 0.85, 0.01)
	})
}

// TestQuotaShared has two that begin together on one quota, each configured with all of it.
func TestQuotaShared(t *testing.T) {
	eachService(t, func(t *testing.T, cfg simulator.Config) {
		cfg.Quota.TenantWrites = 100
		var both spent
		for seed := range uint64(quotaSeeds) {
			c := spend(inBubble(t), cfg, seed, 2, 2000, 100).clients
			both.add(&c[0], 5, 25, 50)
			both.add(&c[1], 5, 25, 50)
			a, _ := c[0].sums(5, 25)
			b, _ := c[1].sums(5, 25)
			if min(a, b)*100 < 40*(a+b) {
				t.Errorf("seed %d: one had %d, the other %d", seed, a, b)
			}
		}
		both.want(t, "together, from the sixth window on", 0.95, 0.02)
	})
}

// eachService runs test for each of the services.
func eachService(t *testing.T, test func(*testing.T, simulator.Config)) {
	t.Parallel()
	for _, s := range services() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			test(t, s.cfg)
		})
	}
}

// TestQuotaOutage has a minute of 503 that does not say how long to wait.
func TestQuotaOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := &tenant{sim: simulator.New(simulator.Config{Forget: true}), began: time.Now(),
			dice: rand.New(rand.NewPCG(1, 1)), clients: make([]client, 1)}
		outage := func(on bool) func() { return func() { n.sim.SetOutage(on) } }
		defer time.AfterFunc(60*time.Second, outage(true)).Stop()
		defer time.AfterFunc(120*time.Second, outage(false)).Stop()
		var into, after int
		d := New(Options{Rate: Rate{100, quotaWindow}, Burst: 2, Concurrency: 8, Attempts: 5, Adaptive: true,
			Observe: func(e Event) {
				n.mu.Lock()
				defer n.mu.Unlock()
				switch sent := e.At.Add(-e.Duration).Sub(n.began); {
				case e.Kind != Attempt:
				case sent > 62*time.Second && sent < 120*time.Second: // those under way when it began are not into it
					into++
				case sent > 125*time.Second && sent < 145*time.Second:
					after++
				}
			}})
		if err := d.Run(t.Context(), tasks(600), n.call(0), func(row.Outcome) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if into > 60 || after < 96 {
			t.Errorf("%d requests into the outage, %d in a window from five seconds after it on", into, after)
		}
	})
}
