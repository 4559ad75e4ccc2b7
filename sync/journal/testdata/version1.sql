CREATE TABLE run (
	number INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	state TEXT NOT NULL, -- planning, open, finished, refused, abandoned
	fingerprint TEXT NOT NULL, -- of the inputs' contents, in order
	target TEXT NOT NULL,
	settings TEXT NOT NULL, -- JSON
	rows INTEGER NOT NULL DEFAULT 0,
	started INTEGER NOT NULL,
	ended INTEGER,
	exit INTEGER, -- null: no session has ended yet, or the last one was killed
	stopped TEXT, -- why the last session ended before its last row, in words; null: it did not
	refreshed INTEGER -- when "applied" last took in what this run did; null: it has not, or the run sent more since
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
	kind TEXT NOT NULL, -- attempt, pause, rate
	http_status INTEGER NOT NULL, -- 0: none
	upto INTEGER NOT NULL, -- nanoseconds: each of them took so long at most
	count INTEGER NOT NULL,
	total INTEGER NOT NULL, -- nanoseconds in all
	rate REAL NOT NULL, -- the last one, per second
	PRIMARY KEY (run, start, kind, http_status, upto)
) STRICT, WITHOUT ROWID;
CREATE TABLE target (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE applied ( -- what a target is known to hold
	target INTEGER NOT NULL, key INTEGER NOT NULL, fingerprint BLOB NOT NULL,
	PRIMARY KEY (target, key)
) STRICT, WITHOUT ROWID;
CREATE VIEW runs AS SELECT id, state, strftime('%Y-%m-%dT%H:%M:%fZ', started / 1e9, 'unixepoch') AS started, strftime('%Y-%m-%dT%H:%M:%fZ', ended / 1e9, 'unixepoch') AS ended, exit, rows,
	(SELECT count(*) FROM session s WHERE s.run = run.number) AS sessions,
	(SELECT coalesce(max(fence), 0) FROM session s WHERE s.run = run.number AND s.ended IS NULL) AS doubt,
	target, settings
FROM run ORDER BY number;
CREATE VIEW outcomes AS SELECT run.id AS run, o.id & 1099511627775 AS row, o.input, o.line, verdict.word AS verdict, o.retryable,
	o.attempts, o.http_status, o.code, o.message, o.mismatch, o.reason, CASE typeof(o.request_id) WHEN 'blob' THEN lower(substr(hex(o.request_id), 1, 8) || '-' ||
		substr(hex(o.request_id), 9, 4) || '-' || substr(hex(o.request_id), 13, 4) || '-' || substr(hex(o.request_id), 17, 4) || '-' ||
		substr(hex(o.request_id), 21)) ELSE o.request_id END AS request_id, CASE typeof(o.client_request_id) WHEN 'blob' THEN lower(substr(hex(o.client_request_id), 1, 8) || '-' ||
		substr(hex(o.client_request_id), 9, 4) || '-' || substr(hex(o.client_request_id), 13, 4) || '-' || substr(hex(o.client_request_id), 17, 4) || '-' ||
		substr(hex(o.client_request_id), 21)) ELSE o.client_request_id END AS client_request_id,
	strftime('%Y-%m-%dT%H:%M:%fZ', o.at / 1e9, 'unixepoch') AS at, o.duration / 1e6 AS duration_ms
FROM outcome o JOIN run ON run.number = o.id >> 40 JOIN verdict ON verdict.number = CASE WHEN o.verdict = 6 AND o.retryable AND o.id & 1099511627775 <= (
	SELECT max(fence) FROM session s
	WHERE s.run = o.id >> 40 AND s.number > o.session AND s.number <> 0 AND s.ended IS NULL)
THEN 7 ELSE o.verdict END
ORDER BY o.id;
INSERT INTO run VALUES (1, 'a', 'open', 'f', 't', '{}', 6, 1795514705006440359, NULL, NULL, NULL, NULL);
INSERT INTO input VALUES (1, 0, 'users.csv', '1.csv', 'ab', 10, 6);
INSERT INTO session VALUES (1, 1, 1795514705007309830, 1795514705014214102, 5, 5);
INSERT INTO session VALUES (1, 2, 1795514705015158887, NULL, NULL, 4);
INSERT INTO verdict VALUES (0, 'unsent');
INSERT INTO verdict VALUES (1, 'succeeded');
INSERT INTO verdict VALUES (2, 'mismatched');
INSERT INTO verdict VALUES (3, 'unchanged');
INSERT INTO verdict VALUES (4, 'duplicate');
INSERT INTO verdict VALUES (5, 'invalid');
INSERT INTO verdict VALUES (6, 'failed');
INSERT INTO verdict VALUES (7, 'unknown');
INSERT INTO outcome VALUES (1099511627777, 1, 0, 2, 1, 0, 1, 200, NULL, NULL, NULL, NULL, NULL, NULL, 1000000000, 0);
INSERT INTO outcome VALUES (1099511627778, 1, 0, 3, 1, 0, 1, 200, NULL, NULL, NULL, NULL, NULL, NULL, 2000000000, 0);
INSERT INTO outcome VALUES (1099511627779, 1, 0, 4, 6, 1, 1, 200, NULL, NULL, NULL, NULL, NULL, NULL, 3000000000, 0);
INSERT INTO tally VALUES (1, 100000000000, 'attempt', 200, 5000000, 1, 3000000, 0.0);
INSERT INTO target VALUES (1, 't');
INSERT INTO applied VALUES (1, 7, X'01020000000000000000000000000000');
PRAGMA application_id = 1400136019;
PRAGMA user_version = 1;
