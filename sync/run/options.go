package run

import (
	"io"
	"time"

	"go.uber.org/zap"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/compare"
	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/plan"
	"github.com/statussync/statussync/sync/row"
)

// Options is all that a run is told.
type Options struct {
	Dir    string    // the folder that holds all that is kept
	Inputs []string  // paths and globs; "-" is Stdin
	Stdin  io.Reader // standard input
	Input  input.Options

	Duplicates    plan.Duplicates
	SkipInvalid   bool  // send the good rows although others are invalid
	SkipUnchanged bool  // pass over rows that are equal to what was last applied
	Compare       bool  // send only rows that differ from what Graph holds, and fill in ids that are missing
	AllowEmpty    bool  // no rows at all is no error
	ExpectRows    int64 // rows that the input must have; negative: any number

	Graph  graph.Config
	Target string // fixed name of the target; empty: derived from Graph and Tenant
	Tenant string // the tenant, if it is known

	Send         dispatch.Options
	ForgetRate   bool          // forget the rate that earlier runs found, and begin at Send.Rate
	Verify       Verify        // what is read back after the sending
	MaxDuration  time.Duration // of the session, from the taking in to the reading back; 0: none
	Save         bool          // Plan keeps what it has decided, for a Run with SavedRun; Run passes it over
	SavedRun     string        // Run takes no input, and sends what Plan has kept under this id
	MaxPlanAge   time.Duration // the longest time after which a kept plan is sent
	Fresh        bool          // never take an unfinished run up
	ResumeWithin time.Duration // the longest silence after which an unfinished run is taken up
	LockWait     time.Duration // how long to wait for another run
	Keep         int           // runs kept

	Version   string            // of the program, for the report
	Effective map[string]string // all settings by their keys, without secrets, for the report
	Log       *zap.Logger

	// Found is told what was found in the input, once, before anything is sent; not of a run that is taken up, nor of
	// files that cannot be taken in.
	Found     func(*Findings)
	Changes   func(Change)  // Plan with Compare tells what sending a row would change, in row order; nil: nobody asks
	Summarize func(Summary) // is told how the run ended, once

	// Watch is given the progress to look at, from any goroutine, when a phase begins. What it returns is called when the
	// phase has ended. Nil: nobody watches.
	Watch func(progress func() Progress) (done func())
}

// A Change is what sending a row would change in Graph.
type Change struct {
	File        string      // the name of the row's input
	Row         *row.Row    // valid during the call
	Held        *row.Status // what Graph holds, valid during the call; nil where it does not know the row
	Unknown     string      // AppUnknown or IDUnknown where Graph does not know the row, which is not sent then
	Differences []compare.Difference
}

// A Summary says how a run ended.
type Summary struct {
	Run     *reports.Run
	Groups  *reports.Groups // what went wrong
	Pending bool            // the files with a line per row are still to come
}
