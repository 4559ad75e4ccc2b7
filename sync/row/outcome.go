package row

import "time"

// A Verdict is what became of a row, over all attempts that were made for it.
type Verdict uint8

// The closed list of verdicts. The zero value is Unsent: the absence of an outcome.
const (
	Unsent     Verdict = iota // the run ended first: no byte of a request was sent
	Succeeded                 // Graph confirmed it, and what came back equals what was sent
	Mismatched                // Graph said yes, but a field that came back differs from what was sent
	Unchanged                 // needs no request: equal to what was last applied, or to what Graph holds
	Duplicate                 // another row with the same key was sent in its place
	Invalid                   // refused by us: nothing was sent
	Failed                    // refused by Graph or unknown to it, and no attempt can have been applied
	Unknown                   // an attempt may have been applied, and none was confirmed
)

var verdicts = [...]string{
	Unsent: "unsent", Succeeded: "succeeded", Mismatched: "mismatched", Unchanged: "unchanged",
	Duplicate: "duplicate", Invalid: "invalid", Failed: "failed", Unknown: "unknown",
}

// Verdicts lists all verdicts in the order in which people want to read them.
func Verdicts() []Verdict {
	return []Verdict{Succeeded, Unchanged, Duplicate, Mismatched, Failed, Unknown, Unsent, Invalid}
}

// String returns the verdict's word, as reports spell it.
func (v Verdict) String() string {
	if int(v) < len(verdicts) {
		return verdicts[v]
	}
	return "verdict?"
}

// MarshalText returns the verdict's word.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Resend reports whether a row with this verdict belongs among the rows to send again.
func (v Verdict) Resend() bool { return v == Failed || v == Unknown || v == Unsent }

// An Answer is what Graph said to one attempt; the zero Answer is silence.
type Answer struct {
	HTTPStatus      int    // 0 when no answer came
	Code            string // Graph's error code, or the kind of silence ("timeout", "reset"); bounded
	Message         string // Graph's words, for people and never for decisions; bounded to 1,024 bytes of valid UTF-8
	RequestID       string // Graph's request-id
	ClientRequestID string // the GUID that this attempt carried
	Mismatch        string // for an answer of success: which field came back otherwise, with both values; else empty
	Quota           Quota  // what the service says of its quota; zero if it says nothing
}

// A Quota is what a service says of the quota that a request was taken off, in the headers RateLimit-Limit,
// RateLimit-Remaining and RateLimit-Reset. The zero Quota says nothing.
type Quota struct {
	Limit     int           // requests in a window
	Remaining int           // of them, still to be had
	Reset     time.Duration // until there are more
}

// An Outcome is the one thing that became of a row.
type Outcome struct {
	Row       int64 // the row's number
	Input     int   // the row's input
	Line      int64 // the row's line
	Verdict   Verdict
	Retryable bool   // a later run may help
	Reason    string // why, where Answer does not say it: what is wrong with the row, which other row it follows
	Attempts  int    // requests made for the row in this session
	Answer           // of the last attempt; an Invalid row has the kind of its first problem in Code
	At        time.Time
	Duration  time.Duration // from the first attempt to the last answer
}
