package run

import (
	"context"
	"maps"
	"os"
	"slices"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/compare"
	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/row"
)

// Codes of failed rows that Graph does not know.
const (
	AppUnknown = "app-unknown" // the app
	IDUnknown  = "id-unknown"  // the id among those of the app
)

// beforeFile is the name in a run's folder of what Graph held for the rows that are sent. It is an input itself: the
// way back.
const beforeFile = "before.jsonl"

// A comparison tells which rows differ from what Graph holds. A nil one compares nothing.
type comparison struct {
	client   *graph.Client
	dispatch *dispatch.Dispatcher
	atOnce   int // apps listed at the same time
	log      *zap.Logger
	changes  func(Change) // nil: nobody asks
	watch    func(*meter) (done func())

	spool    *os.File
	held     *compare.Held
	requests atomic.Int64 // that the lists took

	folder string         // of the file with what Graph held; "": it is not kept
	before *reports.Lines // nil as long as it has no line
	bytes  int64          // of those lines
	line   []byte
}

// newComparison returns a comparison whose spool lies in dir until it is closed.
func newComparison(c *graph.Client, d *dispatch.Dispatcher, o Options, dir string) (*comparison, error) {
	spool, err := newSpool(dir, "held-")
	if err != nil {
		return nil, spooled(err)
	}
	return &comparison{
		client: c, dispatch: d, atOnce: o.Send.Concurrency, log: o.Log, watch: o.watch, spool: spool,
		held: compare.New(spool),
	}, nil
}

// kept returns the size of what Graph held for the rows that are sent, in bytes.
func (c *comparison) kept() int64 {
	if c == nil {
		return 0
	}
	return c.bytes
}

func (c *comparison) close() {
	if c == nil {
		return
	}
	if c.before != nil {
		c.before.Abort()
	}
	closeSpool(c.spool)
}

// prepare reads what Graph holds of the apps of the input, and fills in ids. An input that is refused as it stands is
// not worth a request: what is wrong with it is found once more when the rows are decided.
func (c *comparison) prepare(ctx context.Context, d *decider, o Options) error {
	trial := newDecider(d.records, o, func(row.Outcome) error { return nil })
	trial.applied, trial.apps = d.applied, map[string]bool{}
	if trial.decide(ctx) != nil || trial.check(o) != nil || trial.refuses(o) {
		return nil
	}
	err := c.list(ctx, slices.Sorted(maps.Keys(trial.apps)))
	if err == nil {
		c.log.Info("read what Graph holds", zap.Int("apps", len(trial.apps)), zap.Int64("statuses", c.held.Len()))
	}
	if err == nil && trial.nameless {
		err = c.fill(ctx, d.records)
	}
	if err != nil {
		d.Findings = trial.Findings
	}
	return err
}

// compare passes over the pending rows that are equal to what Graph holds or unknown to it, and keeps what it holds for
// the others.
func (c *comparison) compare(ctx context.Context, d *decider) error {
	for rec, err := range d.records.all(ctx) {
		if err == nil && d.plan.Pending(rec.Number) {
			err = c.row(d, &rec.Row)
		}
		if err != nil {
			return err
		}
	}
	if c.before == nil {
		return nil
	}
	return unkept(c.before.Commit())
}

func (c *comparison) row(d *decider, r *row.Row) error {
	o := row.Outcome{Row: r.Number, Input: r.Input, Line: r.Line, Verdict: row.Failed}
	held, found, err := c.held.Find(r.AppID, r.ID)
	if err != nil {
		return spooled(err)
	}
	change := Change{File: d.names[r.Input], Row: r}
	switch {
	case !c.held.AppKnown(r.AppID):
		o.Code, o.Reason = AppUnknown, "Graph does not know the app"
	case !found:
		o.Code, o.Reason = IDUnknown, "Graph knows no status of the app with this id"
	default:
		change.Held, change.Differences = &held, compare.Differences(&held, &r.Status)
		if change.Differences == nil {
			o.Verdict = row.Unchanged
			return d.record(d.plan.Decide(o))
		}
	}
	if change.Unknown = o.Code; c.changes != nil {
		c.changes(change)
	}
	if change.Held == nil {
		return d.record(d.plan.Decide(o))
	}
	return c.keep(&held)
}

// keep keeps what Graph holds for a row that is to be sent.
func (c *comparison) keep(held *row.Status) (err error) {
	c.line = compare.AppendJSON(c.line[:0], held)
	c.bytes += int64(len(c.line))
	if c.folder == "" {
		return nil
	}
	if c.before == nil {
		if c.before, err = reports.CreateLines(c.folder, beforeFile); err != nil {
			return unkept(err)
		}
	}
	return unkept(c.before.Add(c.line))
}

// unkept gives the error of a file that must be whole before anything is sent its exit status.
func unkept(err error) error {
	if err == nil {
		return nil
	}
	return &Failure{Exit: ExitBooks, Text: "what is needed for the way back cannot be kept",
		Err: err, Do: "make room or mend the disk, then give the same command again"}
}
