package run

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/row"
)

// Verified is what comparing the input with Graph has found. Each row of the input counts once.
type Verified struct {
	Rows      int64
	Equal     int64 // Graph holds what the row says
	Different int64 // Graph holds something else
	Missing   int64 // Graph does not know the app or the id
	Duplicate int64 // another row with the same app and id stands for it
	Invalid   int64
	Unread    int64 // could not be read
	Requests  int64 // that this took

	// Exit is ExitFailed when Graph differs from the input or invalid rows were passed over, ExitUnfinished when rows
	// could not be read for now, ExitSignIn or ExitStopped when Graph refuses to be read, ExitRefused when nothing was
	// read because rows are invalid, else ExitOK.
	Exit    int
	Stopped error // why rows could not be read; nil: they could
}

// VerifyInput compares what Graph holds with the input, which it reads as [Plan] does. It sends and keeps nothing, and
// takes no lock. Rows may lack their id: it is found by the userPrincipalName. [Options.Changes] is told of every row
// that differs or is missing, in row order.
func VerifyInput(ctx context.Context, o Options) (*Verified, error) {
	o.Compare, o.SkipUnchanged = false, false
	v := &verifier{o: o}
	defer v.close()
	result, err := v.verify(ctx)
	return result, interrupted(ctx, err)
}

// A verifier compares one input with Graph.
type verifier struct {
	o      Options
	d      *decider
	closes []func()
	result Verified
}

func (v *verifier) later(f func()) { v.closes = append(v.closes, f) }

func (v *verifier) close() {
	for _, f := range slices.Backward(v.closes) {
		f()
	}
}

func (v *verifier) verify(ctx context.Context) (*Verified, error) {
	r, err := v.prepare(ctx)
	if err != nil {
		return nil, err
	}
	err = v.decide(ctx, r)
	v.o.Found(&v.d.Findings)
	if err != nil {
		return nil, err
	}
	c := v.d.plan.Counts()
	v.result = Verified{Rows: c.Rows(), Duplicate: c.Duplicate, Invalid: c.Invalid}
	if v.d.refuses(v.o) {
		v.result.Unread, v.result.Requests, v.result.Exit = c.Send, r.reads.Load(), ExitRefused
		return &v.result, nil
	}
	if err := v.read(ctx, r); err != nil {
		return nil, err
	}
	v.result.Unread, v.result.Requests = c.Send-v.result.Equal-v.result.Different-v.result.Missing, r.reads.Load()
	if v.result.Different+v.result.Missing+v.result.Invalid > 0 {
		v.result.Exit = ExitFailed
	}
	if v.result.Unread > 0 {
		why := r.unreadable(v.result.Unread, nil)
		v.result.Stopped, v.result.Exit = why, worse(v.result.Exit, why.Exit)
	}
	return &v.result, nil
}

// prepare makes what is needed to read the input and Graph.
func (v *verifier) prepare(ctx context.Context) (*readBack, error) {
	paths, err := input.Expand(v.o.Inputs)
	if err != nil {
		return nil, &Failure{Exit: ExitRefused, Err: err}
	}
	src, _, cleanUp, err := readable(ctx, paths, v.o)
	v.later(cleanUp)
	if err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp("", "statussync-verify-")
	if err != nil {
		return nil, err
	}
	v.later(func() { os.RemoveAll(temp) })
	options := v.o.Input
	options.IDOptional = true
	v.d = newDecider(records{sources: src, options: options, ids: filepath.Join(temp, idsFile)}, v.o, pass)
	send := v.o.Send
	send.Observe = (&narrator{log: v.o.Log}).tell
	client, dispatcher, err := reach(v.o.Graph, send)
	if err != nil {
		return nil, err
	}
	v.later(client.Close)
	r, err := newReadBack(client, dispatcher, &v.o, temp)
	if err != nil {
		return nil, err
	}
	v.later(r.close)
	r.each = v.pending
	return r, nil
}

func pass(row.Outcome) error { return nil }

// decide finds out which rows are to be compared, after it has filled in the ids that are missing.
func (v *verifier) decide(ctx context.Context, r *readBack) error {
	err := v.d.decide(ctx)
	if err == nil {
		err = v.d.check(v.o)
	}
	if err != nil || !v.d.nameless || v.d.refuses(v.o) {
		return err
	}
	if err := v.fill(ctx, r); err != nil {
		return err
	}
	v.d = newDecider(v.d.records, v.o, pass)
	return v.d.decide(ctx)
}

// fill finds the ids that are missing in the whole lists of their apps.
func (v *verifier) fill(ctx context.Context, r *readBack) error {
	apps := make(map[string]bool)
	for rec, err := range v.d.records.all(ctx) {
		if err != nil {
			return err
		}
		if lacksID(rec) {
			apps[strings.ToLower(rec.AppID)] = true
		}
	}
	c, err := newComparison(r.client, r.dispatch, v.o, filepath.Dir(v.d.records.ids))
	if err != nil {
		return err
	}
	v.later(c.close)
	r.listed = c.held
	err = c.list(ctx, slices.Sorted(maps.Keys(apps)))
	r.reads.Add(c.requests.Load())
	if err != nil {
		return &Failure{Exit: stopStatus(err), Text: "the ids that rows lack cannot be looked up", Err: err,
			Do: "add the column id to the input, or try again later"}
	}
	return c.fill(ctx, v.d.records)
}

// pending shows the rows that are to be compared.
func (v *verifier) pending(ctx context.Context, visit func(*input.Record, *row.Outcome) error) error {
	for rec, err := range v.d.records.all(ctx) {
		if err == nil && v.d.plan.Pending(rec.Number) {
			err = visit(rec, nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// read compares the rows. That reads failed one after another is no error: the rows count as unread.
func (v *verifier) read(ctx context.Context, r *readBack) error {
	if err := r.collect(ctx); err != nil {
		return err
	}
	if err := r.fetch(ctx); err != nil && err != errNotRead {
		return &Failure{Exit: stopStatus(err), Err: err}
	}
	return r.compare(ctx, func(rec *input.Record, _ *row.Outcome, f finding) error {
		v.tell(rec, f)
		return nil
	})
}

// tell counts what came of a row, and says what differs.
func (v *verifier) tell(rec *input.Record, f finding) {
	switch {
	case f.state == unread:
		return
	case f.state == missing:
		v.result.Missing++
	case f.differences != nil:
		v.result.Different++
	default:
		v.result.Equal++
		return
	}
	if v.o.Changes != nil {
		v.o.Changes(Change{
			File: v.d.names[rec.Input], Row: &rec.Row, Held: f.held, Unknown: f.unknown, Differences: f.differences,
		})
	}
}
