package run

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/compare"
	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/row"
)

// A readBack learns what Graph holds for rows, with as few reads as it can. It keeps 9 bytes a row, and 24 for each
// row that was read; what else Graph holds is passed over.
type readBack struct {
	client   *graph.Client
	dispatch *dispatch.Dispatcher
	atOnce   int
	log      *zap.Logger
	watch    func(*meter) (done func())

	// each shows the rows to read back, in row order and as often as it is called. No two have the same app and id; those
	// without an id are of apps that Graph does not know. Was is the outcome that a row had before, nil if none.
	each   func(ctx context.Context, visit func(rec *input.Record, was *row.Outcome) error) error
	once   bool          // the first read that fails is the last
	listed *compare.Held // what Graph holds of some apps, which were listed before; nil: of none

	spool *os.File
	held  *compare.Held
	keys  []row.Key // of the rows, ascending
	state []state   // of the row with each key; of one app, one goroutine at a time
	apps  map[string]*readApp

	reads, failures atomic.Int64                // all requests, and those that failed with all their tries
	inSequence      atomic.Int64                // failures since the last read that went well
	served, gone    atomic.Bool                 // a read was answered, and one with 404
	refusal         atomic.Pointer[graph.Error] // why the first read failed
	meter           *meter                      // rows of which is known whether Graph holds them
}

// A state says what is known of a row.
type state uint8

const (
	unread  state = iota
	seen          // what Graph holds for it is in held
	missing       // Graph holds nothing for it
)

// A finding is what came of one row.
type finding struct {
	state       state
	held        *row.Status // of a row that was seen
	unknown     string      // AppUnknown or IDUnknown, of one that was not
	differences []compare.Difference
}

// newReadBack returns a readBack whose temporary file lies in dir until it is closed.
func newReadBack(c *graph.Client, d *dispatch.Dispatcher, o *Options, dir string) (*readBack, error) {
	spool, err := newSpool(dir, "read-")
	if err != nil {
		return nil, spooled(err)
	}
	return &readBack{
		client: c, dispatch: d, atOnce: max(o.Send.Concurrency, 1), log: o.Log, watch: o.watch,
		spool: spool, held: compare.New(spool), apps: make(map[string]*readApp),
	}, nil
}

func (r *readBack) close() {
	closeSpool(r.spool)
}

// collect finds out which rows of which apps are to be read.
func (r *readBack) collect(ctx context.Context) error {
	var hash row.Hasher
	err := r.each(ctx, func(rec *input.Record, _ *row.Outcome) error {
		if r.wasListed(rec) || rec.ID == "" {
			return nil
		}
		app := r.app(rec)
		if app == nil {
			app = &readApp{first: rec.Row}
			r.apps[strings.ToLower(rec.AppID)] = app
		}
		app.rows++
		r.keys = append(r.keys, keyOf(&hash, rec.Status))
		return nil
	})
	slices.Sort(r.keys)
	r.state = make([]state, len(r.keys))
	return err
}

func (r *readBack) app(rec *input.Record) *readApp { return r.apps[strings.ToLower(rec.AppID)] }

func (r *readBack) wasListed(rec *input.Record) bool {
	return r.listed != nil && r.listed.AppKnown(rec.AppID)
}

// keyOf returns the key of a row as compare looks it up: GUIDs are the same without regard to case.
func keyOf(hash *row.Hasher, s row.Status) row.Key {
	if row.IsGUID(s.ID) {
		s.ID = strings.ToLower(s.ID)
	}
	return hash.Key(&s)
}

// place returns where the state of a row stands.
func (r *readBack) place(key row.Key) (at int, found bool) { return slices.BinarySearch(r.keys, key) }

// fetch reads what is to be read. Its error is why no more could be read; what was read counts all the same.
func (r *readBack) fetch(ctx context.Context) error {
	r.log.Info("reading back", zap.Int("rows", len(r.keys)), zap.Int("apps", len(r.apps)))
	r.meter = &meter{phase: ReadingBack, all: int64(len(r.keys)), dispatch: r.dispatch}
	defer r.watch(r.meter)()
	err := r.list(ctx)
	for _, app := range r.apps {
		if err == nil && app.asks() {
			err = r.ask(ctx)
			break
		}
	}
	if err == nil && r.gone.Load() && !r.served.Load() {
		err = r.doubt(ctx)
	}
	return err
}

// doubt asks whether this Graph serves reading at all, after it has answered 404 to all that it was asked. If it does
// not, or nobody knows, nothing was read.
func (r *readBack) doubt(ctx context.Context) error {
	c := comparison{client: r.client, dispatch: r.dispatch}
	err := c.served(ctx)
	r.reads.Add(c.requests.Load())
	if err != nil {
		clear(r.state)
		for _, app := range r.apps {
			app.unknown, app.whole = false, false
		}
	}
	if ExitStatus(err) == ExitStopped {
		err = &Failure{Exit: ExitStopped, Err: err,
			Do: "check --base-url; see the README, section \"When every row is answered 400\""}
	}
	return err
}

// compare tells what came of each row, in row order.
func (r *readBack) compare(ctx context.Context, tell func(*input.Record, *row.Outcome, finding) error) error {
	if err := r.held.Seal(); err != nil {
		return spooled(err)
	}
	var hash row.Hasher
	return r.each(ctx, func(rec *input.Record, was *row.Outcome) error {
		f, err := r.find(&hash, rec)
		if err != nil {
			return err
		}
		return tell(rec, was, f)
	})
}

// find tells what came of a row.
func (r *readBack) find(hash *row.Hasher, rec *input.Record) (finding, error) {
	switch {
	case rec.ID == "": // it was not found, since
		return finding{state: missing, unknown: AppUnknown}, nil
	case r.wasListed(rec):
		return lookUp(r.listed, rec, missing)
	}
	at, found := r.place(keyOf(hash, rec.Status))
	app := r.app(rec)
	switch {
	case found && r.state[at] == seen:
		return lookUp(r.held, rec, unread) // unless the key is that of another status
	case app.unknown:
		return finding{state: missing, unknown: AppUnknown}, nil
	case found && r.state[at] == missing, app.believed():
		return finding{state: missing, unknown: IDUnknown}, nil
	}
	return finding{state: unread}, nil
}

// lookUp compares a row with what was read; without finds that nothing was read of it.
func lookUp(held *compare.Held, rec *input.Record, without state) (finding, error) {
	s, found, err := held.Find(rec.AppID, rec.ID)
	switch {
	case err != nil:
		return finding{}, spooled(err)
	case !found:
		return finding{state: without, unknown: IDUnknown}, nil
	}
	return finding{state: seen, held: &s, differences: compare.Differences(&s, &rec.Status)}, nil
}
