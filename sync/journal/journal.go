// Package journal remembers what happened to every row.
//
// [Acquire] the lock of a folder, [Open] the journal in it, [Journal.Begin] a run, open a session with
// [Journal.BeginSession], then [Session.Record] outcomes from as many goroutines as you like:
//
//	lock, err := journal.Acquire(ctx, dir, 0)
//	j, err := journal.Open(ctx, dir)
//	err = j.Begin(ctx, journal.Run{ID: id, Fingerprint: sum, Target: target})
//	s, err := j.BeginSession(ctx, id)
//	err = s.Record(outcome)                    // decisions of the plan, before anything is sent
//	err = s.Flush(ctx)
//	err = j.Planned(ctx, id, rows, inputs)
//	err = s.Fence(ctx, 1000)                   // from here rows 1 to 1000 may be sent
//	err = s.Record(outcome)
//	err = s.End(ctx, 0, journal.StateFinished, "")
//
// [Journal.Outcomes] tells what became of the rows, [Journal.Runs] lists the runs, [Journal.Prune] forgets old ones.
// What outlasts them belongs to a target: [Journal.Refresh] takes in what a run has made it hold, for [Journal.Applied]
// to tell the next run; [Journal.Learn] keeps the rate that it allows. [OpenReadOnly] needs no lock.
//
// # What is promised
//
// An outcome that [Session.Flush] acknowledged survives the death of the process; one that was recorded does so within
// 100 ms. A fence survives the loss of power. A row has one outcome: a later session may replace one that a later run
// may mend, and [Session.Revise] corrects what a reading back has disproved; anything else is a [BooksError].
//
// A session that did not end was killed. Then nobody knows about the rows up to its fence that have no outcome, nor
// about those whose earlier retryable refusal it set out to mend: they read as unknown. Rows beyond the fence, and rows
// that a session left behind when it ended well, were not sent. This is derived when the journal is read, so that
// nothing has to be repaired after a crash.
//
// # The file
//
// journal.db is an SQLite database in WAL mode. It knows rows by their numbers and fingerprints alone, and of each what
// was said about it. Times are nanoseconds since 1970, UTC. The views "runs" and "outcomes" are for people; "applied"
// holds what each target is known to hold, "target" the rate that it was found to allow.
package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

const fileName = "journal.db"

// A Journal is an open journal. It is safe for concurrent use. It holds one connection, and no method keeps it while it
// calls back or waits for anything but the disk.
type Journal struct {
	db   *sql.DB
	path string
	temp string // folder of the copy that a read-only journal reads; removed by Close

	mu   sync.Mutex
	live *Session // the session of this process, until it ends or fails
}

// Open opens the journal in the folder dir and makes a new one if there is none. The caller holds the folder's [Lock]
// until after [Journal.Close]. It returns a *VersionError for a journal of a newer version, a *DamagedError for a file
// that is no journal, and a *WriteError when the file cannot be written.
func Open(ctx context.Context, dir string) (*Journal, error) {
	path := filepath.Join(dir, fileName)
	if err := create(path); err != nil {
		return nil, &WriteError{err}
	}
	return open(ctx, path)
}

// create makes an empty file that nobody else can read, unless there is one: SQLite gives the files beside it the same
// mode. A link or a device in its place is refused, since whoever put it there decides what would be overwritten.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		return f.Close()
	}
	info, lerr := os.Lstat(path)
	switch {
	case !errors.Is(err, fs.ErrExist):
		return err
	case lerr != nil:
		return lerr
	case !info.Mode().IsRegular():
		return fmt.Errorf("%q is not a regular file", path)
	}
	return nil
}

func open(ctx context.Context, path string) (*Journal, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	// The driver sets these in the order of the alphabet. The lock must be asked for before the file is looked at first.
	dsn := url.URL{Scheme: "file", Path: abs,
		RawQuery: "_pragma=busy_timeout(1000)&_pragma=locking_mode(EXCLUSIVE)"}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	j := &Journal{db: db, path: path}
	if err := j.prepare(ctx); err != nil {
		db.Close()
		return nil, err
	}
	return j, nil
}

// Close closes the journal. A session that has not ended stays one that was killed.
func (j *Journal) Close() error {
	j.mu.Lock()
	s := j.live
	j.mu.Unlock()
	if s != nil {
		s.leave()
	}
	err := j.wrote(j.db.Close())
	if j.temp != "" {
		err = errors.Join(err, os.RemoveAll(j.temp))
	}
	return err
}

// commit runs f in one transaction. A commit is not interrupted: it takes milliseconds, and half of one is of no use.
func (j *Journal) commit(ctx context.Context, f func(context.Context, *sql.Conn) error) error {
	ctx = context.WithoutCancel(ctx)
	c, err := j.db.Conn(ctx)
	if err != nil {
		return j.wrote(err)
	}
	defer c.Close()
	if _, err := c.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return j.wrote(err)
	}
	committed := false
	defer func() {
		if !committed {
			c.ExecContext(ctx, "ROLLBACK") // fails when SQLite has rolled back by itself
		}
	}()
	if err := f(ctx, c); err != nil {
		return j.wrote(err)
	}
	_, err = c.ExecContext(ctx, "COMMIT")
	committed = err == nil
	return j.wrote(err)
}

// durable is commit, and the result survives the loss of power: it stands in the main file, which is synced, when
// durable returns. So a damaged WAL can lose outcomes but no fence.
func (j *Journal) durable(ctx context.Context, f func(context.Context, *sql.Conn) error) error {
	if err := j.commit(ctx, f); err != nil {
		return err
	}
	var busy, frames, done int64
	err := j.db.QueryRowContext(context.WithoutCancel(ctx), "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &frames, &done)
	if err == nil && (busy != 0 || done != frames) {
		err = fmt.Errorf("checkpoint stopped at page %d of %d", done, frames)
	}
	return j.wrote(err)
}

// nanos is how a time is stored: nil for none.
func nanos(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixNano()
}

func timeOf(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.Unix(0, n.Int64).UTC()
}
