package journal

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/statussync/statussync/sync/row"
)

// An entry is what the writer is handed.
type entry struct {
	row.Outcome
	revised bool
}

// Record hands the outcome of a row to the writer, which commits it within 100 ms. It waits when the writer is 1,000
// outcomes behind. An error is that of an earlier write.
func (s *Session) Record(o row.Outcome) error { return s.hand(entry{o, false}) }

func (s *Session) hand(e entry) error {
	if err := s.failure(); err != nil {
		return err
	}
	select {
	case s.queue <- e:
		return nil
	case <-s.failed:
		return s.err
	}
}

// Flush returns nil when all outcomes whose Record has returned are committed.
func (s *Session) Flush(ctx context.Context) error {
	ack := make(chan struct{})
	select {
	case s.flushes <- ack:
	case <-s.done:
		return s.failure()
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-ack:
		return nil
	case <-s.done:
		return s.failure()
	}
}

// write commits outcomes in groups until the session is left or has failed.
func (s *Session) write(ctx context.Context) {
	defer close(s.done)
	defer s.closeStatements(ctx)
	defer func() {
		if p := recover(); p != nil {
			s.fail(fmt.Errorf("panic in the writer of the journal: %v\n%s", p, debug.Stack()))
		}
	}()
	group := make([]entry, 0, 2*groupRows)
	for more := true; more; {
		var ack chan struct{}
		group, ack, more = s.gather(group[:0])
		if s.failure() != nil {
			return
		}
		if err := s.commit(ctx, group); err != nil {
			s.fail(err)
			return
		}
		if ack != nil {
			close(ack)
		}
	}
}

// gather waits for outcomes, and for company to the first of them. A flush and the end take all that is there.
func (s *Session) gather(group []entry) (_ []entry, ack chan struct{}, more bool) {
	var old <-chan time.Time
	for len(group) < groupRows {
		select {
		case e := <-s.queue:
			if len(group) == 0 {
				old = time.After(groupAge)
			}
			group = s.drain(append(group, e))
		case <-old:
			return group, nil, true
		case ack := <-s.flushes:
			return s.drain(group), ack, true
		case <-s.stop:
			return s.drain(group), nil, false
		case <-s.failed:
			return group, nil, false
		}
	}
	return group, nil, true
}

// drain takes what is in the queue, and at most groupRows, so that it ends.
func (s *Session) drain(group []entry) []entry {
	for range groupRows {
		select {
		case e := <-s.queue:
			group = append(group, e)
		default:
			return group
		}
	}
	return group
}

// commit writes one group, and what was tallied meanwhile. Those of one shape go together, in the order of the rows: so
// they are appended to the tree. What is revised may have been recorded in the same group.
func (s *Session) commit(ctx context.Context, group []entry) error {
	tally := s.takeTally()
	if len(group) == 0 && len(tally) == 0 {
		return nil
	}
	var plains, fulls, revised []*row.Outcome
	for i := range group {
		switch e := &group[i]; {
		case e.revised:
			revised = append(revised, &e.Outcome)
		case plain(&e.Outcome):
			plains = append(plains, &e.Outcome)
		default:
			fulls = append(fulls, &e.Outcome)
		}
	}
	return s.j.commit(ctx, func(ctx context.Context, c *sql.Conn) error {
		if err := s.insert(ctx, c, &s.plain, plains); err != nil {
			return err
		}
		if err := s.insert(ctx, c, &s.full, fulls); err != nil {
			return err
		}
		if err := s.revise(ctx, c, revised); err != nil {
			return err
		}
		return s.insertTally(ctx, c, tally)
	})
}

// insert writes outcomes of one shape, as many with one statement as it takes.
func (s *Session) insert(ctx context.Context, c *sql.Conn, sh *shape, group []*row.Outcome) error {
	slices.SortFunc(group, func(a, b *row.Outcome) int { return cmp.Compare(a.Row, b.Row) })
	for len(group) > 0 {
		n := 1
		if len(group) >= many {
			n = many
		}
		s.args = bind(s.args[:0], s.number)
		for _, o := range group[:n] {
			s.args = sh.append(s.args, s.run<<rowBits|o.Row, o)
		}
		changed, err := sh.exec(ctx, c, n, s.args)
		if err != nil {
			return err
		}
		if changed != int64(n) {
			return &BooksError{group[0].Row, group[n-1].Row}
		}
		group = group[n:]
	}
	return nil
}

// closeStatements gives back what the session has prepared.
func (s *Session) closeStatements(ctx context.Context) {
	c, err := s.j.db.Conn(ctx)
	if err != nil {
		return
	}
	defer c.Close()
	s.plain.close(c)
	s.full.close(c)
}
