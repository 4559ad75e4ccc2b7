package dispatch

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestEvents: the observer sees each attempt with its number.
func TestEvents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{answer: func(ctx context.Context, q request) error {
			return after(ctx, time.Duration(q.try)*time.Second, []error{fault(), ask(time.Second), nil}[q.try-1])
		}}
		rate := Rate{N: 100, Per: 20 * time.Second}
		if err := w.run(t.Context(), Options{Attempts: 5, Rate: rate}, 1); err != nil {
			t.Fatal(err)
		}
		if e := w.events[0]; e.Kind != RateChange || e.Rate != rate {
			t.Errorf("the first event is %+v, want the rate", e)
		}
		for i, e := range w.kinds(Attempt) {
			status := []int{503, 429, 200}[i]
			if e.Row != 1 || e.Try != i+1 || e.HTTPStatus != status || e.Duration != time.Duration(i+1)*time.Second {
				t.Errorf("attempt %d is %+v", i, e)
			}
		}
	})
}
