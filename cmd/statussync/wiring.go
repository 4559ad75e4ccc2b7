package main

import (
	"cmp"
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/graph/signin"
	"github.com/statussync/statussync/sync/plan"
	"github.com/statussync/statussync/sync/run"
)

// simulated is the target of every rehearsal: what was applied there never counts for a tenant.
const simulated = "simulator"

// rowDeadline is how long after its first attempt a row may still be tried. It keeps the time short in which a late
// repeat could write an older value over a newer one.
const rowDeadline = 15 * time.Minute

// planOptions turns settings into what a plan needs.
func planOptions(s *Settings, files []string, std streams, log *zap.Logger) (run.Options, error) {
	duplicates, err := plan.ParseDuplicates(s.Duplicates)
	if err != nil {
		return run.Options{}, &usageError{text: err.Error()}
	}
	if len(files) == 0 {
		return run.Options{}, &usageError{"no input was given", "Name a file, or - for standard input."}
	}
	o := run.Options{
		Dir: s.Runs, Inputs: files, Stdin: std.in, Version: version(), Log: log,
		Input: input.Options{
			Format: s.Format, Delimiter: s.Delimiter, Encoding: s.Encoding, App: s.App, Columns: s.Columns,
		},
		Duplicates: duplicates, SkipInvalid: s.OnInvalid == "skip", SkipUnchanged: s.SkipUnchanged,
		AllowEmpty: s.AllowEmpty, ExpectRows: s.ExpectRows,
		Graph:  graph.Config{BaseURL: s.BaseURL, Path: s.Path, UserAgent: "statussync/" + version(), Conns: s.Concurrency},
		Tenant: s.Tenant,
	}
	switch {
	case s.Simulate:
		o.Target, o.Tenant = simulated, simulated
	case s.SkipUnchanged && s.Tenant == "":
		_, o.Tenant, _ = tokens(s, log) // a plan needs no token; without one the tenant is not known
	}
	return o, sendOptions(s, &o.Send)
}

// sendOptions fills in how requests go.
func sendOptions(s *Settings, o *dispatch.Options) error {
	o.Rate, o.MaxErrors = s.Rate, s.MaxErrors
	o.Burst, o.Concurrency, o.Attempts = s.Burst, s.Concurrency, s.Attempts
	o.Timeout, o.RowDeadline, o.MaxWait, o.Grace = s.Timeout, rowDeadline, s.MaxWait, s.Grace
	o.Limit = s.Limit
	if err := o.Check(); err != nil {
		return usageOf(err)
	}
	return nil
}

// options turns settings into what a run needs. The returned function ends what was started for it.
func options(s *Settings, files []string, std streams, log *zap.Logger) (run.Options, func(), error) {
	nothing := func() {}
	o, err := planOptions(s, files, std, log)
	if err != nil {
		return o, nothing, err
	}
	o.MaxDuration, o.Fresh, o.ResumeWithin, o.LockWait, o.Keep = s.MaxDuration, s.Fresh, s.ResumeWithin, s.LockWait, s.Keep
	if s.Simulate {
		sim, err := startRehearsal()
		if err != nil {
			return o, nothing, err
		}
		o.Graph.BaseURL, o.Graph.Tokens = sim.URL()+"/beta", signin.NewStatic("the rehearsal", "rehearsal")
		return o, func() { sim.Close() }, nil
	}
	o.Graph.Tokens, o.Tenant, err = tokens(s, log)
	return o, nothing, err
}

// tokens returns the source of tokens that the settings name, and the tenant: the one in the settings, else the one
// that the token says it is for, which may be none.
func tokens(s *Settings, log *zap.Logger) (source graph.TokenSource, tenant string, err error) {
	switch {
	case s.TokenFile != "":
		f := signin.NewFile(s.TokenFile)
		if w := f.Warning(); w != "" {
			log.Warn(w)
		}
		source = f
	case s.Token.Reveal() != "":
		source = signin.NewStatic(tokenVariable, s.Token.Reveal())
	default:
		return nil, "", &usageError{"there is no token to sign in with",
			"Set --token-file or STATUSSYNC_TOKEN, or rehearse with --simulate."}
	}
	token, err := source.Token(context.Background(), "")
	if err != nil {
		return nil, "", usageOf(err)
	}
	return source, cmp.Or(s.Tenant, signin.Tenant(token)), nil
}
