package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// A State is how far a run has come.
type State string

// The states of a run. A run begins as StatePlanning.
const (
	StatePlanning  State = "planning"  // its rows are being read and decided
	StateOpen      State = "open"      // every decision is recorded; rows may be left to send
	StateFinished  State = "finished"  // every row has an outcome that no later run helps
	StateRefused   State = "refused"   // nothing was sent, nothing will be
	StateAbandoned State = "abandoned" // another run took its place, or it ended before it was decided
	StateSaved     State = "saved"     // every decision is recorded, and nothing is sent until a command names it
)

// An Input is one file of rows of a run.
type Input struct {
	Name        string // as people know it
	File        string // name within the run's input folder
	SHA256      string
	Bytes, Rows int64
}

// A Run is what one taking-in of inputs became.
type Run struct {
	ID          string
	Fingerprint string // of the contents of all inputs, in order
	Target      string
	Settings    string // the deciding settings as canonical JSON
	Inputs      []Input
	Rows        int64 // over all inputs; 0 while planning
	State       State
	Started     time.Time
	Ended       time.Time // when the last session ended; zero while one is at work and after one was killed
	ExitStatus  int       // of the last session; -1 where Ended is zero
	Stopped     string    // why the last session ended before its last row; empty if it did not
	Sessions    int       // processes that worked at it
	Fence       int64     // rows up to this one may have been sent by some session
	Doubt       int64     // rows up to this one without an outcome are unknown: a killed session may have sent them
	Refreshed   bool      // what the run did is taken into what its target holds, see Journal.Refresh
	Verified    Verification
}

const (
	insertRun = `INSERT INTO run (id, state, fingerprint, target, settings, rows, started) VALUES (?, ?, ?, ?, ?, 0, ?)`

	insertInput = `INSERT INTO input (run, number, name, file, sha256, bytes, rows) VALUES (?, ?, ?, ?, ?, ?, ?)`

	// ?1 is the number of the session that this process works in, ?2 its run.
	selectRuns = `SELECT r.number, r.id, r.state, r.fingerprint, r.target, r.settings, r.rows, r.started, r.ended,
	coalesce(r.exit, -1), coalesce(r.stopped, ''), r.refreshed IS NOT NULL,
	count(s.number), coalesce(max(s.fence), 0),
	coalesce(max(s.fence) FILTER (WHERE s.ended IS NULL AND (s.run, s.number) <> (?2, ?1)), 0),
	r.verified, ifnull(r.verified_equal, 0), ifnull(r.verified_resolved, 0), ifnull(r.verified_different, 0),
	ifnull(r.verified_missing, 0), ifnull(r.verified_unread, 0), ifnull(r.verified_reads, 0)
	FROM run r LEFT JOIN session s ON s.run = r.number
	WHERE ?3 = '' OR r.id = ?3 GROUP BY r.number ORDER BY r.number DESC`

	selectInputs = `SELECT name, file, sha256, bytes, rows FROM input WHERE run = ? ORDER BY number`
)

// Begin records a new run with r's ID, Fingerprint, Target, Settings and Started (now, if that is zero).
func (j *Journal) Begin(ctx context.Context, r Run) error {
	if r.Started.IsZero() {
		r.Started = time.Now()
	}
	return j.durable(ctx, func(ctx context.Context, c *sql.Conn) error {
		_, err := c.ExecContext(ctx, insertRun, r.ID, StatePlanning, r.Fingerprint, r.Target, r.Settings, nanos(r.Started))
		return err
	})
}

// Planned records that every decision about the run is recorded: it is open now, with so many rows in these inputs.
// The session that recorded the decisions calls [Session.Flush] first.
func (j *Journal) Planned(ctx context.Context, id string, rows int64, inputs []Input) error {
	return j.planned(ctx, id, StateOpen, rows, inputs, "")
}

// Save is Planned for a run that waits for [Journal.Start]: it is saved at once, and gets these settings.
func (j *Journal) Save(ctx context.Context, id string, rows int64, inputs []Input, settings string) error {
	return j.planned(ctx, id, StateSaved, rows, inputs, settings)
}

func (j *Journal) planned(
	ctx context.Context, id string, state State, rows int64, inputs []Input, settings string,
) error {
	return j.durable(ctx, func(ctx context.Context, c *sql.Conn) error {
		run, err := number(ctx, c, id)
		if err != nil {
			return err
		}
		_, err = c.ExecContext(ctx, `UPDATE run SET state = ?1, rows = ?2, settings = iif(?3 = '', settings, ?3)
			WHERE number = ?4`, state, rows, settings, run)
		for i, in := range inputs {
			if err == nil {
				_, err = c.ExecContext(ctx, insertInput, run, i, in.Name, in.File, in.SHA256, in.Bytes, in.Rows)
			}
		}
		return err
	})
}

// Start makes a saved run an open one that begins now, with the session that is at work at it: neither the time that the
// plan was waiting, nor what its making has counted, is the run's.
func (j *Journal) Start(ctx context.Context, id string) error {
	return j.durable(ctx, func(ctx context.Context, c *sql.Conn) error {
		run, err := number(ctx, c, id)
		if err != nil {
			return err
		}
		_, err = c.ExecContext(ctx, `UPDATE run SET state = ?, started = ? WHERE number = ?`,
			StateOpen, time.Now().UnixNano(), run)
		for _, query := range []string{
			`DELETE FROM tally WHERE run = ?1`,
			`DELETE FROM session WHERE run = ?1 AND number < (SELECT max(number) FROM session WHERE run = ?1)`,
		} {
			if err == nil {
				_, err = c.ExecContext(ctx, query, run)
			}
		}
		return err
	})
}

// Conclude sets the run's state and the exit status that its history shows; a negative status leaves the one it has.
func (j *Journal) Conclude(ctx context.Context, id string, state State, exit int) error {
	return j.durable(ctx, func(ctx context.Context, c *sql.Conn) error {
		run, err := number(ctx, c, id)
		if err != nil {
			return err
		}
		_, err = c.ExecContext(ctx, `UPDATE run SET state = ?1, exit = iif(?2 < 0, exit, ?2) WHERE number = ?3`,
			state, exit, run)
		return err
	})
}

// Runs returns all runs, newest first.
func (j *Journal) Runs(ctx context.Context) ([]Run, error) {
	runs, _, err := j.runs(ctx, "")
	return runs, err
}

// Run returns the run with that id, or an error that is fs.ErrNotExist.
func (j *Journal) Run(ctx context.Context, id string) (Run, error) {
	r, _, err := j.find(ctx, id)
	return r, err
}

// find returns the run with that id together with its number.
func (j *Journal) find(ctx context.Context, id string) (Run, int64, error) {
	if id == "" {
		return Run{}, 0, noRun(id)
	}
	runs, numbers, err := j.runs(ctx, id)
	if err == nil && len(runs) == 0 {
		err = noRun(id)
	}
	if err != nil {
		return Run{}, 0, err
	}
	return runs[0], numbers[0], nil
}

// runs returns all runs, or the one with that id, with their numbers.
func (j *Journal) runs(ctx context.Context, id string) (runs []Run, numbers []int64, err error) {
	live, liveRun := j.working()
	rows, err := j.db.QueryContext(ctx, selectRuns, live, liveRun, id)
	if err != nil {
		return nil, nil, j.read(err)
	}
	defer rows.Close()
	for rows.Next() {
		var r Run
		var number int64
		var started, ended, verified sql.NullInt64
		v := &r.Verified
		err := rows.Scan(&number, &r.ID, &r.State, &r.Fingerprint, &r.Target, &r.Settings, &r.Rows, &started, &ended,
			&r.ExitStatus, &r.Stopped, &r.Refreshed, &r.Sessions, &r.Fence, &r.Doubt,
			&verified, &v.Equal, &v.Resolved, &v.Different, &v.Missing, &v.Unread, &v.Reads)
		if err != nil {
			return nil, nil, j.read(err)
		}
		r.Started, r.Ended, v.At = timeOf(started), timeOf(ended), timeOf(verified)
		runs, numbers = append(runs, r), append(numbers, number)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, nil, j.read(err)
	}
	for i := range runs {
		if runs[i].Inputs, err = j.inputs(ctx, numbers[i]); err != nil {
			return nil, nil, err
		}
	}
	return runs, numbers, nil
}

func (j *Journal) inputs(ctx context.Context, run int64) (inputs []Input, err error) {
	rows, err := j.db.QueryContext(ctx, selectInputs, run)
	if err != nil {
		return nil, j.read(err)
	}
	defer rows.Close()
	for rows.Next() {
		var in Input
		if err := rows.Scan(&in.Name, &in.File, &in.SHA256, &in.Bytes, &in.Rows); err != nil {
			return nil, j.read(err)
		}
		inputs = append(inputs, in)
	}
	return inputs, j.read(rows.Err())
}

// number returns the number of the run with that id.
func number(ctx context.Context, c *sql.Conn, id string) (run int64, err error) {
	err = c.QueryRowContext(ctx, `SELECT number FROM run WHERE id = ?`, id).Scan(&run)
	if errors.Is(err, sql.ErrNoRows) {
		err = noRun(id)
	}
	return run, err
}

func noRun(id string) error {
	return fmt.Errorf("the journal has no run %.100q: %w", id, fs.ErrNotExist)
}
