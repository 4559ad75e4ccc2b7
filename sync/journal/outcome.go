package journal

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"maps"

	"github.com/statussync/statussync/sync/row"
)

const pageRows = 1000 // outcomes read at a time

// ?1 live session, ?2 and ?3 the ids after which and up to which to read, ?4 how many at most.
var selectOutcomes = `SELECT o.id, o.input, o.line, o.verdict, ` + verdictNow("?1") + `, o.retryable, o.attempts,
	o.http_status, ifnull(o.code, ''), ifnull(o.message, ''), ifnull(o.mismatch, ''), ifnull(o.reason, ''),
	o.request_id, o.client_request_id, o.at, o.duration
	FROM outcome o WHERE o.id > ?2 AND o.id <= ?3 %s ORDER BY o.id LIMIT ?4`

var (
	selectAll     = fmt.Sprintf(selectOutcomes, "")
	selectTrouble = fmt.Sprintf(selectOutcomes, fmt.Sprintf("AND o.verdict NOT IN (%d, %d)", row.Succeeded, row.Unchanged))

	// One pass and no GROUP BY, which would sort the rows in memory. ?4 is the id of the last row in doubt.
	countOutcomes = `SELECT count(*), count(*) FILTER (WHERE id <= ?4), count(*) FILTER (WHERE retryable)` + countEach() +
		` FROM (SELECT o.id, o.retryable, ` + verdictNow("?1") + ` AS verdict FROM outcome o WHERE o.id > ?2 AND o.id <= ?3)`
)

// countEach returns a column for each verdict that is stored, in the order of row.Verdicts.
func countEach() (columns string) {
	for _, v := range row.Verdicts() {
		columns += fmt.Sprintf(", count(*) FILTER (WHERE verdict = %d)", v)
	}
	return columns
}

// Counts returns how many rows of the run have each verdict, those without an outcome included, and how many of them
// a later run may help.
func (j *Journal) Counts(ctx context.Context, id string) (counts map[row.Verdict]int64, again int64, err error) {
	r, run, err := j.find(ctx, id)
	if err != nil {
		return nil, 0, err
	}
	live, _ := j.working()
	first := run << rowBits
	var all, doubtful int64 // outcomes stored, and those up to the doubt
	verdicts := row.Verdicts()
	each := make([]int64, len(verdicts))
	columns := []any{&all, &doubtful, &again}
	for i := range each {
		columns = append(columns, &each[i])
	}
	err = j.db.QueryRowContext(ctx, countOutcomes, live, first, first|rowMask, first|r.Doubt).Scan(columns...)
	if err != nil {
		return nil, 0, j.read(err)
	}
	counts = map[row.Verdict]int64{}
	for i, v := range verdicts {
		counts[v] = each[i]
	}
	unknown := max(0, min(r.Doubt, r.Rows)-doubtful)
	unsent := max(0, r.Rows-all-unknown)
	counts[row.Unknown] += unknown
	counts[row.Unsent] += unsent
	maps.DeleteFunc(counts, func(_ row.Verdict, n int64) bool { return n == 0 })
	return counts, again + unknown + unsent, nil
}

// Outcomes yields one outcome for each row of the run, in order. A row that has none gets one made up, with a number, a
// verdict (unknown or unsent), Retryable and no place. The loop may use the journal.
func (j *Journal) Outcomes(ctx context.Context, id string) iter.Seq2[row.Outcome, error] {
	return func(yield func(row.Outcome, error) bool) {
		r, run, err := j.find(ctx, id)
		if err != nil {
			yield(row.Outcome{}, err)
			return
		}
		next := int64(1)
		missing := func(before int64) bool {
			for ; next < before; next++ {
				if !yield(madeUp(next, r.Doubt), nil) {
					return false
				}
			}
			return true
		}
		for o, err := range j.stored(ctx, run, selectAll) {
			if err != nil {
				yield(o, err)
				return
			}
			if !missing(o.Row) || !yield(o, nil) {
				return
			}
			next = o.Row + 1
		}
		missing(r.Rows + 1)
	}
}

func madeUp(number, doubt int64) row.Outcome {
	o := row.Outcome{Row: number, Verdict: row.Unsent, Retryable: true}
	if number <= doubt {
		o.Verdict, o.Reason = row.Unknown, "may have been sent by a process that was killed"
	}
	return o
}

// Troubles yields the recorded outcomes of the run other than succeeded and unchanged, in row order. The loop may use
// the journal.
func (j *Journal) Troubles(ctx context.Context, id string) iter.Seq2[row.Outcome, error] {
	return func(yield func(row.Outcome, error) bool) {
		_, run, err := j.find(ctx, id)
		if err != nil {
			yield(row.Outcome{}, err)
			return
		}
		j.stored(ctx, run, selectTrouble)(yield)
	}
}

// stored yields what query finds among the outcomes of a run, a page at a time.
func (j *Journal) stored(ctx context.Context, run int64, query string) iter.Seq2[row.Outcome, error] {
	return func(yield func(row.Outcome, error) bool) {
		page := make([]row.Outcome, 0, pageRows)
		after := run << rowBits
		for {
			var err error
			page, err = j.page(ctx, page[:0], query, after, run<<rowBits|rowMask)
			for _, o := range page {
				if !yield(o, nil) {
					return
				}
			}
			if err != nil {
				yield(row.Outcome{}, err)
				return
			}
			if len(page) < pageRows {
				return
			}
			after = run<<rowBits | page[len(page)-1].Row
		}
	}
}

func (j *Journal) page(ctx context.Context, page []row.Outcome, query string, after, last int64) (
	[]row.Outcome, error) {
	live, _ := j.working()
	rows, err := j.db.QueryContext(ctx, query, live, after, last, pageRows)
	if err != nil {
		return page, j.read(err)
	}
	defer rows.Close()
	for rows.Next() {
		page = append(page, row.Outcome{})
		if err := scan(rows, &page[len(page)-1]); err != nil && ctx.Err() == nil {
			return page[:len(page)-1], &DamagedError{j.path, err}
		} else if err != nil {
			return page[:len(page)-1], j.read(ctx.Err())
		}
	}
	return page, j.read(rows.Err())
}

func scan(rows *sql.Rows, o *row.Outcome) error {
	var stored row.Verdict
	var request, client any
	var at sql.NullInt64
	err := rows.Scan(&o.Row, &o.Input, &o.Line, &stored, &o.Verdict, &o.Retryable, &o.Attempts, &o.HTTPStatus, &o.Code,
		&o.Message, &o.Mismatch, &o.Reason, &request, &client, &at, (*int64)(&o.Duration))
	o.Row &= rowMask
	o.RequestID, o.ClientRequestID, o.At = guidOf(request), guidOf(client), timeOf(at)
	if o.Verdict != stored {
		o.Reason = "sent again by a process that was killed"
	}
	if err == nil && (o.Verdict == row.Unsent || o.Verdict > row.Unknown) {
		err = fmt.Errorf("row %d has a verdict that does not exist", o.Row)
	}
	return err
}
