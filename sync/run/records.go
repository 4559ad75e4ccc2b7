package run

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/statussync/statussync/input"
)

// records reads all sources in order, as often as it is ranged over. Records are numbered from 1 over all of them.
type records struct {
	sources []input.Source
	options input.Options
	closed  func(i int, r *input.Reader) // called when a source was read to its end; nil for none
}

// all yields every record. An error about one file (an *input.Error) is yielded in its place and reading goes on with
// the next file, so that everything that is wrong is found at once; the caller stops by leaving the loop.
func (rs records) all(ctx context.Context) iter.Seq2[*input.Record, error] {
	return func(yield func(*input.Record, error) bool) {
		var number int64
		for i := range rs.sources {
			if !rs.one(ctx, i, &number, yield) {
				return
			}
		}
	}
}

// one yields the records of one source and reports whether to go on with the next.
func (rs records) one(ctx context.Context, i int, number *int64, yield func(*input.Record, error) bool) bool {
	r, err := input.Open(rs.sources[i], rs.options)
	if err != nil {
		return yield(nil, err)
	}
	defer r.Close()
	for {
		if *number%1024 == 0 && ctx.Err() != nil {
			yield(nil, context.Cause(ctx))
			return false
		}
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return yield(nil, err)
		}
		*number++
		rec.Number, rec.Input = *number, i
		if !yield(rec, nil) {
			return false
		}
	}
	if rs.closed != nil {
		rs.closed(i, r)
	}
	return true
}
