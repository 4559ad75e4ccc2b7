package main

import (
	"context"
	"strings"
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

// rehearsalToken is the token source of a rehearsal.
var rehearsalToken = signin.NewStatic("the rehearsal", "rehearsal")

// rowDeadline is how long after its first attempt a row may still be tried. It keeps the time short in which a late
// repeat could write an older value over a newer one.
const rowDeadline = 15 * time.Minute

// planOptions turns settings into what a plan needs.
func planOptions(
	ctx context.Context, s *Settings, files []string, std streams, log *zap.Logger,
) (run.Options, error) {
	o, err := commonOptions(s, files, std, log)
	o.LockWait = s.LockWait // a plan that is kept takes the lock
	switch {
	case err != nil:
	case o.Save && s.Simulate: // for no tenant, and nobody is asked
		o.Graph.Tokens = rehearsalToken
	case o.Compare, o.Save: // a kept plan is for one tenant
		err = signInto(ctx, s, &o, log)
	case o.Tenant == "" && s.SkipUnchanged:
		_ = signInto(ctx, s, &o, log) // such a plan needs no token; without one the tenant is not known
	}
	return o, err
}

// signInto fills in as whom requests are made.
func signInto(ctx context.Context, s *Settings, o *run.Options, log *zap.Logger) (err error) {
	if o.Graph.RootCAs, err = s.roots(); err != nil {
		return err
	}
	o.Graph.Tokens, o.Tenant, err = tokens(ctx, s, o.Graph.RootCAs, log)
	return err
}

// commonOptions turns settings into what a plan and a run need.
func commonOptions(s *Settings, files []string, std streams, log *zap.Logger) (run.Options, error) {
	duplicates, err := plan.ParseDuplicates(s.Duplicates)
	if err != nil {
		return run.Options{}, &usageError{text: err.Error()}
	}
	if err := s.checkFiles(files); err != nil {
		return run.Options{}, err
	}
	o := run.Options{
		Dir: s.Runs, Inputs: files, Stdin: std.in, Version: version(), Effective: effective(s), Log: log,
		Input: input.Options{
			Format: s.Format, Delimiter: s.Delimiter, Encoding: s.Encoding, App: s.App, Columns: s.Columns,
		},
		Duplicates: duplicates, SkipInvalid: s.OnInvalid == "skip", SkipUnchanged: s.SkipUnchanged,
		AllowEmpty: s.AllowEmpty, ExpectRows: s.ExpectRows, Compare: s.Compare == "remote", Save: s.Save,
		Graph:  graph.Config{BaseURL: s.BaseURL, Path: s.Path, UserAgent: "statussync/" + version(), Conns: s.Concurrency},
		Tenant: s.Tenant, ForgetRate: s.ForgetRate,
	}
	if s.Simulate {
		o.Target, o.Tenant = simulated, simulated
	}
	return o, sendOptions(s, &o.Send)
}

// effective returns all settings of a run by their keys, for its report. None of them is a secret.
func effective(s *Settings) map[string]string {
	all := make(map[string]string)
	for _, e := range s.Entries() {
		if !strings.HasPrefix(e.Key, "simulate.") { // those of another command
			all[e.Key] = e.Value
		}
	}
	return all
}

// sendOptions fills in how requests go.
func sendOptions(s *Settings, o *dispatch.Options) error {
	o.Rate, o.Adaptive, o.MaxErrors = s.quota(), s.Adaptive, s.MaxErrors
	o.Burst, o.Concurrency, o.Attempts = s.Burst, s.Concurrency, s.Attempts
	o.Timeout, o.RowDeadline, o.MaxWait, o.Grace = s.Timeout, rowDeadline, s.MaxWait, s.Grace
	o.Limit = s.Limit
	if err := o.Check(); err != nil {
		return usageOf(err)
	}
	return nil
}

// options turns settings into what a run needs. The returned function ends what was started for it.
func options(
	ctx context.Context, s *Settings, files []string, std streams, log *zap.Logger,
) (run.Options, func(), error) {
	nothing := func() {}
	o, err := commonOptions(s, files, std, log)
	if err != nil {
		return o, nothing, err
	}
	o.MaxDuration, o.Fresh, o.ResumeWithin, o.LockWait, o.Keep = s.MaxDuration, s.Fresh, s.ResumeWithin, s.LockWait, s.Keep
	o.SavedRun, o.MaxPlanAge, o.Verify = s.SavedRun, s.MaxPlanAge, s.Verify
	if s.Simulate {
		sim, err := startRehearsal(o.Verify.Share > 0)
		if err != nil {
			return o, nothing, err
		}
		o.Graph.BaseURL, o.Graph.Tokens = sim.URL()+"/beta", rehearsalToken
		return o, func() { sim.Close() }, nil
	}
	return o, nothing, signInto(ctx, s, &o, log)
}
