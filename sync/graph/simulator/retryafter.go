package simulator

import (
	"net/http"
	"strconv"
	"time"
)

// A RetryAfter is a form of the Retry-After header. Any other text than the forms below is sent as it stands.
type RetryAfter string

// The forms. A wait is rounded up to what the form can say.
const (
	RetryAfterSeconds  RetryAfter = "seconds"  // a whole number, the default
	RetryAfterDecimal  RetryAfter = "decimal"  // seconds with three digits after the point
	RetryAfterDate     RetryAfter = "date"     // an HTTP date
	RetryAfterZero     RetryAfter = "zero"     // 0
	RetryAfterNegative RetryAfter = "negative" // -5
	RetryAfterWords    RetryAfter = "words"    // no number at all
	RetryAfterHuge     RetryAfter = "huge"     // 2^63-1 seconds
	RetryAfterTwice    RetryAfter = "twice"    // two headers, the second with twice the wait
	RetryAfterNone     RetryAfter = "none"     // no header
)

// header returns the header's values for a wait that begins now, with the pause that a client must read out of them: 0
// if they ask for none.
func (f RetryAfter) header(wait time.Duration, now time.Time) (values []string, told time.Duration) {
	seconds := int64((wait + time.Second - 1) / time.Second)
	told = time.Duration(seconds) * time.Second
	switch f {
	case "", RetryAfterSeconds:
		return []string{strconv.FormatInt(seconds, 10)}, told
	case RetryAfterTwice:
		return []string{strconv.FormatInt(seconds, 10), strconv.FormatInt(2*seconds, 10)}, told
	case RetryAfterDecimal:
		told = (wait + time.Millisecond - 1).Truncate(time.Millisecond)
		return []string{strconv.FormatFloat(told.Seconds(), 'f', 3, 64)}, told
	case RetryAfterDate:
		at := now.Add(wait + time.Second - 1).Truncate(time.Second)
		return []string{at.UTC().Format(http.TimeFormat)}, at.Sub(now)
	case RetryAfterNone:
		return nil, 0
	}
	return []string{f.fixed()}, 0
}

// fixed returns the value of a form that does not depend on the wait.
func (f RetryAfter) fixed() string {
	switch f {
	case RetryAfterZero:
		return "0"
	case RetryAfterNegative:
		return "-5"
	case RetryAfterWords:
		return "in a little while"
	case RetryAfterHuge:
		return "9223372036854775807"
	}
	return string(f)
}
