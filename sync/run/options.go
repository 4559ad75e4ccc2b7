package run

import (
	"io"
	"time"

	"go.uber.org/zap"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/plan"
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
	AllowEmpty    bool  // no rows at all is no error
	ExpectRows    int64 // rows that the input must have; negative: any number

	Graph  graph.Config
	Target string // fixed name of the target; empty: derived from Graph and Tenant
	Tenant string // the tenant, if it is known

	Send         dispatch.Options
	MaxDuration  time.Duration // of sending; 0: none
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
	Summarize func(Summary) // is told how the run ended, once
}

// A Summary says how a run ended.
type Summary struct {
	Run     *reports.Run
	Groups  *reports.Groups // what went wrong
	Pending bool            // the files with a line per row are still to come
}
