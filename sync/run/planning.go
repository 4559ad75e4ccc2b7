package run

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"time"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/journal"
	"github.com/statussync/statussync/sync/plan"
	"github.com/statussync/statussync/sync/row"
)

// Planned is what a run over the input would do.
type Planned struct {
	Counts   plan.Counts
	Shortest time.Duration // at the allowed rate, without a single pause or repeat
	Disk     int64         // bytes that the run needs in its folder
	Exit     int           // ExitRefused if the run would send nothing for what is invalid, else ExitOK
}

// Plan does what [Run] does up to the first request. It keeps nothing and takes no lock.
func Plan(ctx context.Context, o Options) (*Planned, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	p, err := planned(ctx, o)
	return p, interrupted(ctx, err)
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
	d := newDecider(records{sources: src, options: o.Input}, o, func(row.Outcome) error { return nil })
	if o.SkipUnchanged {
		known, done, err := appliedReadOnly(ctx, o)
		defer done()
		if err != nil {
			return nil, err
		}
		d.applied = known
	}
	err = d.decide(ctx)
	if err == nil {
		err = d.check(o)
	}
	o.Found(&d.Findings)
	if err != nil {
		return nil, err
	}
	c := d.plan.Counts()
	p := &Planned{Counts: c, Shortest: shortest(c.Send, o.Send), Disk: size + need(d.bytes, c.Rows())}
	if c.Invalid > 0 && !o.SkipInvalid {
		p.Exit = ExitRefused
	}
	return p, nil
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

// appliedReadOnly yields what the target is known to hold, without taking the lock: from a private copy of the journal,
// which done removes.
func appliedReadOnly(ctx context.Context, o Options) (known iter.Seq2[plan.Known, error], done func(), err error) {
	done = func() {}
	j, err := journal.OpenReadOnly(ctx, o.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, done, nil
	}
	if err != nil {
		return nil, done, books(err)
	}
	known, err = applied(ctx, j, o.Dir, o.target())
	return known, func() { j.Close() }, err
}
