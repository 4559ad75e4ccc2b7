package journal

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/statussync/statussync/sync/row"
)

// reviseOutcome is bound as ?1 id, ?2 session, ?3 input, ?4 line, ?5 verdict, ?6 mismatch, ?7 reason. A row that a
// killed session may have sent has no outcome to keep, so it gets one without attempts.
var reviseOutcome = fmt.Sprintf(`INSERT INTO outcome AS o (id, session, input, line, verdict, retryable, attempts,
	http_status, mismatch, reason, duration)
	SELECT ?1, ?2, ?3, ?4, ?5, 0, 0, 0, ?6, ?7, 0
	WHERE EXISTS (SELECT 1 FROM outcome WHERE id = ?1) OR ?5 IN (%[1]d, %[2]d) AND ?1 & %[4]d <= (
		SELECT max(fence) FROM session WHERE run = ?1 >> %[5]d AND number <> ?2 AND ended IS NULL)
	ON CONFLICT DO UPDATE SET session = excluded.session, verdict = excluded.verdict, retryable = 0,
	mismatch = excluded.mismatch, reason = excluded.reason
	WHERE excluded.verdict = %[2]d AND %[6]s IN (%[1]d, %[3]d) OR excluded.verdict = %[1]d AND %[6]s IN (%[2]d, %[3]d)`,
	row.Succeeded, row.Mismatched, row.Unknown, rowMask, rowBits, verdictNow("?2"))

// Revise records what a reading back has found out about a row: one that succeeded is Mismatched, one that is
// Mismatched has succeeded, or one that is unknown is either of the two. It sets Verdict, Mismatch and Reason, and the
// row is not retryable any more; of the attempts and their answer the journal keeps what it has. Any other change is a
// *BooksError. It is committed as Record is, after what was recorded before.
func (s *Session) Revise(o row.Outcome) error { return s.hand(entry{o, true}) }

// revise writes the revised outcomes of a group. What the run did is to be taken into what its target holds anew.
func (s *Session) revise(ctx context.Context, c *sql.Conn, group []*row.Outcome) error {
	if len(group) == 0 {
		return nil
	}
	if _, err := c.ExecContext(ctx, staleRun, s.run); err != nil {
		return err
	}
	stmt, err := c.PrepareContext(ctx, reviseOutcome)
	if err != nil {
		return err
	}
	defer stmt.Close()
	for _, o := range group {
		result, err := stmt.ExecContext(ctx, s.run<<rowBits|o.Row, s.number, o.Input, o.Line, int64(o.Verdict),
			text(o.Mismatch), text(o.Reason))
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n != 1 {
			return &BooksError{o.Row, o.Row}
		}
	}
	return nil
}

// A Verification is what reading rows of a run back has found.
type Verification struct {
	At        time.Time // when; zero: no row was ever read back
	Equal     int64     // rows that the service holds as they were sent, those of Resolved included
	Resolved  int64     // rows that were unknown and succeeded
	Different int64     // rows that the service holds with other values
	Missing   int64     // rows that the service does not hold
	Unread    int64     // rows that could not be read
	Reads     int64     // requests that this took
}

const updateVerified = `UPDATE run SET verified = ?, verified_equal = ?, verified_resolved = ?, verified_different = ?,
	verified_missing = ?, verified_unread = ?, verified_reads = ? WHERE number = ?`

// Verified records what reading the rows of the run back has found, in place of what was found before.
func (j *Journal) Verified(ctx context.Context, id string, v Verification) error {
	return j.commit(ctx, func(ctx context.Context, c *sql.Conn) error {
		run, err := number(ctx, c, id)
		if err != nil {
			return err
		}
		_, err = c.ExecContext(ctx, updateVerified, nanos(v.At), v.Equal, v.Resolved, v.Different, v.Missing, v.Unread,
			v.Reads, run)
		return err
	})
}
