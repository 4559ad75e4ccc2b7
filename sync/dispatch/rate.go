package dispatch

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// A Rate is a number of requests in a stretch of time. The zero Rate is no limit.
type Rate struct {
	N   int
	Per time.Duration
}

const rateHint = `write a number of requests and a time, as in "100/20s" or "5/s"; "0" is no limit`

// ParseRate reads a rate as String writes it: "100/20s", "5/s", or "0" for no limit.
func ParseRate(s string) (Rate, error) {
	if s == "0" {
		return Rate{}, nil
	}
	bad := &optionError{fmt.Sprintf("%.40q is not a rate", s), rateHint}
	number, per, ok := strings.Cut(s, "/")
	if !ok {
		return Rate{}, bad
	}
	n, err := strconv.ParseUint(number, 10, 31)
	if err != nil || n == 0 {
		return Rate{}, bad
	}
	if per != "" && (per[0] < '0' || '9' < per[0]) {
		per = "1" + per
	}
	d, err := time.ParseDuration(per)
	if err != nil || d <= 0 {
		return Rate{}, bad
	}
	return Rate{N: int(n), Per: d}, nil
}

// String returns the rate as ParseRate reads it.
func (r Rate) String() string {
	if r.N == 0 {
		return "0"
	}
	per := r.Per.String()
	if strings.HasSuffix(per, "m0s") {
		per = strings.TrimSuffix(per, "0s")
	}
	if strings.HasSuffix(per, "h0m") {
		per = strings.TrimSuffix(per, "0m")
	}
	return strconv.Itoa(r.N) + "/" + per
}

// A bucket hands out tokens. A bucket without a limiter has no end.
type bucket struct {
	limiter *rate.Limiter
	most    float64       // tokens a second at most; 0 without a limiter
	turn    chan struct{} // holds an element while somebody waits for a token of a bucket whose pace changes
	pressed atomic.Bool   // somebody has waited since this was last asked
}

// newBucket returns a bucket that hands out at most r.N tokens in any stretch of r.Per: those that it holds, burst of
// them, and those that fall into it in that time, r.N-burst. A single token per stretch leaves nothing to fall into it,
// so there they are spaced, by a fiftieth more than the stretch.
func newBucket(r Rate, burst int) *bucket {
	if r.N <= 0 {
		return &bucket{}
	}
	limit := rate.Every(r.Per + r.Per/50)
	if r.N > 1 {
		burst = max(1, min(burst, r.N-1))
		limit = rate.Limit(float64(r.N-burst) / r.Per.Seconds())
	} else {
		burst = 1
	}
	return &bucket{limiter: rate.NewLimiter(limit, burst), most: float64(limit), turn: make(chan struct{}, 1)}
}

// set lets tokens come at another pace from now on, at most at that of the beginning.
func (b *bucket) set(perSecond float64, now time.Time) {
	b.limiter.SetLimitAt(now, rate.Limit(min(b.most, perSecond)))
}

// ready takes a token if there is one.
func (b *bucket) ready() bool { return b.limiter == nil || b.limiter.AllowN(time.Now(), 1) }

// take waits for a token. It does not use Limiter.Wait, which gives up at once when the context would end before the
// token comes: a row that waits to the end is told of the context's cause.
func (b *bucket) take(ctx context.Context) error {
	if b.limiter == nil {
		return nil
	}
	b.pressed.Store(true)
	now := time.Now()
	token := b.limiter.ReserveN(now, 1)
	wait := token.DelayFrom(now)
	if wait <= 0 {
		return nil
	}
	if err := sleep(ctx, wait, nil); err != nil {
		token.Cancel()
		return err
	}
	return nil
}

// drain empties the bucket but for keep tokens.
func (b *bucket) drain(now time.Time, keep int) {
	if b.limiter == nil {
		return
	}
	if n := int(b.limiter.TokensAt(now)) - keep; n > 0 {
		b.limiter.AllowN(now, n)
	}
}

// sleep waits for d to pass or for wake to be closed; without d, for wake alone. It returns the cause of ctx if that
// ends first.
func sleep(ctx context.Context, d time.Duration, wake <-chan struct{}) error {
	var ring <-chan time.Time
	if d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		ring = t.C
	}
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-wake:
	case <-ring:
	}
	return nil
}
