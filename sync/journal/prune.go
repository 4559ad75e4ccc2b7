package journal

import (
	"context"
	"database/sql"
)

// pruneChunk is how many outcomes one commit deletes, so that the WAL stays small.
const pruneChunk = 2000

// What a run that was never refreshed did is not known to "applied". When such a run is forgotten, so is what its
// target holds: knowing nothing is safe.
const forgetTarget = `DELETE FROM applied WHERE target = (SELECT target.number FROM target
	JOIN run ON run.target = target.name
	WHERE run.number = ?1 AND run.refreshed IS NULL
	AND EXISTS (SELECT 1 FROM session WHERE run = ?1 AND fence > 0))`

// Prune forgets all runs but the newest keep, and returns their ids: their folders may go. What targets are known to
// hold stays. A run that a session works at stays.
func (j *Journal) Prune(ctx context.Context, keep int) (ids []string, err error) {
	runs, numbers, err := j.runs(ctx, "")
	if err != nil {
		return nil, err
	}
	_, live := j.working()
	for i := min(keep, len(runs)); i < len(runs); i++ {
		if numbers[i] == live {
			continue
		}
		if err := j.forget(ctx, numbers[i]); err != nil {
			return ids, err
		}
		ids = append(ids, runs[i].ID)
	}
	return ids, nil
}

// forget removes a run, its outcomes first: should that be cut short, the run is still there to be forgotten.
func (j *Journal) forget(ctx context.Context, run int64) error {
	first := run << rowBits
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		result, err := j.db.ExecContext(ctx, `DELETE FROM outcome WHERE id IN
			(SELECT id FROM outcome WHERE id BETWEEN ? AND ? LIMIT ?)`, first, first|rowMask, pruneChunk)
		if err != nil {
			return j.wrote(err)
		}
		if n, err := result.RowsAffected(); err != nil || n < pruneChunk {
			break
		}
	}
	return j.commit(ctx, func(ctx context.Context, c *sql.Conn) error {
		for _, query := range []string{forgetTarget, `DELETE FROM tally WHERE run = ?1`, `DELETE FROM input WHERE run = ?1`,
			`DELETE FROM session WHERE run = ?1`, `DELETE FROM run WHERE number = ?1`} {
			if _, err := c.ExecContext(ctx, query, run); err != nil {
				return err
			}
		}
		return nil
	})
}
