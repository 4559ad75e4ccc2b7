package journal

import (
	"context"
	"database/sql"
	"iter"
	"math"
	"time"
)

// A Kind is what an event was.
type Kind string

// The kinds of events that a session sums up.
const (
	Attempt Kind = "attempt" // one request that sends a row: HTTPStatus (0: no answer) and Took
	Read    Kind = "read"    // one that reads what the service holds: the same
	Pause   Kind = "pause"   // nobody sent for a while: HTTPStatus that asked for it (0: an outage), and Took
	Rate    Kind = "rate"    // the rate changed to PerSecond
	Sending Kind = "sending" // a session sent rows, and Took so long from its first request to its last answer
	Resent  Kind = "resent"  // a row was sent again that an earlier session may have applied
)

// An Event is one thing that happened while rows were sent.
type Event struct {
	Kind       Kind
	At         time.Time
	HTTPStatus int
	Took       time.Duration
	PerSecond  float64
}

// TallySpan is the stretch of time over which events are summed up: the window of the service's quota.
const TallySpan = 20 * time.Second

type tallyKey struct {
	start  int64
	kind   Kind
	status int
	upTo   time.Duration
}

type tallySum struct {
	count int64
	total time.Duration
	rate  float64
}

const insertTally = `INSERT INTO tally (run, start, kind, http_status, upto, count, total, rate)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
	SET count = count + excluded.count, total = total + excluded.total, rate = excluded.rate`

// Tally adds an event to the sums. It does not wait for the disk; the sums are written with the next outcomes.
func (s *Session) Tally(e Event) {
	k := tallyKey{e.At.Truncate(TallySpan).UnixNano(), e.Kind, e.HTTPStatus, upTo(e.Took)}
	s.tallying.Lock()
	defer s.tallying.Unlock()
	sum := s.tally[k]
	s.tally[k] = tallySum{sum.count + 1, sum.total + e.Took, e.PerSecond}
}

// upTo returns the smallest of 1, 2, 5, 10, 20, 50 … milliseconds that is not less than d.
func upTo(d time.Duration) time.Duration {
	for decade := time.Millisecond; ; decade *= 10 {
		for _, step := range [...]time.Duration{1, 2, 5} {
			if d <= step*decade || decade > time.Hour {
				return step * decade
			}
		}
	}
}

// takeTally returns the sums since the last call.
func (s *Session) takeTally() map[tallyKey]tallySum {
	s.tallying.Lock()
	defer s.tallying.Unlock()
	if len(s.tally) == 0 {
		return nil
	}
	t := s.tally
	s.tally = make(map[tallyKey]tallySum, len(t))
	return t
}

func (s *Session) insertTally(ctx context.Context, c *sql.Conn, tally map[tallyKey]tallySum) error {
	for k, t := range tally {
		_, err := c.ExecContext(ctx, insertTally, s.run, k.start, k.kind, k.status, int64(k.upTo),
			t.count, int64(t.total), t.rate)
		if err != nil {
			return err
		}
	}
	return nil
}

// A Tally is the sum of events of one kind that began within one TallySpan.
type Tally struct {
	Kind       Kind
	Start      time.Time // of the span
	HTTPStatus int
	UpTo       time.Duration // each of them took so long at most: one of 1, 2, 5, 10, 20, 50 … ms
	Count      int64
	Total      time.Duration // how long all of them took
	PerSecond  float64       // after the last of them
}

const selectTally = `SELECT start, kind, http_status, upto, count, total, rate FROM tally
	WHERE run = ? AND (start, kind, http_status, upto) > (?, ?, ?, ?)
	ORDER BY start, kind, http_status, upto LIMIT ?`

// Tallies yields what the run's sessions summed up, in the order of time. The loop may use the journal.
func (j *Journal) Tallies(ctx context.Context, id string) iter.Seq2[Tally, error] {
	return func(yield func(Tally, error) bool) {
		_, run, err := j.find(ctx, id)
		if err != nil {
			yield(Tally{}, err)
			return
		}
		last := Tally{Start: time.Unix(0, math.MinInt64)}
		page := make([]Tally, 0, pageRows)
		for more := true; more; more = len(page) == pageRows {
			if page, err = j.tallyPage(ctx, page[:0], run, last); err != nil {
				yield(Tally{}, err)
				return
			}
			for _, last = range page {
				if !yield(last, nil) {
					return
				}
			}
		}
	}
}

func (j *Journal) tallyPage(ctx context.Context, page []Tally, run int64, after Tally) ([]Tally, error) {
	rows, err := j.db.QueryContext(ctx, selectTally, run, after.Start.UnixNano(), after.Kind, after.HTTPStatus,
		int64(after.UpTo), pageRows)
	if err != nil {
		return page, j.read(err)
	}
	defer rows.Close()
	for rows.Next() {
		var t Tally
		var start int64
		err := rows.Scan(&start, &t.Kind, &t.HTTPStatus, (*int64)(&t.UpTo), &t.Count, (*int64)(&t.Total), &t.PerSecond)
		if err != nil {
			return page, j.read(err)
		}
		t.Start = time.Unix(0, start).UTC()
		page = append(page, t)
	}
	return page, j.read(rows.Err())
}
