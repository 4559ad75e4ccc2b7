package run

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Verify says which rows are read back after the sending. The zero Verify reads nothing.
type Verify struct {
	Share   float64 // of the rows that succeeded: 0 none, 1 all; with any, all that are unknown or mismatched too
	Unknown bool    // those that are unknown, where they can be read
}

const verifyHint = `write unknown, all, none, or a share such as "sample=2%"`

// ParseVerify reads "unknown", "all", "none" or "sample=2%", a share of more than 0% and at most 100%.
func ParseVerify(s string) (Verify, error) {
	switch s {
	case "none":
		return Verify{}, nil
	case "unknown":
		return Verify{Unknown: true}, nil
	case "all":
		return Verify{Share: 1}, nil
	}
	bad := &Failure{Exit: ExitUsage, Text: fmt.Sprintf("%.40q does not say what to read back", s), Do: verifyHint}
	number, ok := strings.CutPrefix(s, "sample=")
	if ok {
		number, ok = strings.CutSuffix(number, "%")
	}
	if !ok || strings.Trim(number, "0123456789.") != "" {
		return Verify{}, bad
	}
	percent, err := strconv.ParseFloat(number, 64)
	if err != nil || percent <= 0 || percent > 100 {
		return Verify{}, bad
	}
	return Verify{Share: percent / 100}, nil
}

// String returns v as ParseVerify reads it.
func (v Verify) String() string {
	switch {
	case v.Share == 1:
		return "all"
	case v == Verify{}:
		return "none"
	case v.Share == 0:
		return "unknown"
	}
	return "sample=" + strconv.FormatFloat(v.Share*100, 'g', 10, 64) + "%"
}

// takes reports whether the row is among those to read back. Chance decides, the same for a number at all times.
func (v Verify) takes(number int64) bool {
	x := uint64(number) // the finalizer of SplitMix64 spreads numbers that follow each other evenly
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return v.Share >= 1 || float64(x^x>>31) < v.Share*math.MaxUint64
}
