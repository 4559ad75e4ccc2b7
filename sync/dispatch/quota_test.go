package dispatch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/statussync/statussync/sync/graph/simulator"
	"github.com/statussync/statussync/sync/row"
)

const W = 20 * time.Second

type netw struct {
	sim  *simulator.Server
	fwd, back time.Duration
	dice *dice
	began time.Time
	mu   sync.Mutex
	acc  [][]int // per client, per window
	thr  [][]int
	last time.Time
}

type writer struct {
	h    http.Header
	code int
}

func (w *writer) Header() http.Header         { return w.h }
func (w *writer) WriteHeader(c int)           { w.code = c }
func (w *writer) Write(b []byte) (int, error) { return len(b), nil }

var u, _ = url.Parse("http://sim/beta/deviceAppManagement/mobileApps/5f0d9a2c-6b1e-4c7f-8a3d-2e9b7c4d1f60/userStatuses")
var body = []byte(`{"@odata.type":"#microsoft.graph.userAppInstallStatus","id":"x","userName":"u","userPrincipalName":"u@x.example","installedDeviceCount":1,"failedDeviceCount":0,"notInstalledDeviceCount":0}`)

func (n *netw) call(client int) Call {
	tok := []string{"Bearer t" + strconv.Itoa(client)}
	return func(ctx context.Context, s *row.Status) (row.Answer, error) {
		time.Sleep(n.dice.below(n.fwd))
		r := &http.Request{Method: "PATCH", URL: u, Host: "sim", Body: io.NopCloser(bytes.NewReader(body)), Header: http.Header{
			"Authorization": tok, "Content-Type": {"application/json"}}}
		w := &writer{h: http.Header{}}
		n.sim.ServeHTTP(w, r.WithContext(ctx))
		i := int(time.Since(n.began) / W)
		n.mu.Lock()
		for len(n.acc) <= client {
			n.acc = append(n.acc, nil)
			n.thr = append(n.thr, nil)
		}
		for len(n.acc[client]) <= i {
			n.acc[client] = append(n.acc[client], 0)
			n.thr[client] = append(n.thr[client], 0)
		}
		if w.code == 429 {
			n.thr[client][i]++
		} else if w.code < 300 {
			n.acc[client][i]++
		}
		n.mu.Unlock()
		time.Sleep(n.dice.below(n.back))
		a := row.Answer{HTTPStatus: w.code}
		switch {
		case w.code == 429:
			s, _ := strconv.Atoi(w.h.Get("Retry-After"))
			return a, throttled(time.Duration(s) * time.Second)
		case w.code >= 500:
			return a, fault()
		case w.code >= 300:
			panic(w.code)
		}
		return a, nil
	}
}

func sum(x []int) (s int) {
	for _, v := range x {
		s += v
	}
	return
}

type fig struct {
	rows    int
	opt     []Options
	cfg     simulator.Config
	stagger []time.Duration
	phase   time.Duration
	verbose bool
}

func (f fig) run(t *testing.T, seed uint64) *netw {
	var n *netw
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(f.cfg)
		time.Sleep(f.phase)
		n = &netw{sim: sim, fwd: 200 * time.Millisecond, dice: &dice{r: rand.New(rand.NewPCG(seed, 1))}, began: time.Now()}
		if os.Getenv("BACK") != "" {
			n.back = 200 * time.Millisecond
		}
		g, ctx := errgroup.WithContext(t.Context())
		for i, o := range f.opt {
			g.Go(func() error {
				if f.stagger != nil {
					time.Sleep(f.stagger[i])
				}
				o.Attempts, o.Concurrency, o.Burst = 5, 8, 2
				o.Adaptive = true
				if f.verbose {
					o.Observe = func(e Event) {
						switch e.Kind {
						case RateChange:
							fmt.Printf("%d %8.2f rate %.1f\n", i, e.At.Sub(n.began).Seconds(), e.Rate*20)
						case Pause:
							fmt.Printf("%d %8.2f pause %.2f\n", i, e.At.Sub(n.began).Seconds(), e.Until.Sub(e.At).Seconds())
						case Attempt:
							if e.HTTPStatus == 429 {
								fmt.Printf("%d %8.2f 429\n", i, e.At.Sub(n.began).Seconds())
							}
						}
					}
				}
				return New(o).Run(ctx, tasks(f.rows), n.call(i), func(row.Outcome) error { return nil })
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		n.last = time.Now()
	})
	return n
}

func TestFigs(t *testing.T) {
	verb := os.Getenv("VERB") != ""
	only := os.Getenv("FIG")
	R := func(n int) Rate { return Rate{n, W} }
	type st struct{ use, thr, min []float64 }
	for _, fixed := range []bool{false, true} {
		for _, ra := range []simulator.RetryAfter{simulator.RetryAfterSeconds, simulator.RetryAfterNone} {
			for _, phase := range []time.Duration{0, 7 * time.Second} {
				name := fmt.Sprintf("fixed=%v ra=%v ph=%v", fixed, ra, phase)
				q := simulator.Quota{Fixed: fixed, TenantWrites: -1, ThrottledFree: os.Getenv("FREE") != ""}
				cfg := simulator.Config{Quota: q, RetryAfter: ra, Forget: true}
				if only == "" || only == "2" {
					for _, nn := range []int{400, 200} {
						use, thr := 0.0, 0.0
						mn, mx := 2.0, 0.0
						const seeds = 12
						for s := range uint64(seeds) {
							n := fig{rows: 1200, opt: []Options{{Rate: R(nn)}}, cfg: cfg, phase: phase, verbose: verb && s == 0}.run(t, s)
							a, h := sum(n.acc[0][:10]), sum(n.thr[0][:10])
							uu, tt := float64(a)/1000, float64(h)/float64(a+h)
							use += uu
							thr += tt
							mn = min(mn, uu)
							mx = max(mx, tt)
						}
						fmt.Printf("fig2 N=%d %s: use %.2f%% (min %.2f) 429 %.2f%% (max %.2f)\n", nn, name, 100*use/seeds, 100*mn, 100*thr/seeds, 100*mx)
					}
				}
				if only == "" || only == "3" {
					for _, nn := range []int{100, 400} {
						q50 := q
						q50.ClientWrites = 50
						mx := 0.0
						tot := 0.0
						var dn, up [6]float64
						const seeds = 12
						for i := range dn {
							dn[i], up[i] = 9, 9
						}
						for s := range uint64(seeds) {
							off := time.Duration(s) * W / seeds
							c := cfg
							c.Shifts = []simulator.Shift{{200*time.Second + off, q50}, {400*time.Second + off, q}}
							n := fig{rows: 2650, opt: []Options{{Rate: R(nn)}}, cfg: c, phase: phase, verbose: verb && s == 0}.run(t, s)
							a, h := sum(n.acc[0][:30]), sum(n.thr[0][:30])
							mx = max(mx, float64(h)/float64(a+h))
							tot += float64(h) / float64(a+h) / seeds
							k := 1
							if off+phase == 0 {
								k = 0
							}
							for i := range dn {
								dn[i] = min(dn[i], float64(n.acc[0][10+k+i])/50)
								up[i] = min(up[i], float64(n.acc[0][20+k+i])/100)
							}
							if verb && s == 0 {
								fmt.Println(n.acc, n.thr)
							}
						}
						fmt.Printf("fig3 N=%d %s: 429 %.2f%% (max %.2f) down %.2f up %.2f\n", nn, name, 100*tot, 100*mx, dn, up)
					}
				}
				if only == "" || only == "4" {
					for _, st := range []time.Duration{0, 3 * time.Second, 30 * time.Second} {
						c := cfg
						c.Quota.ClientWrites, c.Quota.TenantWrites = 100, 100
						mt, mf, mx := 9.0, 9.0, 0.0
						wf := 9.0
						const seeds = 12
						at, ax := 0.0, 0.0
						for s := range uint64(seeds) {
							n := fig{rows: 1300, opt: []Options{{Rate: R(100)}, {Rate: R(100)}}, stagger: []time.Duration{0, st}, cfg: c, phase: phase, verbose: verb && s == 0}.run(t, s)
							const from, to = 5, 25
							a, b := sum(n.acc[0][from:to]), sum(n.acc[1][from:to])
							h := sum(n.thr[0][from:to]) + sum(n.thr[1][from:to])
							for i := from; i < to; i++ {
								wf = min(wf, float64(n.acc[0][i])/100, float64(n.acc[1][i])/100)
							}
							tot := float64(a+b) / (to - from) / 100
							at += tot / seeds
							ax += float64(h) / float64(a+b+h) / seeds
							mt = min(mt, tot)
							mf = min(mf, float64(min(a, b))/(to-from)/100)
							mx = max(mx, float64(h)/float64(a+b+h))
							if verb && s == 0 {
								fmt.Println(n.acc, n.thr)
							}
						}
						fmt.Printf("fig4 st=%v %s: together %.2f%% (min %.2f) least %.2f (window %.2f) 429 %.2f (max %.2f)\n", st, name, 100*at, 100*mt, 100*mf, 100*wf, 100*ax, 100*mx)
					}
				}
				if only == "" || only == "1" {
					mn, mx := 9.0, 0
					for s := range uint64(8) {
						n := fig{rows: 1500, opt: []Options{{Rate: R(100)}}, cfg: cfg, phase: phase, verbose: verb && s == 0}.run(t, s)
						for i := 1; i < 14; i++ {
							mn = math.Min(mn, float64(n.acc[0][i])/100)
						}
						mx = max(mx, sum(n.thr[0]))
					}
					fmt.Printf("fig1 %s: min window %.2f, 429s %d\n", name, mn, mx)
				}
			}
		}
	}
}
