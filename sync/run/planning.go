package run

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/journal"
	"github.com/statussync/statussync/sync/plan"
	"github.com/statussync/statussync/sync/row"
)

// Planned is what a run over the input would do.
type Planned struct {
	Counts   plan.Counts
	Shortest time.Duration // at the rate with which a run begins, without a single pause or repeat
	Learned  bool          // that rate is below the one of the settings: an earlier run has learned it
	Disk     int64         // bytes that the run needs in its folder
	ID       string        // of the run that was kept, with Options.Save
	Exit     int           // ExitRefused if the run would send nothing for what is invalid, else ExitOK
}

// Plan does what [Run] does up to the first write. It keeps nothing and takes no lock, unless it is told to save the
// plan: then a run with its ID sends exactly that.
func Plan(ctx context.Context, o Options) (p *Planned, err error) {
	o.SavedRun = ""
	if err := o.check(); err != nil {
		return nil, err
	}
	if !o.Save {
		p, err = planned(ctx, o)
		return p, interrupted(ctx, err)
	}
	err = within(ctx, o, func(w *work) (err error) {
		w.saving = true
		p, err = w.save(ctx)
		return err
	})
	return p, err
}

func planned(ctx context.Context, o Options) (*Planned, error) {
	paths, err := input.Expand(o.Inputs)
	if err != nil {
		return nil, &Failure{Exit: ExitRefused, Err: err}
	}
	src, size, cleanUp, err := readable(ctx, paths, o)
	defer cleanUp()
	if err != nil {
		return nil, err
	}
	options := o.Input
	options.IDOptional = o.Compare
	d := newDecider(records{sources: src, options: options}, o, func(row.Outcome) error { return nil })
	close, err := remember(ctx, &o, d)
	defer close()
	if err != nil {
		return nil, err
	}
	c, done, err := passing(o, d)
	defer done()
	if err != nil {
		return nil, err
	}
	if err := d.settle(ctx, o, c); err != nil {
		return nil, err
	}
	disk := size + need(d.bytes, d.plan.Counts().Rows()) + c.kept()
	return summed(o, d.plan.Counts(), disk), nil
}

func summed(o Options, c plan.Counts, disk int64) *Planned {
	p := &Planned{Counts: c, Shortest: shortest(c.Send, o.Send), Disk: disk}
	p.Learned = dispatch.New(o.Send).Allowed() < o.fullRate()
	if c.Invalid > 0 && !o.SkipInvalid {
		p.Exit = ExitRefused
	}
	return p
}

// passing returns a comparison that leaves nothing behind once done was called, nil if nobody asks for one.
func passing(o Options, d *decider) (c *comparison, done func(), err error) {
	done = func() {}
	if !o.Compare {
		return nil, done, nil
	}
	temp, err := os.MkdirTemp("", "statussync-compare-")
	if err != nil {
		return nil, done, err
	}
	done = func() { os.RemoveAll(temp) }
	o.Send.Observe = (&narrator{log: o.Log}).tell
	client, dispatcher, err := reach(o.Graph, o.Send)
	if err != nil {
		return nil, done, err
	}
	c, err = newComparison(client, dispatcher, o, temp)
	if err != nil {
		return nil, done, err
	}
	c.changes, d.records.ids = o.Changes, filepath.Join(temp, idsFile)
	return c, func() { c.close(); client.Close(); os.RemoveAll(temp) }, nil
}

// readable returns sources that can be read more than once: regular files where they lie, anything else as a copy in
// a temporary folder that cleanUp removes. Size is the sum of their bytes.
func readable(
	ctx context.Context, paths []string, o Options,
) (src []input.Source, size int64, cleanUp func(), err error) {
	cleanUp = func() {}
	regular := true
	for _, p := range paths {
		info, err := os.Stat(p)
		if p == "-" || err != nil || !info.Mode().IsRegular() {
			regular = false
			break
		}
		size += info.Size()
		src = append(src, input.Source{Name: p, Path: p})
	}
	if regular {
		return src, size, cleanUp, nil
	}
	temp, err := os.MkdirTemp("", "statussync-plan-")
	if err != nil {
		return nil, 0, cleanUp, err
	}
	cleanUp = func() { os.RemoveAll(temp) }
	dir, err := os.OpenRoot(temp)
	if err != nil {
		return nil, 0, cleanUp, err
	}
	defer dir.Close()
	in, err := takeIn(ctx, dir, paths, o.Stdin)
	return sources(temp, in.inputs), in.bytes(), cleanUp, err
}

// remember fills in what earlier runs have learned of the target: its rate, and what it is known to hold. It takes no
// lock: it reads a private copy of the journal, which done removes.
func remember(ctx context.Context, o *Options, d *decider) (done func(), err error) {
	done = func() {}
	if !o.SkipUnchanged && !o.begunAsLearned() {
		return done, nil
	}
	j, err := journal.OpenReadOnly(ctx, o.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return done, nil
	}
	if err != nil && !o.SkipUnchanged {
		o.Log.Warn("what was learned of the rate cannot be read; the forecast is at that of the settings", zap.Error(err))
		return done, nil
	}
	if err != nil {
		return done, books(err)
	}
	done = func() { j.Close() }
	if o.Send.Learned, _, err = learnedRate(ctx, j, o); err != nil {
		return done, books(err)
	}
	if o.SkipUnchanged {
		d.applied, err = applied(ctx, j, o.Dir, o.target())
	}
	return done, err
}
