package plan

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"sort"
	"strings"

	"github.com/statussync/statussync/sync/row"
)

// twin is a row whose 64-bit key occurs more than once. It takes 48 bytes, and there may be as many as rows.
type twin struct {
	values    row.Fingerprint
	rest      uint64 // the half of the key's 128 bits that the 64-bit key does not hold
	row, line int64
	input     uint32
	group     uint32 // index into Plan.repeated; once twins are grouped, where the group begins in groups.order
}

func (p *Plan) twin(r *row.Row, group int) twin {
	key := p.hash.KeyFingerprint(&r.Status)
	return twin{
		values: p.hash.Fingerprint(&r.Status), rest: binary.BigEndian.Uint64(key[8:]),
		row: r.Number, line: r.Line, input: uint32(r.Input), group: uint32(group),
	}
}

// Settle decides the rows that share a key. Outcomes are recorded in ascending order of rows. Names are the inputs'
// names, for reasons such as "same as users.csv:17".
func (p *Plan) Settle(names []string, record func(row.Outcome) error) error {
	g := p.group(names)
	p.repeated, p.twins = nil, nil
	for i := range g.twins {
		verdict, reason := g.verdict(uint32(i))
		if verdict == row.Unsent {
			continue
		}
		t := &g.twins[i]
		o := row.Outcome{Row: t.row, Input: int(t.input), Line: t.line, Verdict: verdict, Reason: reason}
		if verdict == row.Invalid {
			o.Code = Contradiction
		}
		if err := record(p.Decide(o)); err != nil {
			return err
		}
	}
	return nil
}

// groups is all twins with what was decided about them. Reasons are made one at a time: together they would take
// several times as much memory as the twins.
type groups struct {
	names     []string
	twins     []twin   // in ascending order of rows
	order     []uint32 // indexes of twins, those of one key side by side: the one that is sent first, or all by row
	refused   bits     // by where a group begins in order: its rows contradict each other, and none is sent
	unchanged bits     // by where a group begins in order: the row that would be sent is what was last applied
}

func (p *Plan) group(names []string) *groups {
	g := &groups{names: names, twins: p.twins, order: make([]uint32, len(p.twins))}
	for i := range g.order {
		g.order[i] = uint32(i)
	}
	slices.SortFunc(g.order, func(a, b uint32) int {
		s, t := &g.twins[a], &g.twins[b]
		return cmp.Or(cmp.Compare(s.group, t.group), cmp.Compare(s.rest, t.rest), cmp.Compare(a, b))
	})
	for first, n := range g.runs() {
		p.settle(g, first, n)
	}
	return g
}

// runs yields where in order the twins of one key begin, and how many they are.
func (g *groups) runs() iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for first, next := 0, 0; first < len(g.order); first = next {
			head := g.twins[g.order[first]]
			for next < len(g.order) {
				if t := &g.twins[g.order[next]]; t.group != head.group || t.rest != head.rest {
					break
				}
				next++
			}
			if !yield(first, next-first) {
				return
			}
		}
	}
}

// settle decides the n twins of one key that begin at first.
func (p *Plan) settle(g *groups, first, n int) {
	group := g.order[first : first+n]
	winner := &g.twins[group[0]]
	same := !slices.ContainsFunc(group, func(i uint32) bool { return g.twins[i].values != winner.values })
	switch {
	case !same && p.policy == Refuse:
		g.refused.set(int64(first))
	case !same && p.policy == Last:
		group[0], group[n-1] = group[n-1], group[0]
		winner = &g.twins[group[0]]
	}
	if f, ok := p.known.find(p.repeated[winner.group]); ok && f == winner.values {
		g.unchanged.set(int64(first))
	}
	for _, i := range group {
		g.twins[i].group = uint32(first)
	}
}

// verdict says what becomes of the twin with index i, and why. Unsent: it is to be sent.
func (g *groups) verdict(i uint32) (row.Verdict, string) {
	t := &g.twins[i]
	winner := g.order[t.group]
	switch {
	case g.refused.has(int64(t.group)):
		return row.Invalid, g.contradiction(i)
	case i == winner && g.unchanged.has(int64(t.group)):
		return row.Unchanged, ""
	case i == winner:
		return row.Unsent, ""
	case t.values == g.twins[winner].values:
		return row.Duplicate, "same as " + g.place(winner)
	}
	return row.Duplicate, "superseded by " + g.place(winner)
}

func (g *groups) place(i uint32) string {
	t := &g.twins[i]
	return fmt.Sprintf("%s:%d", g.names[t.input], t.line)
}

// contradiction names the first few of the other rows, since a key may occur a million times.
func (g *groups) contradiction(self uint32) string {
	const most = 5
	first := g.twins[self].group
	var others []string
	for _, i := range g.order[first:] {
		if i == self {
			continue
		}
		if g.twins[i].group != first {
			break
		}
		if len(others) == most {
			others = append(others, fmt.Sprintf("%d more", g.size(first)-1-most))
			break
		}
		others = append(others, g.place(i))
	}
	return "contradicts " + strings.Join(others, ", ") + ": the same mobileAppId and id with other values"
}

// size returns the number of twins in the group that begins at first.
func (g *groups) size(first uint32) int {
	rest := g.order[first:]
	return sort.Search(len(rest), func(i int) bool { return g.twins[rest[i]].group != first })
}
