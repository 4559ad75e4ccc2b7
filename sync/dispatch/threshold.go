package dispatch

import (
	"fmt"
	"strconv"
	"strings"
)

// A Threshold is how many rows may end badly: a number, or a share of the rows settled so far. The zero Threshold is
// never exceeded.
type Threshold struct {
	text    string
	rows    int64
	percent float64
}

// percentFrom is how many rows must be settled before a share of them says anything.
const percentFrom = 100

// ParseThreshold reads "25" or "2.5%". "0" allows no bad row at all; "" is no threshold.
func ParseThreshold(s string) (Threshold, error) {
	if s == "" {
		return Threshold{}, nil
	}
	bad := &optionError{fmt.Sprintf("%.40q is not a number of rows", s), `write a number ("25") or a share ("5%")`}
	share, isShare := strings.CutSuffix(s, "%")
	if !isShare {
		n, err := strconv.ParseUint(s, 10, 63)
		if err != nil {
			return Threshold{}, bad
		}
		return Threshold{text: s, rows: int64(n)}, nil
	}
	p, err := strconv.ParseFloat(share, 64)
	if err != nil || !(p >= 0 && p <= 100) {
		return Threshold{}, bad
	}
	return Threshold{text: s, rows: -1, percent: p}, nil
}

// String returns the threshold as ParseThreshold read it.
func (t Threshold) String() string { return t.text }

func (t Threshold) isShare() bool { return t.rows < 0 }

// exceeded reports whether bad rows out of settled ones are more than t allows.
func (t Threshold) exceeded(bad, settled int64) bool {
	switch {
	case t.text == "":
		return false
	case !t.isShare():
		return bad > t.rows
	}
	return settled >= percentFrom && float64(bad)*100 > t.percent*float64(settled)
}
