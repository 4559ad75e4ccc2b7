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

const statusBody = `{"@odata.type":"#microsoft.graph.userAppInstallStatus","id":"x",` +
	`"userPrincipalName":"u@x.example","installedDeviceCount":1,"failedDeviceCount":0,"notInstalledDeviceCount":0}`

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

// spend lets clients send so many rows each, all at the same time, at the configured rate of n in a window. They have
// learned nothing, or so many requests a second.
func spend(
	bubble func(func(testing.TB)), cfg simulator.Config, seed uint64, clients, rows, n int, learned ...float64,
) *tenant {
	o := quotaOptions(n)
	if learned != nil {
		o.Learned = learned[0]
	}
	return spendFrom(bubble, cfg, seed, make([]int, clients), rows, o)
}

func quotaOptions(n int) Options {
	return Options{Rate: Rate{n, quotaWindow}, Burst: 2, Concurrency: 8, Attempts: 5, Adaptive: true}
}

// spendFrom lets a client for each of the windows begin in it, and send so many rows.
func spendFrom(
	bubble func(func(testing.TB)), cfg simulator.Config, seed uint64, windows []int, rows int, o Options,
) *tenant {
	var world *tenant
	bubble(func(t testing.TB) {
		world = &tenant{sim: simulator.New(cfg), began: time.Now(), dice: rand.New(rand.NewPCG(seed, 1)),
			clients: make([]client, len(windows))}
		g, ctx := errgroup.WithContext(context.Background())
		for i, window := range windows {
			g.Go(func() error {
				time.Sleep(time.Duration(window) * quotaWindow)
				return New(o).Run(ctx, tasks(rows), world.call(i), func(row.Outcome) error { return nil })
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
const quotaSeeds = 3

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
