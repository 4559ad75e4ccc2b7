package reports

import "github.com/statussync/statussync/sync/row"

// rowColumns are the fields of rows.jsonl and the columns of rows.csv, in order.
var rowColumns = []string{
	"row", "file", "line", "mobileAppId", "id", "userPrincipalName", "verdict", "reason", "retryable", "attempts",
	"httpStatus", "code", "message", "requestId", "clientRequestId", "at", "durationMs",
}

// failedColumns stand behind each record of failed.*, invalidColumns before each of invalid.*; input passes them over.
var (
	failedColumns = []string{
		"_statussync_verdict", "_statussync_status", "_statussync_code", "_statussync_message",
		"_statussync_request_id", "_statussync_client_request_id", "_statussync_at", "_statussync_line",
	}
	invalidColumns = []string{"_statussync_line", "_statussync_reason"}
)

// fillRow builds the line of rowColumns for e.
func (r *record) fillRow(e *Entry, file string) {
	o := &e.Outcome
	sent := o.Attempts > 0
	r.reset()
	r.number(e.Number, true)
	r.text(file)
	r.number(e.Line, true)
	r.text(e.AppID)
	r.text(e.ID)
	r.text(e.UserPrincipalName)
	r.text(o.Verdict.String())
	r.text(reason(o))
	r.truth(mayFareBetter(o), !settled(o.Verdict))
	r.number(int64(o.Attempts), sent)
	r.number(int64(o.HTTPStatus), o.HTTPStatus != 0)
	r.text(o.Code)
	r.text(o.Message)
	r.text(o.RequestID)
	r.text(o.ClientRequestID)
	r.moment(o.At)
	r.number(o.Duration.Milliseconds(), sent)
}

// fillFailed builds the line of failedColumns for e.
func (r *record) fillFailed(e *Entry) {
	o := &e.Outcome
	message := o.Message
	if message == "" {
		message = reason(o)
	}
	r.reset()
	r.text(o.Verdict.String())
	r.number(int64(o.HTTPStatus), o.HTTPStatus != 0)
	r.text(o.Code)
	r.text(message)
	r.text(o.RequestID)
	r.text(o.ClientRequestID)
	r.moment(o.At)
	r.number(e.Line, true)
}

// fillInvalid builds the line of invalidColumns for e.
func (r *record) fillInvalid(e *Entry) {
	r.reset()
	r.number(e.Line, true)
	r.text(reason(&e.Outcome))
}

// reason says why the row has its verdict, where the service's answer does not.
func reason(o *row.Outcome) string {
	if o.Reason == "" {
		return o.Mismatch
	}
	return o.Reason
}

// settled reports whether the question of a later run does not arise.
func settled(v row.Verdict) bool {
	switch v {
	case row.Succeeded, row.Mismatched, row.Unchanged, row.Duplicate:
		return true
	}
	return false
}

// mayFareBetter reports whether a later run may help: always where nothing was sent.
func mayFareBetter(o *row.Outcome) bool { return o.Retryable || o.Verdict == row.Unsent }
