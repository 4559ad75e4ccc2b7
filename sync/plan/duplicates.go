package plan

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/statussync/statussync/sync/row"
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

type place struct {
	row, line int64
	input     int32
}

// twin is a row whose 64-bit key occurs more than once.
type twin struct {
	key, values row.Fingerprint
	hash        row.Key
	place
}

// Settle decides the rows that share a key. Outcomes are recorded in ascending order of rows. Names are the inputs'
// names, for reasons such as "same as users.csv:17".
func (p *Plan) Settle(names []string, record func(row.Outcome) error) error {
	slices.SortFunc(p.twins, func(a, b twin) int {
		if c := bytes.Compare(a.key[:], b.key[:]); c != 0 {
			return c
		}
		return int(a.row - b.row)
	})
	var decided []row.Outcome
	for rest := p.twins; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].key == rest[0].key {
			n++
		}
		decided = p.settle(decided, rest[:n], names)
		rest = rest[n:]
	}
	p.twins = nil
	slices.SortFunc(decided, func(a, b row.Outcome) int { return int(a.Row - b.Row) })
	for _, o := range decided {
		if err := record(o); err != nil {
			return err
		}
	}
	return nil
}

// settle decides the rows of one key.
func (p *Plan) settle(decided []row.Outcome, group []twin, names []string) []row.Outcome {
	same := !slices.ContainsFunc(group, func(t twin) bool { return t.values != group[0].values })
	if !same && p.policy == Refuse {
		for i, t := range group {
			decided = append(decided, p.decide(t.place, row.Invalid, contradiction(group, i, names)))
		}
		return decided
	}
	winner := group[0]
	if !same && p.policy == Last {
		winner = group[len(group)-1]
	}
	for _, t := range group {
		switch {
		case t.row == winner.row:
			if f, ok := p.known.find(t.hash); ok && f == t.values {
				decided = append(decided, p.decide(t.place, row.Unchanged, ""))
			}
		case t.values == winner.values:
			decided = append(decided, p.decide(t.place, row.Duplicate, "same as "+winner.in(names)))
		default:
			decided = append(decided, p.decide(t.place, row.Duplicate, "superseded by "+winner.in(names)))
		}
	}
	return decided
}

func (p place) in(names []string) string { return fmt.Sprintf("%s:%d", names[p.input], p.line) }

// contradiction names the first few of the other rows, since a key may occur a million times.
func contradiction(group []twin, self int, names []string) string {
	const most = 5
	var others []string
	for i, t := range group {
		if i == self {
			continue
		}
		if len(others) == most {
			others = append(others, fmt.Sprintf("%d more", len(group)-1-most))
			break
		}
		others = append(others, t.in(names))
	}
	return "contradicts " + strings.Join(others, ", ") + ": the same mobileAppId and id with other values"
}
