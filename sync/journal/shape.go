package journal

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/statussync/statussync/sync/row"
)

// many is how many rows one statement writes: with 10 or with 500 each costs a tenth more.
const many = 50

// A shape is one way to bind an outcome. Most rows succeed at once, and then seven values tell all: binding no more
// saves a quarter of the time. The statements are the driver's own: database/sql makes a new list of the arguments for
// each execution, which is half of the garbage and a tenth of the time.
type shape struct {
	values   string // of one row; ?1 is the session
	append   func(args []driver.NamedValue, id int64, o *row.Outcome) []driver.NamedValue
	conn     any                    // to which the statements belong
	lot, one driver.StmtExecContext // for many rows and for one
}

var (
	plainShape = shape{
		values: fmt.Sprintf("(?1,?,?,?,%d,0,1,200,NULL,NULL,NULL,NULL,?,?,?,?)", row.Succeeded),
		append: func(args []driver.NamedValue, id int64, o *row.Outcome) []driver.NamedValue {
			return bind(args, id, int64(o.Input), o.Line,
				guid(o.RequestID), guid(o.ClientRequestID), nanos(o.At), int64(o.Duration))
		},
	}
	fullShape = shape{
		values: "(?1,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		append: func(args []driver.NamedValue, id int64, o *row.Outcome) []driver.NamedValue {
			return bind(args, id, int64(o.Input), o.Line, int64(o.Verdict), o.Retryable, int64(o.Attempts),
				int64(o.HTTPStatus), text(o.Code), text(o.Message), text(o.Mismatch), text(o.Reason),
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

// exec inserts n outcomes, one or many, and returns how many rows of the table were written.
func (sh *shape) exec(ctx context.Context, c *sql.Conn, n int, args []driver.NamedValue) (written int64, err error) {
	err = c.Raw(func(conn any) error {
		if sh.conn == nil {
			if err := sh.prepare(ctx, conn); err != nil {
				return err
			}
		}
		if sh.conn != conn {
			return errors.New("the connection to the database was lost")
		}
		stmt := sh.one
		if n > 1 {
			stmt = sh.lot
		}
		result, err := stmt.ExecContext(ctx, args)
		if err != nil {
			return err
		}
		written, err = result.RowsAffected()
		return err
	})
	return written, err
}

func (sh *shape) prepare(ctx context.Context, conn any) error {
	for stmt, n := range map[*driver.StmtExecContext]int{&sh.one: 1, &sh.lot: many} {
		query := insertOutcomes + strings.Repeat(sh.values+",", n-1) + sh.values + replaceOutcomes
		s, err := conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
		if err != nil {
			return err
		}
		*stmt = s.(driver.StmtExecContext)
	}
	sh.conn = conn
	return nil
}

func (sh *shape) close(c *sql.Conn) {
	c.Raw(func(conn any) error {
		if sh.conn == nil || sh.conn != conn {
			return nil
		}
		return errors.Join(sh.one.(driver.Stmt).Close(), sh.lot.(driver.Stmt).Close())
	})
}

// bind appends values, which are of the driver's types, to the arguments of a statement.
func bind(args []driver.NamedValue, values ...any) []driver.NamedValue {
	for _, v := range values {
		args = append(args, driver.NamedValue{Ordinal: len(args) + 1, Value: v})
	}
	return args
}

// text is how words are stored: nil for none.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}
