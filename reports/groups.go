package reports

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/statussync/statussync/sync/row"
)

const (
	maxGroups  = 100 // more codes than these, the service's to invent, share a group for each verdict
	maxSamples = 3
	maxSaid    = 1024 // bytes of a sample's message or reason, so that three stay small whatever a row said
	otherCodes = "(other codes)"
)

// Groups gathers rows that went wrong by verdict, HTTP status and code. It keeps at most about a hundred groups with
// three samples each, however many rows it is given. The zero Groups is empty; it is not safe for concurrent use.
type Groups struct{ all map[groupKey]*group }

type groupKey struct {
	verdict row.Verdict
	status  int
	code    string
}

type group struct {
	groupKey
	rows        int64
	again       int64 // of these, the rows that a later run may help
	first, last place
	samples     []sample // those with the smallest row numbers, in row order
}

type place struct {
	row   int64
	input int
	line  int64
}

type sample struct {
	place
	message, reason, requestID, clientRequestID string
}

// Add takes an outcome in; those of verdicts that are no trouble are passed over, and so is unsent, which has no
// cause of its own. The order of the calls makes no difference as long as there are no more groups than are kept.
func (g *Groups) Add(o row.Outcome) {
	if !trouble(o.Verdict) {
		return
	}
	at := place{o.Row, o.Input, o.Line}
	in := g.group(&o, at)
	in.rows++
	if o.Retryable {
		in.again++
	}
	if at.row < in.first.row {
		in.first = at
	}
	if at.row > in.last.row {
		in.last = at
	}
	in.sample(&o, at)
}

func (g *Groups) group(o *row.Outcome, at place) *group {
	key := groupKey{o.Verdict, o.HTTPStatus, o.Code}
	if in := g.all[key]; in != nil {
		return in
	}
	if len(g.all) >= maxGroups {
		key = groupKey{verdict: o.Verdict, code: otherCodes}
		if in := g.all[key]; in != nil {
			return in
		}
	}
	if g.all == nil {
		g.all = make(map[groupKey]*group)
	}
	in := &group{groupKey: key, first: at, last: at}
	g.all[key] = in
	return in
}

func (in *group) sample(o *row.Outcome, at place) {
	if len(in.samples) == maxSamples {
		if at.row > in.samples[maxSamples-1].row {
			return
		}
		in.samples = in.samples[:maxSamples-1]
	}
	i, _ := slices.BinarySearchFunc(in.samples, at.row, func(s sample, n int64) int { return cmp.Compare(s.row, n) })
	in.samples = slices.Insert(in.samples, i, sample{
		place: at, message: bounded(o.Message, maxSaid), reason: bounded(reason(o), maxSaid),
		requestID: o.RequestID, clientRequestID: o.ClientRequestID,
	})
}

func (in *group) advice() string { return Advice(in.status, in.code, in.verdict) }

// bounded returns at most the first limit bytes of s.
func bounded(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") // the cut may go through a character
}

// sorted returns the groups, the largest first.
func (g *Groups) sorted() []*group {
	if g == nil {
		return nil
	}
	return slices.SortedFunc(maps.Values(g.all), func(a, b *group) int {
		return cmp.Or(cmp.Compare(b.rows, a.rows), cmp.Compare(a.first.row, b.first.row))
	})
}

// rows returns the number of rows that were added with the verdict v.
func (g *Groups) rows(v row.Verdict) (rows int64) {
	for _, in := range g.sorted() {
		if in.verdict == v {
			rows += in.rows
		}
	}
	return rows
}

// failed returns how many of the rows that failed a later run may help, and how many were found before the sending not
// to be known to the service.
func (g *Groups) failed() (again, missing int64) {
	for _, in := range g.sorted() {
		switch {
		case in.verdict != row.Failed:
		case in.code == "app-unknown" || in.code == "id-unknown":
			missing += in.rows
		default:
			again += in.again
		}
	}
	return again, missing
}
