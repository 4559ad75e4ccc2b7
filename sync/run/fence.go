package run

import (
	"context"
	"time"
)

// fence keeps the journal's fence ahead of the rows that are handed out: after a crash, rows up to it may have been
// sent. Each step costs a synced write, and rows that it spans but that were never sent would be called unknown. So a
// step spans what was handed out in a tenth of a second of late, and twice what the last step spanned at most: the
// first rows only fill the queue of the workers, which says nothing about their speed.
type fence struct {
	commit func(ctx context.Context, row int64) error
	first  int64 // rows that the first step spans
	span   int64 // rows that the last step spans
	upTo   int64
	handed int64 // rows since the last step
	last   time.Time
}

const (
	fenceEvery = 100 * time.Millisecond
	fenceMost  = 10_000
)

// pass returns when the journal holds that the row may be sent.
func (f *fence) pass(ctx context.Context, row int64) error {
	f.handed++
	if row <= f.upTo {
		return nil
	}
	now := time.Now()
	span := f.first
	if !f.last.IsZero() {
		rate := float64(f.handed) / max(now.Sub(f.last).Seconds(), 1e-6)
		span = min(max(int64(rate*fenceEvery.Seconds()), 1), 2*f.span, fenceMost)
	}
	if err := f.commit(ctx, row+span-1); err != nil {
		return err
	}
	f.span, f.upTo, f.handed, f.last = span, row+span-1, 0, now
	return nil
}
