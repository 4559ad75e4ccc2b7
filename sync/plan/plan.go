// Package plan decides what a run will do before its first request.
//
// A [Plan] is fed with every row once: [Plan.Valid] or [Plan.Invalid]. [Plan.Survey] then says whether a second reading
// is needed to settle rows that share a key or that may be unchanged; if so, every valid row passes [Plan.Look] in the
// same order. [Plan.Settle] decides what is left. After that, [Plan.Pending] says which rows are to be sent, and
// [Plan.Decide] takes one of them out. A run that is taken up again is decided: its rows pass [Plan.Resume] alone.
//
// Rows are not kept. A plan holds 8 bytes a row until the survey ends, and one bit a row, or two if it resumes. To that
// come 52 bytes for each row whose key occurs more than once, 8 bytes for each such key, and 24 bytes for each of its
// keys that was applied before.
package plan

import (
	"iter"
	"slices"

	"github.com/statussync/statussync/sync/row"
)

// Known is what a key was last set to, as an earlier run recorded it.
type Known struct {
	Key         row.Key
	Fingerprint row.Fingerprint
}

// Counts says how many rows were decided in which way. Their sum is the number of rows.
type Counts struct {
	Send, Unchanged, Duplicate, Invalid, Failed int64
}

// Rows returns the number of rows seen.
func (c Counts) Rows() int64 { return c.Send + c.Unchanged + c.Duplicate + c.Invalid + c.Failed }

// A Plan is built by one goroutine, row by row.
type Plan struct {
	policy   Duplicates
	counts   Counts
	keys     keys
	decided  bits
	doubtful bits
	repeated []row.Key // keys of twins, ascending
	known    known
	twins    []twin
	hash     row.Hasher
}

// New returns an empty plan. The policy says what becomes of rows with one key that contradict each other.
func New(policy Duplicates) *Plan {
	return &Plan{policy: policy}
}

// Invalid takes in a row that was refused when it was read.
func (p *Plan) Invalid(number int64) {
	p.counts.Invalid++
	p.decided.set(number)
}

// Valid takes in a row that can be sent. Rows come in ascending order, without gaps.
func (p *Plan) Valid(s *row.Status) {
	p.counts.Send++
	p.keys.add(p.hash.Key(s))
}

// Survey ends the first reading. Applied yields what earlier runs set, in ascending order of keys; nil if rows that are
// unchanged are to be sent all the same. It reports whether a second reading is needed.
func (p *Plan) Survey(applied iter.Seq2[Known, error]) (again bool, err error) {
	p.keys.sort()
	repeated, rows := p.keys.repeated()
	if applied != nil {
		if err := p.known.merge(p.keys.ascending(), applied); err != nil {
			return false, err
		}
	}
	p.keys = keys{}
	p.repeated, p.twins = repeated, make([]twin, 0, rows)
	return len(p.repeated) > 0 || p.known.len() > 0, nil
}

// Look sees a valid row for the second time. It records an outcome if the row is unchanged; rows that share a key wait
// for [Plan.Settle].
func (p *Plan) Look(r *row.Row, record func(row.Outcome) error) error {
	k := p.hash.Key(&r.Status)
	group, repeated := slices.BinarySearch(p.repeated, k)
	f, applied := p.known.find(k)
	switch {
	case repeated:
		p.twins = append(p.twins, p.twin(r, group))
	case applied && f == p.hash.Fingerprint(&r.Status):
		return record(p.Decide(row.Outcome{Row: r.Number, Input: r.Input, Line: r.Line, Verdict: row.Unchanged}))
	}
	return nil
}

// Pending reports whether the row is to be sent.
func (p *Plan) Pending(number int64) bool { return !p.decided.has(number) }

// Resume takes in a row that an earlier session has left behind: it is to be sent, and with doubt an attempt may have
// been applied, or it is decided. A plan that resumes needs no other calls.
func (p *Plan) Resume(number int64, send, doubt bool) {
	if !send {
		p.decided.set(number)
		return
	}
	p.counts.Send++
	if doubt {
		p.doubtful.set(number)
	}
}

// Doubtful reports whether an earlier session may have applied the row without an answer.
func (p *Plan) Doubtful(number int64) bool { return p.doubtful.has(number) }

// Counts returns how many rows were decided in which way so far.
func (p *Plan) Counts() Counts { return p.counts }

// Decide takes in that a pending row is not to be sent: it is unchanged, a duplicate, invalid, or failed. It returns
// the outcome that says so.
func (p *Plan) Decide(o row.Outcome) row.Outcome {
	p.decided.set(o.Row)
	p.counts.Send--
	switch o.Verdict {
	case row.Unchanged:
		p.counts.Unchanged++
	case row.Duplicate:
		p.counts.Duplicate++
	case row.Invalid:
		p.counts.Invalid++
	case row.Failed:
		p.counts.Failed++
	}
	return o
}
