package run

import (
	"context"
	"iter"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/row"
)

// joined reads records beside the outcomes of their run, in row order.
func joined(
	ctx context.Context, rs records, outcomes iter.Seq2[row.Outcome, error],
	visit func(*input.Record, *row.Outcome) error,
) error {
	next, stop := iter.Pull2(outcomes)
	defer stop()
	for rec, err := range rs.all(ctx) {
		if err != nil {
			return err
		}
		o, err, more := next()
		if err != nil {
			return err
		}
		if !more {
			return unbalanced("row %d is not in the journal", rec.Number)
		}
		if err := visit(rec, &o); err != nil {
			return err
		}
	}
	return nil
}
