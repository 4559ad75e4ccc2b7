package plan

import (
	"fmt"
	"slices"
)

// Contradiction is the kind of problem of an invalid row whose key occurs again with other values.
const Contradiction = "contradiction"

// Duplicates says what becomes of rows with one key that contradict each other. Rows that say the same are always sent
// once.
type Duplicates uint8

// The policies. The zero value refuses.
const (
	Refuse Duplicates = iota // all of them are invalid
	First                    // the first is sent
	Last                     // the last is sent
)

var policies = [...]string{Refuse: "refuse", First: "first", Last: "last"}

// String returns the policy's word.
func (d Duplicates) String() string { return policies[d] }

// ParseDuplicates reads "refuse", "first" or "last".
func ParseDuplicates(s string) (Duplicates, error) {
	i := slices.Index(policies[:], s)
	if i < 0 {
		return Refuse, fmt.Errorf("duplicates: %q is none of refuse, first, last", s)
	}
	return Duplicates(i), nil
}
