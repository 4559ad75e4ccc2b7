package journal

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/statussync/statussync/sync/row"
)

// many is how many rows one statement writes: with 10 or with 500 each costs a tenth more.
const many = 50

// A shape is one way to bind an outcome. Most rows succeed at once, and then seven values tell all: binding no more
// saves a quarter of the time.
type shape struct {
	values   string // of one row; ?1 is the session
	append   func(args []any, id int64, o *row.Outcome) []any
	lot, one *sql.Stmt // for many rows and for one
}

var (
	plainShape = shape{
		values: fmt.Sprintf("(?1,?,?,?,%d,0,1,200,NULL,NULL,NULL,NULL,?,?,?,?)", row.Succeeded),
		append: func(args []any, id int64, o *row.Outcome) []any {
			return append(args, id, o.Input, o.Line, guid(o.RequestID), guid(o.ClientRequestID), nanos(o.At), int64(o.Duration))
		},
	}
	fullShape = shape{
		values: "(?1,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		append: func(args []any, id int64, o *row.Outcome) []any {
			return append(args, id, o.Input, o.Line, int64(o.Verdict), o.Retryable, o.Attempts, o.HTTPStatus,
				text(o.Code), text(o.Message), text(o.Mismatch), text(o.Reason),
				guid(o.RequestID), guid(o.ClientRequestID), nanos(o.At), int64(o.Duration))
		},
	}
)

const (
	insertOutcomes = `INSERT INTO outcome (session, id, input, line, verdict, retryable, attempts, http_status,
	code, message, mismatch, reason, request_id, client_request_id, at, duration) VALUES `

	// A later session may replace what a later run may mend. Any other row stays, and is missing among the rows changed.
	replaceOutcomes = ` ON CONFLICT DO UPDATE SET session = excluded.session, input = excluded.input,
	line = excluded.line, verdict = excluded.verdict, retryable = excluded.retryable, attempts = excluded.attempts,
	http_status = excluded.http_status, code = excluded.code, message = excluded.message, mismatch = excluded.mismatch,
	reason = excluded.reason, request_id = excluded.request_id, client_request_id = excluded.client_request_id,
	at = excluded.at, duration = excluded.duration
	WHERE outcome.retryable AND outcome.session < excluded.session`
)

// plain reports whether the plain shape tells all of o.
func plain(o *row.Outcome) bool {
	return o.Verdict == row.Succeeded && !o.Retryable && o.Attempts == 1 && o.HTTPStatus == 200 &&
		o.Code == "" && o.Message == "" && o.Mismatch == "" && o.Reason == ""
}

// prepared returns sh with its statements.
func (sh shape) prepared(ctx context.Context, db *sql.DB) (_ shape, err error) {
	if sh.one, err = db.PrepareContext(ctx, insertOutcomes+sh.values+replaceOutcomes); err != nil {
		return sh, err
	}
	lot := strings.Repeat(sh.values+",", many-1) + sh.values
	sh.lot, err = db.PrepareContext(ctx, insertOutcomes+lot+replaceOutcomes)
	return sh, err
}

func (sh *shape) close() {
	sh.one.Close()
	sh.lot.Close()
}

// text is how words are stored: nil for none.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}
