package journal

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"
	"time"
)

const (
	groupRows = 1000                   // outcomes in one commit, about
	groupAge  = 100 * time.Millisecond // longest wait of an outcome for company
)

// A Session is one process working at one run. Its methods are safe for concurrent use. When something cannot be
// written, nothing is written any more: that error comes back from all that follow, and the session is one that was
// killed.
type Session struct {
	j           *Journal
	run, number int64
	plain, full shape               // how outcomes are written
	args        []driver.NamedValue // of one statement; the writer's

	queue   chan entry
	flushes chan chan struct{} // each is closed when what was recorded before it is committed
	stop    chan struct{}      // closed to end the writer
	done    chan struct{}      // closed when the writer has ended
	leaving sync.Once

	failing sync.Once
	failed  chan struct{} // closed after err is set
	err     error

	fencing sync.Mutex
	fence   int64

	tallying sync.Mutex
	tally    map[tallyKey]tallySum
}

var errEnded = errors.New("the session has ended")

const (
	insertSession = `INSERT INTO session (run, number, started) SELECT ?1, coalesce(max(number), 0) + 1, ?2
	FROM session WHERE run = ?1 RETURNING number`

	// What the run did last is not part of what its target holds until the next refresh.
	updateFence = `UPDATE session SET fence = ?3 WHERE run = ?1 AND number = ?2`
	staleRun    = `UPDATE run SET refreshed = NULL WHERE number = ?1`
)

// BeginSession opens a session at the run with that id. It starts the goroutine that writes; [Session.End] ends it. A
// journal has one session at a time.
func (j *Journal) BeginSession(ctx context.Context, id string) (*Session, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.live != nil {
		return nil, errors.New("this journal has a session already")
	}
	s := &Session{
		j:       j,
		plain:   plainShape,
		full:    fullShape,
		queue:   make(chan entry, groupRows),
		flushes: make(chan chan struct{}),
		stop:    make(chan struct{}),
		done:    make(chan struct{}),
		failed:  make(chan struct{}),
		tally:   map[tallyKey]tallySum{},
	}
	err := j.durable(ctx, func(ctx context.Context, c *sql.Conn) (err error) {
		if s.run, err = number(ctx, c, id); err != nil {
			return err
		}
		const again = `UPDATE run SET ended = NULL, exit = NULL, stopped = NULL WHERE number = ?`
		if _, err = c.ExecContext(ctx, again, s.run); err != nil {
			return err
		}
		return c.QueryRowContext(ctx, insertSession, s.run, time.Now().UnixNano()).Scan(&s.number)
	})
	if err != nil {
		return nil, err
	}
	j.live = s
	go s.write(context.WithoutCancel(ctx))
	return s, nil
}

// working returns the number and the run of the healthy session of this process, zeros if there is none.
func (j *Journal) working() (session, run int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.live == nil || j.live.failure() != nil {
		return 0, 0
	}
	return j.live.number, j.live.run
}

// Fence records that rows up to row may be sent from now on. When it returns nil this survives the loss of power; it
// costs two syncs of the disk, unless an earlier fence covers the row.
func (s *Session) Fence(ctx context.Context, row int64) error {
	s.fencing.Lock()
	defer s.fencing.Unlock()
	if err := s.failure(); err != nil || row <= s.fence {
		return err
	}
	err := s.j.durable(ctx, func(ctx context.Context, c *sql.Conn) error {
		if _, err := c.ExecContext(ctx, staleRun, s.run); err != nil {
			return err
		}
		_, err := c.ExecContext(ctx, updateFence, s.run, s.number, row)
		return err
	})
	if err != nil {
		s.fail(err)
		return err
	}
	s.fence = row
	return nil
}

// End commits what was recorded and ends the session: from now on a row without an outcome was not sent by it. exit is
// the exit status that the run's history shows, stopped why the session ended before its last row, if it did. The run
// gets the state; with "" it keeps the one it has.
func (s *Session) End(ctx context.Context, exit int, state State, stopped string) error {
	s.leave()
	if err := s.failure(); err != nil {
		return err
	}
	err := s.j.durable(ctx, func(ctx context.Context, c *sql.Conn) error {
		now := time.Now().UnixNano()
		_, err := c.ExecContext(ctx, `UPDATE session SET ended = ?, exit = ? WHERE run = ? AND number = ?`,
			now, exit, s.run, s.number)
		if err != nil {
			return err
		}
		_, err = c.ExecContext(ctx, `UPDATE run SET ended = ?1, exit = ?2, state = iif(?3 = '', state, ?3),
			stopped = nullif(?4, '') WHERE number = ?5`, now, exit, state, stopped, s.run)
		return err
	})
	if err != nil {
		s.fail(err)
		return err
	}
	s.fail(errEnded)
	return nil
}

// leave ends the writer, after it has committed what was recorded.
func (s *Session) leave() {
	s.leaving.Do(func() { close(s.stop) })
	<-s.done
	s.j.mu.Lock()
	defer s.j.mu.Unlock()
	if s.j.live == s {
		s.j.live = nil
	}
}

func (s *Session) fail(err error) {
	s.failing.Do(func() {
		s.err = err
		close(s.failed)
	})
}

// failure returns why nothing is written any more, or nil.
func (s *Session) failure() error {
	select {
	case <-s.failed:
		return s.err
	default:
		return nil
	}
}
