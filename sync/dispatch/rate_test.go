package dispatch

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestParseRate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in, out string
		want    Rate
	}{
		{"100/20s", "100/20s", Rate{100, 20 * time.Second}},
		{"5/s", "5/1s", Rate{5, time.Second}},
		{"1000/h", "1000/1h", Rate{1000, time.Hour}},
		{"60/1m", "60/1m", Rate{60, time.Minute}},
		{"60/90m", "60/1h30m", Rate{60, 90 * time.Minute}},
		{"1/250ms", "1/250ms", Rate{1, 250 * time.Millisecond}},
		{"0", "0", Rate{}},
	} {
		got, err := ParseRate(c.in)
		if err != nil || got != c.want || got.String() != c.out {
			t.Errorf("ParseRate(%q) = %v (%s), %v; want %v (%s)", c.in, got, got, err, c.want, c.out)
		}
		if again, err := ParseRate(got.String()); err != nil || again != got {
			t.Errorf("ParseRate(%q) = %v, %v; want %v", got.String(), again, err, got)
		}
	}
	for _, in := range []string{
		"", "100", "100/", "/20s", "0/20s", "-1/20s", "1/-20s", "1/0s", "1.5/s", "1/20", "9999999999/s",
	} {
		_, err := ParseRate(in)
		var hint interface{ Hint() string }
		if !errors.As(err, &hint) || hint.Hint() == "" {
			t.Errorf("ParseRate(%q) = %v, want an error with a hint", in, err)
		}
	}
}

// TestBucketWindows takes tokens as fast as it can, with idle stretches that save up a burst: no window holds too many.
func TestBucketWindows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rate  Rate
		burst int
	}{
		{Rate{100, 20 * time.Second}, 2}, {Rate{100, 20 * time.Second}, 99}, {Rate{100, 20 * time.Second}, 1000},
		{Rate{2, time.Second}, 1}, {Rate{2, time.Second}, 2}, {Rate{3, 7 * time.Second}, 2}, {Rate{7, time.Second}, 0},
		{Rate{1, time.Second}, 1}, {Rate{1, 3 * time.Second}, 5}, {Rate{1, 7 * time.Millisecond}, 1},
	} {
		t.Run(fmt.Sprintf("%s-%d", c.rate, c.burst), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBucket(c.rate, c.burst)
				var at []time.Time
				for i := range 10 * c.rate.N {
					if i%c.rate.N == 0 {
						time.Sleep(time.Duration(i) * c.rate.Per / time.Duration(4*c.rate.N))
					}
					if err := b.take(t.Context()); err != nil {
						t.Fatal(err)
					}
					at = append(at, time.Now())
					if n := len(at) - 1 - c.rate.N; n >= 0 && at[len(at)-1].Sub(at[n]) < c.rate.Per {
						t.Fatalf("%d tokens within %v", c.rate.N+1, at[len(at)-1].Sub(at[n]))
					}
				}
			})
		})
	}
}

// TestBucketUse: with a burst of 2, 98% of the quota are used. A burst that leaves nothing is cut.
func TestBucketUse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct{ n, burst, tokens, seconds int }{
			{100, 2, 982, 200}, {100, 1000, 99 + 5, 100}, {100, 0, 100, 20}, {1, 1, 11, 204},
		} {
			b, began := newBucket(Rate{c.n, 20 * time.Second}, c.burst), time.Now()
			for range c.tokens {
				_ = b.take(t.Context())
			}
			if spent := time.Since(began).Round(time.Millisecond); spent != time.Duration(c.seconds)*time.Second {
				t.Errorf("%d tokens of %d with a burst of %d took %v, want %ds", c.tokens, c.n, c.burst, spent, c.seconds)
			}
		}
	})
}

func TestBucketUnlimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, began := newBucket(Rate{}, 0), time.Now()
		for range 1000 {
			if err := b.take(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		b.drain(time.Now(), 0)
		if d := time.Since(began); d != 0 {
			t.Errorf("1,000 tokens without a limit took %v", d)
		}
	})
}

// TestBucketPatience: a token that comes after the context's deadline is waited for until then, and given back.
func TestBucketPatience(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBucket(Rate{N: 2, Per: 10 * time.Second}, 1)
		_ = b.take(t.Context())
		over := errors.New("over")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 4*time.Second, over)
		defer cancel()
		began := time.Now()
		if err := b.take(ctx); err != over || time.Since(began) != 4*time.Second {
			t.Errorf("take = %v after %v, want the cause after 4s", err, time.Since(began))
		}
		if err := b.take(t.Context()); err != nil || time.Since(began).Round(time.Microsecond) != 10*time.Second {
			t.Errorf("the next token came after %v, want 10s", time.Since(began))
		}
	})
}

func TestBucketDrain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBucket(Rate{N: 10, Per: 5 * time.Second}, 5)
		b.drain(time.Now(), 0)
		began := time.Now()
		if err := b.take(t.Context()); err != nil || time.Since(began) != time.Second {
			t.Errorf("the first token of an empty bucket came after %v, want 1s", time.Since(began))
		}
	})
}
