package run

import (
	"context"
	"errors"
	"io"
	"iter"
	"path/filepath"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/journal"
)

// records reads all sources in order, as often as it is ranged over. Records are numbered from 1 over all of them.
type records struct {
	sources []input.Source
	options input.Options
	ids     string                       // path of the ids that were filled in; without such a file there are none
	closed  func(i int, r *input.Reader) // called when a source was read to its end; nil for none
}

// recordsOf returns the records of a run from the copy of its input.
func recordsOf(folder string, inputs []journal.Input, options input.Options) records {
	return records{
		sources: sources(folder, inputs), options: options, ids: filepath.Join(folder, inputDir, idsFile),
	}
}

// all yields every record. An error about one file (an *input.Error) is yielded in its place and reading goes on with
// the next file, so that everything that is wrong is found at once; the caller stops by leaving the loop.
func (rs records) all(ctx context.Context) iter.Seq2[*input.Record, error] {
	return func(yield func(*input.Record, error) bool) {
		known, err := openIDs(rs.ids)
		if err != nil {
			yield(nil, err)
			return
		}
		defer known.close()
		r := reading{ids: known}
		for i := range rs.sources {
			if !rs.one(ctx, i, &r, yield) {
				return
			}
		}
	}
}

// A reading is how far the sources have been read.
type reading struct {
	number int64
	ids    *ids
}

// one yields the records of one source and reports whether to go on with the next.
func (rs records) one(ctx context.Context, i int, at *reading, yield func(*input.Record, error) bool) bool {
	r, err := input.Open(rs.sources[i], rs.options)
	if err != nil {
		return yield(nil, err)
	}
	defer r.Close()
	for {
		if at.number%1024 == 0 && ctx.Err() != nil {
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
		at.number++
		rec.Number, rec.Input = at.number, i
		if err := at.ids.fill(rec); err != nil {
			yield(nil, err)
			return false
		}
		if !yield(rec, nil) {
			return false
		}
	}
	if rs.closed != nil {
		rs.closed(i, r)
	}
	return true
}
