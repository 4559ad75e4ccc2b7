package signin

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// An origin hands out t1, t2, … for life each.
type origin struct {
	life  time.Duration
	takes time.Duration // to answer
	fails func(n int) error

	mu    sync.Mutex
	n     int
	at    []time.Time
	asked []string // claims
}

// begun returns when token n was asked for.
func (o *origin) begun(n int) time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.at[n-1]
}

func (o *origin) ask(ctx context.Context, claims string) (azcore.AccessToken, error) {
	o.mu.Lock()
	o.n++
	n := o.n
	o.at, o.asked = append(o.at, time.Now()), append(o.asked, claims)
	o.mu.Unlock()
	select {
	case <-time.After(o.takes):
	case <-ctx.Done():
		return azcore.AccessToken{}, overdue(ctx, "")
	}
	if o.fails != nil {
		if err := o.fails(n); err != nil {
			return azcore.AccessToken{}, err
		}
	}
	return azcore.AccessToken{Token: fmt.Sprint("t", n), ExpiresOn: time.Now().Add(o.life)}, nil
}

func (o *origin) source() *Source { return newSource(watched{}, o.ask) }

// TestRenewedAhead: the token is renewed once, five minutes before its end, by one of the workers, while the others
// go on with the old one.
func TestRenewedAhead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &origin{life: time.Hour, takes: 3 * time.Second}
		s := o.source()
		step(t, s, "", "t1")
		first := s.held.Load()
		time.Sleep(55*time.Minute - time.Second)
		step(t, s, "", "t1")
		time.Sleep(time.Second)
		began := time.Now()
		var workers sync.WaitGroup
		var mu sync.Mutex
		got, waited := map[string]int{}, 0
		for range 16 {
			workers.Go(func() {
				token, err := s.Token(t.Context(), "", "")
				mu.Lock()
				defer mu.Unlock()
				if got[token]++; time.Since(began) > 0 {
					waited++
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		workers.Wait()
		if o.n != 2 || got["t1"] != 15 || got["t2"] != 1 || waited != 1 {
			t.Errorf("asked %d times, got %v, %d waited", o.n, got, waited)
		}
		step(t, s, "", "t2")
		if token, err := s.renewEarly(t.Context(), first); token != "t1" || err != nil || o.n != 2 {
			t.Errorf("a caller who looked before it was renewed: %q, %v, asked %d times", token, err, o.n)
		}
	})
}

// TestManyLifetimes runs eight workers for two days: one request for each token, never an error, never a token that has
// ended.
func TestManyLifetimes(t *testing.T) {
	t.Parallel()
	for _, life := range []time.Duration{time.Hour, 10 * time.Minute, 20 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			o := &origin{life: life, takes: time.Second}
			s := o.source()
			run := 48 * life
			ctx, cancel := context.WithTimeout(t.Context(), run)
			defer cancel()
			var workers sync.WaitGroup
			for range 8 {
				workers.Go(func() {
					for ctx.Err() == nil {
						token, err := s.Token(t.Context(), "", "")
						var n int
						fmt.Sscanf(token, "t%d", &n)
						if err != nil || time.Since(o.begun(n)) > life+o.takes {
							t.Errorf("%q, %v", token, err)
							return
						}
						time.Sleep(life / 100)
					}
				})
			}
			workers.Wait()
			used := life - min(ahead, life/2) + o.takes
			if most := int(run/used) + 1; o.n > most || o.n < most-3 {
				t.Errorf("a life of %v: %d requests, want at most %d", life, o.n, most)
			}
		})
	}
}

// TestEarlyRenewalFails: while the old token lives nobody sees it, and the origin is left in peace in between. When it
// has ended, the error comes out.
func TestEarlyRenewalFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		down := errors.New("down")
		o := &origin{life: time.Hour, fails: func(n int) error {
			if n > 1 {
				return down
			}
			return nil
		}}
		s := o.source()
		for end := time.Now().Add(time.Hour); time.Now().Before(end); time.Sleep(time.Second) {
			step(t, s, "", "t1")
		}
		var pauses []int
		for i := 2; i < len(o.at); i++ {
			pauses = append(pauses, int(o.at[i].Sub(o.at[i-1]).Seconds()))
		}
		if want := "[10 20 40 60 60"; o.n > 15 || len(pauses) < 5 || fmt.Sprint(pauses[:5]) != want+"]" {
			t.Errorf("%d requests, pauses of %v s", o.n, pauses)
		}
		if token, err := s.Token(t.Context(), "", ""); !errors.Is(err, down) {
			t.Errorf("after the end: %q, %v", token, err)
		}
		o.fails = nil
		step(t, s, "", fmt.Sprint("t", o.n+1))
	})
}

// TestEarlyRenewalIsNotPressing: an origin that hangs costs a caller half of its time at most.
func TestEarlyRenewalIsNotPressing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &origin{life: time.Hour}
		s := o.source()
		step(t, s, "", "t1")
		time.Sleep(56 * time.Minute)
		o.takes = time.Hour
		for timeout, most := range map[time.Duration]time.Duration{4 * time.Second: 2 * time.Second,
			time.Hour: earlyPatience} {
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			began := time.Now()
			if token, err := s.Token(ctx, "", ""); token != "t1" || err != nil || time.Since(began) != most {
				t.Errorf("%q, %v after %v, want %v", token, err, time.Since(began), most)
			}
			time.Sleep(longestPause)
		}
	})
}

func TestTokenAllocatesNothing(t *testing.T) {
	ctx := t.Context()
	for _, s := range []*Source{(&origin{life: time.Hour}).source(), NewStatic("x", token)} {
		if n := testing.AllocsPerRun(100, func() { s.Token(ctx, "", "") }); n != 0 {
			t.Errorf("%v allocations", n)
		}
	}
}

func BenchmarkToken(b *testing.B) {
	s := (&origin{life: time.Hour}).source()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			s.Token(b.Context(), "", "")
		}
	})
}
