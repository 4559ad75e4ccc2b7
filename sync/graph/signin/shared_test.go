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

// TestRefusedTogether: 16 callers report one token; the origin is asked once, and hears the demand.
func TestRefusedTogether(t *testing.T) {
	t.Parallel()
	for _, claims := range []string{"", `{"a":1}`} {
		synctest.Test(t, func(t *testing.T) {
			o := &origin{life: time.Hour, takes: time.Second}
			s := o.source()
			step(t, s, "", "t1")
			var workers sync.WaitGroup
			for range 16 {
				workers.Go(func() {
					if token, err := s.Token(t.Context(), "t1", claims); token != "t2" || err != nil {
						t.Errorf("%q, %v", token, err)
					}
				})
			}
			workers.Wait()
			step(t, s, "t1", "t2") // late
			step(t, s, "", "t2")
			if o.n != 2 || o.asked[1] != claims {
				t.Errorf("%d requests for %q", o.n, o.asked)
			}
		})
	}
}

// TestRefusedAndTheSame: an origin with nothing new is asked once by all who wait, and the token stays.
func TestRefusedAndTheSame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		s := newSource(watched{}, func(context.Context, string) (azcore.AccessToken, error) {
			n++
			time.Sleep(time.Second)
			return azcore.AccessToken{Token: "t"}, nil
		})
		step(t, s, "", "t")
		var workers sync.WaitGroup
		for range 16 {
			workers.Go(func() { step(t, s, "t", "t") })
		}
		workers.Wait()
		if n != 2 {
			t.Errorf("%d requests", n)
		}
	})
}

// TestFailureIsShared: those who wait for a request share its failure, those who come later ask again. A refused token
// is not handed out any more.
func TestFailureIsShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		down := errors.New("down")
		o := &origin{life: time.Hour, takes: time.Second}
		s := o.source()
		step(t, s, "", "t1")
		o.fails = func(int) error { return down }
		for range 2 {
			var workers sync.WaitGroup
			for range 8 {
				workers.Go(func() {
					if token, err := s.Token(t.Context(), "t1", ""); !errors.Is(err, down) {
						t.Errorf("%q, %v", token, err)
					}
				})
			}
			workers.Wait()
		}
		if token, err := s.Token(t.Context(), "", ""); !errors.Is(err, down) {
			t.Errorf("%q, %v", token, err)
		}
		if o.n != 4 {
			t.Errorf("%d requests", o.n)
		}
	})
}

// TestDeadline: a caller waits no longer than it may, for its own request or for another's, and what cut it short is no
// failure of the origin that others would share.
func TestDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &origin{life: time.Hour, takes: 10 * time.Second}
		s := o.source()
		var workers sync.WaitGroup
		for i := range 3 {
			workers.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+i)*time.Second)
				defer cancel()
				began := time.Now()
				_, err := s.Token(ctx, "", "")
				var e *Error
				if !errors.As(err, &e) || !e.Temporary() || !errors.Is(err, context.DeadlineExceeded) ||
					time.Since(began) != time.Duration(1+i)*time.Second {
					t.Errorf("caller %d: %v after %v", i, err, time.Since(began))
				}
			})
			synctest.Wait() // so that the first asks, and the others wait for it
		}
		workers.Wait()
		step(t, s, "", fmt.Sprint("t", o.n+1))
		o.takes = time.Hour
		began := time.Now()
		if _, err := s.Token(t.Context(), "t"+fmt.Sprint(o.n), ""); err == nil || time.Since(began) != patience {
			t.Errorf("without a deadline: %v after %v", err, time.Since(began))
		}
	})
}

// TestNearEnd: an origin that hands out the same token until it ends is asked less than once a second.
func TestNearEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		end, n := time.Now().Add(2*time.Minute), 0
		s := newSource(watched{}, func(context.Context, string) (azcore.AccessToken, error) {
			n++
			return azcore.AccessToken{Token: "t", ExpiresOn: end}, nil
		})
		for time.Now().Before(end) {
			step(t, s, "", "t")
			time.Sleep(10 * time.Millisecond)
		}
		if n > 12 {
			t.Errorf("%d requests", n)
		}
	})
}
