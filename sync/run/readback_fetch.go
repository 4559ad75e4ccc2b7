package run

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/row"
)

const (
	// mostFailures is how many reads in a row may fail, with all their tries, before no more are made.
	mostFailures = 10

	shownFailures = 5 // failures that the log has; the others are counted
)

var errNotRead = errors.New("too many reads failed one after another")

// A readApp is an app that rows are read of. A list costs a request a page, a row by itself costs one. Nobody knows how
// many pages there are, so an app is listed until that has cost as much as the rows that are still missing would, which
// is never more than twice what the better way would have cost.
type readApp struct {
	rows, seen, pages int
	whole             bool // the list was read to its end
	unknown           bool // Graph does not know the app
}

func (a *readApp) unseen() int { return a.rows - a.seen }

// believed reports whether the rows that are missing in the list count as missing. When they are no more than the list
// had pages, they are asked for: a row may move from page to page while others are written.
func (a *readApp) believed() bool { return a.whole && a.unseen() > a.pages }

// asks reports whether rows are to be read one by one.
func (a *readApp) asks() bool { return a.unseen() > 0 && !a.believed() }

// list reads the lists of the apps, those of several at the same time.
func (r *readBack) list(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.atOnce)
	for _, app := range slices.Sorted(maps.Keys(r.apps)) {
		g.Go(safely(func() error { return r.listApp(ctx, app, r.apps[app]) }))
	}
	return g.Wait()
}

func (r *readBack) listApp(ctx context.Context, app string, a *readApp) error {
	var hash row.Hasher
	for next := ""; a.unseen() > 1 && a.pages < a.unseen() && !a.whole; {
		var page graph.Page
		var answer row.Answer
		err := r.read(ctx, func(ctx context.Context) (err error) {
			page, answer, err = r.client.List(ctx, app, next)
			return err
		})
		a.pages++
		switch {
		case err != nil && next == "" && answer.HTTPStatus == http.StatusNotFound:
			a.unknown = true
		case err != nil:
			return r.failed("the list of "+app, err)
		}
		r.inSequence.Store(0)
		if err := r.take(&hash, a, page.Statuses); err != nil {
			return err
		}
		next = page.Next
		a.whole = next == ""
	}
	return nil
}

// take keeps those of the statuses of an app that are wanted.
func (r *readBack) take(hash *row.Hasher, a *readApp, statuses []row.Status) error {
	wanted := statuses[:0]
	for _, s := range statuses {
		at, found := r.place(keyOf(hash, s))
		if !found {
			continue
		}
		if r.state[at] != seen {
			r.state[at] = seen
			a.seen++
		}
		wanted = append(wanted, s)
	}
	return spooled(r.held.Add(wanted))
}

// ask reads the rows one by one of which the lists say nothing.
func (r *readBack) ask(ctx context.Context) error {
	var hash row.Hasher
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.atOnce)
	err := r.each(ctx, func(rec *input.Record, _ bool) error {
		at, found := r.place(keyOf(&hash, rec.Status))
		if !found || r.state[at] != unread || !r.app(rec).asks() {
			return nil
		}
		app, id, number := rec.AppID, rec.ID, rec.Number
		g.Go(safely(func() (err error) {
			r.state[at], err = r.askFor(ctx, app, id, number)
			return err
		}))
		return context.Cause(ctx)
	})
	if failed := g.Wait(); failed != nil {
		return failed
	}
	return err
}

// askFor reads one status.
func (r *readBack) askFor(ctx context.Context, app, id string, number int64) (state, error) {
	var s row.Status
	var answer row.Answer
	err := r.read(ctx, func(ctx context.Context) (err error) {
		s, answer, err = r.client.Get(ctx, app, id)
		return err
	})
	switch {
	case err != nil && answer.HTTPStatus == http.StatusNotFound:
		r.inSequence.Store(0)
		return missing, nil
	case err != nil:
		return unread, r.failed("a status", err, zap.Int64("row", number))
	}
	r.inSequence.Store(0)
	return seen, spooled(r.held.Add([]row.Status{s}))
}

// read makes one read with its tries, all of which count.
func (r *readBack) read(ctx context.Context, call func(context.Context) error) error {
	return r.dispatch.Read(ctx, func(ctx context.Context) error {
		r.reads.Add(1)
		return call(ctx)
	})
}

// failed takes notice of a read that failed. It returns why no other one would fare better, nil if one may.
func (r *readBack) failed(what string, err error, fields ...zap.Field) error {
	var answered *graph.Error
	if !errors.As(err, &answered) || answered.Fatal() {
		return err
	}
	if r.failures.Add(1) <= shownFailures {
		r.log.Warn("could not read back "+what, append(fields, zap.Error(err))...)
	}
	if r.inSequence.Add(1) >= mostFailures {
		return errNotRead
	}
	return nil
}
