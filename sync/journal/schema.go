package journal

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/statussync/statussync/sync/row"
)

const (
	applicationID = 0x53746153 // "StaS": tells file(1) and us whose database this is
	schemaVersion = 2

	// SQLite's usual pages of 4 KiB cost a quarter more CPU for each outcome.
	pageSize = 16 << 10

	// An outcome's id holds its run above and its row below, so that recording appends to the end of one tree.
	rowBits = 40
	rowMask = 1<<rowBits - 1
)

// verdictNow is what outcome o says today: a retryable refusal becomes unknown when a later session, killed since, may
// have sent the row again. live is the number of the session that this process is working in, 0 if none.
func verdictNow(live string) string {
	return fmt.Sprintf(`CASE WHEN o.verdict = %d AND o.retryable AND o.id & %d <= (
	SELECT max(fence) FROM session s
	WHERE s.run = o.id >> %d AND s.number > o.session AND s.number <> %s AND s.ended IS NULL)
THEN %d ELSE o.verdict END`, row.Failed, rowMask, rowBits, live, row.Unknown)
}

const tables = `
CREATE TABLE run (
	number INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	state TEXT NOT NULL, -- planning, open, finished, refused, abandoned, saved
	fingerprint TEXT NOT NULL, -- of the inputs' contents, in order
	target TEXT NOT NULL,
	settings TEXT NOT NULL, -- JSON
	rows INTEGER NOT NULL DEFAULT 0,
	started INTEGER NOT NULL,
	ended INTEGER,
	exit INTEGER, -- null: no session has ended yet, or the last one was killed
	stopped TEXT, -- why the last session ended before its last row, in words; null: it did not
	refreshed INTEGER, -- when "applied" last took in what this run did; null: it has not, or the run did more since
	-- when its rows were last read back and what that found, in rows; null: they never were
	verified INTEGER, verified_equal INTEGER, verified_resolved INTEGER, verified_different INTEGER,
	verified_missing INTEGER, verified_unread INTEGER, verified_reads INTEGER
) STRICT;
CREATE TABLE input (
	run INTEGER NOT NULL, number INTEGER NOT NULL, -- from 0
	name TEXT NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, rows INTEGER NOT NULL,
	PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE session ( -- one process working at one run
	run INTEGER NOT NULL, number INTEGER NOT NULL, -- from 1
	started INTEGER NOT NULL,
	ended INTEGER, -- null: it is at work, or it was killed
	exit INTEGER,
	fence INTEGER NOT NULL DEFAULT 0, -- rows up to this one may have been sent
	PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE verdict (number INTEGER PRIMARY KEY, word TEXT NOT NULL) STRICT;
CREATE TABLE outcome ( -- a row without one was not sent, or is unknown up to the fence of a killed session
	id INTEGER PRIMARY KEY, -- run << 40 | row
	session, input, line, verdict, retryable, attempts, http_status, code, message, mismatch, reason,
	request_id, client_request_id, -- GUIDs as 16 bytes, anything else as text
	at, duration -- nanoseconds
);
CREATE TABLE tally (
	run INTEGER NOT NULL,
	start INTEGER NOT NULL, -- of 20 seconds
	kind TEXT NOT NULL, -- attempt, read, pause, rate, sending, resent
	http_status INTEGER NOT NULL, -- 0: none
	upto INTEGER NOT NULL, -- nanoseconds: each of them took so long at most
	count INTEGER NOT NULL,
	total INTEGER NOT NULL, -- nanoseconds in all
	rate REAL NOT NULL, -- the last one, per second
	PRIMARY KEY (run, start, kind, http_status, upto)
) STRICT, WITHOUT ROWID;
CREATE TABLE target (
	number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
	rate REAL, learned INTEGER -- requests per second that a run found to be allowed, and when; null: not known
) STRICT;
CREATE TABLE applied ( -- what a target is known to hold
	target INTEGER NOT NULL, key INTEGER NOT NULL, fingerprint BLOB NOT NULL,
	PRIMARY KEY (target, key)
) STRICT, WITHOUT ROWID;
`

// views are for people who open the file with sqlite3; the program does not read them.
var views = fmt.Sprintf(`
CREATE VIEW runs AS SELECT id, state, %s AS started, %s AS ended, exit, rows,
	(SELECT count(*) FROM session s WHERE s.run = run.number) AS sessions,
	(SELECT coalesce(max(fence), 0) FROM session s WHERE s.run = run.number AND s.ended IS NULL) AS doubt,
	target, settings
FROM run ORDER BY number;
CREATE VIEW outcomes AS SELECT run.id AS run, o.id & %d AS row, o.input, o.line, verdict.word AS verdict, o.retryable,
	o.attempts, o.http_status, o.code, o.message, o.mismatch, o.reason, %s AS request_id, %s AS client_request_id,
	%s AS at, o.duration / 1e6 AS duration_ms
FROM outcome o JOIN run ON run.number = o.id >> %d JOIN verdict ON verdict.number = %s
ORDER BY o.id;
`, timeText("started"), timeText("ended"), rowMask, guidText("o.request_id"), guidText("o.client_request_id"),
	timeText("o.at"), rowBits, verdictNow("0"))

func timeText(column string) string {
	return fmt.Sprintf("strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', %s / 1e9, 'unixepoch')", column)
}

func guidText(column string) string {
	return fmt.Sprintf(`CASE typeof(%[1]s) WHEN 'blob' THEN lower(substr(hex(%[1]s), 1, 8) || '-' ||
		substr(hex(%[1]s), 9, 4) || '-' || substr(hex(%[1]s), 13, 4) || '-' || substr(hex(%[1]s), 17, 4) || '-' ||
		substr(hex(%[1]s), 21)) ELSE %[1]s END`, column)
}

// schema is all that makes an empty database a journal.
func schema() string {
	s := tables + views
	for _, v := range row.Verdicts() {
		s += fmt.Sprintf("INSERT INTO verdict VALUES (%d, '%s');\n", v, v)
	}
	return s + fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", applicationID, schemaVersion)
}

// settings change nothing in a file that turns out not to be ours. The cache is 4 MiB, the WAL 8 MiB and one group.
// Temporary data stays in memory: a container may have no other folder to write to.
var settings = fmt.Sprintf(`PRAGMA page_size = %d; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -4096;
	PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = %d`, pageSize, 8<<20/pageSize)

// migration makes a journal of version 1, which read nothing back and learned no rate, one of version 2.
const migration = `
ALTER TABLE run ADD COLUMN verified INTEGER;
ALTER TABLE run ADD COLUMN verified_equal INTEGER;
ALTER TABLE run ADD COLUMN verified_resolved INTEGER;
ALTER TABLE run ADD COLUMN verified_different INTEGER;
ALTER TABLE run ADD COLUMN verified_missing INTEGER;
ALTER TABLE run ADD COLUMN verified_unread INTEGER;
ALTER TABLE run ADD COLUMN verified_reads INTEGER;
ALTER TABLE target ADD COLUMN rate REAL;
ALTER TABLE target ADD COLUMN learned INTEGER;
PRAGMA user_version = 2;
`

// prepare makes sure that the database is ours, gives an empty one its tables, and brings an older one up to date.
func (j *Journal) prepare(ctx context.Context) error {
	if _, err := j.db.ExecContext(ctx, settings); err != nil {
		return j.wrote(err)
	}
	var app, version, objects int
	err := j.db.QueryRowContext(ctx, `SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
		FROM pragma_application_id, pragma_user_version`).Scan(&app, &version, &objects)
	switch {
	case err != nil:
		return j.wrote(err)
	case app == applicationID && version > schemaVersion:
		return &VersionError{j.path, version, schemaVersion}
	case app != applicationID && (app != 0 || version != 0 || objects != 0), app == applicationID && version < 1:
		return &DamagedError{Path: j.path}
	}
	var mode string
	if err := j.db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return j.wrote(err)
	}
	if mode != "wal" {
		return &WriteError{fmt.Errorf("SQLite journals in the mode %q there", mode)}
	}
	var statements string
	switch {
	case app != applicationID:
		statements = schema()
	case version < schemaVersion:
		statements = migration
	default:
		return nil
	}
	return j.durable(ctx, func(ctx context.Context, c *sql.Conn) error {
		_, err := c.ExecContext(ctx, statements)
		return err
	})
}
