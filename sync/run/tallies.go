package run

import "context"

// tallies fills in what the journal has summed up of requests and pauses.
func (r *renderer) tallies(ctx context.Context) error {
	return nil
}
