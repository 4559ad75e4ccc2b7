// Package reports renders a run.
//
// Create begins the files that hold one line per row of the input; hand every row to Files.Add in row order, then
// call Files.Commit. WriteJSON writes report.json, which needs no pass over the input: a Run tells what is known of
// the run as a whole, Groups gathers what went wrong. WritePage writes the same, and more, for a browser: it wants the
// Apps and the Attention of Files. Summary words it for a terminal, PrintJSON prints it for a script. Latest points to
// the newest run. CreateLines begins any other file of a run.
//
// A run that nobody watches is told of elsewhere: WriteMetrics and Push hand figures to Prometheus, WriteTermination
// leaves the words of Termination to Kubernetes.
//
// # Files
//
// report.json follows the schema named by the constant Schema. report.html is for people, one page that asks no other
// file or host for anything. rows.jsonl has one line per row, exact. rows.csv has the same columns for people:
// spreadsheets cannot mistake a cell for a formula, control characters are spelled out. failed.csv or failed.jsonl
// holds the failed, unknown and unsent rows, invalid.csv or invalid.jsonl the refused ones, their bytes as they came;
// with several inputs each has its own, numbered from 1 (failed-2.jsonl). Those two exist only if they have rows.
//
// A file gets its final name when it is complete and synced, so a final name never holds half a file, whatever
// happens. Every file is readable by its owner alone. The caller sees to it that one process at a time works in a
// folder.
package reports

import (
	"time"

	"github.com/statussync/statussync/sync/row"
)

// An Input tells how the rows of one input must be written, so that they can be read again.
type Input struct {
	Name      string // as people know it, such as "users.csv"
	Format    string // "csv" or "json"
	Header    []byte // CSV: the header record in UTF-8, without its line end
	Delimiter byte   // CSV: between two cells; 0 stands for a comma
	Newline   string // CSV: "\n" or "\r\n"; "" stands for "\n"
	Decoded   bool   // the source was not UTF-8: failed.csv and invalid.csv begin with a byte order mark
}

// An Entry is one row of the input with what became of it.
type Entry struct {
	row.Row
	Raw     []byte // the record as it came: CSV without its line end, JSON as one compact line; not kept by Add
	Outcome row.Outcome
}

// Counts holds the number of rows by verdict; a verdict that is absent has none.
type Counts map[row.Verdict]int64

// Sum returns the number of rows over all verdicts.
func (c Counts) Sum() int64 {
	var sum int64
	for _, n := range c {
		sum += n
	}
	return sum
}

// A Source is one input file of a run.
type Source struct {
	Name   string // as people know it
	SHA256 string // of its bytes, in hexadecimal digits
	Bytes  int64
	Rows   int64
}

// A Run is what is known of a run as a whole. None of its fields may hold a secret: all of them are shown.
type Run struct {
	ID         string
	Version    string // of the program; "" = not told
	State      string // "planning", "open", "finished", "refused" or "abandoned"
	ExitStatus int    // counts only once Ended is set
	Stopped    string // why the run ended early, one sentence; "" = it came to its end
	Started    time.Time
	Ended      time.Time // zero: the run has not ended, or its process died
	Sessions   int       // processes that worked at the run
	Inputs     []Source  // in the order of row.Outcome.Input
	Target     string    // where the rows were sent
	Settings   []byte    // the settings that decide, as one JSON value; nil = none
	Rows       int64     // rows of all inputs
	Counts     Counts
	Retryable  int64         // rows that a later run may help
	Resent     int64         // rows sent again since an earlier session ended without their answer
	Requests   map[int]int64 // requests that sent a row, by HTTP status; 0 stands for no answer
	Reads      map[int]int64 // requests that read what the service holds, likewise
	Sending    time.Duration // from the first request to the last answer, over all sessions
	Latency    Latency       // of Requests
	Throttling Throttling
	Quota      float64 // requests a second that the settings allow; 0: no limit
	Timeline   []Span  // in the order of time, one for each 20 s in which something happened
	Apps       Apps
	Attention  Attention
	Verified   Verified
	Files      []string // the files of the report, by name
}

// Latency holds percentiles of the time from a request to its answer; the zero Latency was not measured.
type Latency struct{ P50, P95, P99 time.Duration }

// Throttling tells how the service held the run back.
type Throttling struct {
	Answers     int64         // answers with status 429, to reads too
	Pauses      int64         // times that sending paused for everybody
	Paused      time.Duration // time spent in such pauses
	RateChanges int64
}

func (r *Run) requests() int64 { return sum(r.Requests) }

func (r *Run) reads() int64 { return sum(r.Reads) }

// sum returns the number of requests over all statuses.
func sum(byStatus map[int]int64) (sum int64) {
	for _, n := range byStatus {
		sum += n
	}
	return sum
}

// perSecond returns the requests per second of sending, 0 when there is nothing to divide.
func (r *Run) perSecond() float64 {
	if r.Sending <= 0 {
		return 0
	}
	return float64(r.requests()) / r.Sending.Seconds()
}
