package run

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"sync/atomic"

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

// A readApp is an app that rows are read of. A page of its list costs a request, and so does a row by itself. A page on
// which two of the rows are has paid for itself. Nobody knows whether the next one will, so an app is listed as long as
// the last one did, or until those that did not are as many as the rows that are still missing. This never costs more
// than twice what the better of the two ways would have.
type readApp struct {
	first         row.Row // of its rows
	rows, seen    int
	pages, wasted int  // all pages that were read, and those that have not paid
	paid          bool // the last one has
	whole         bool // the list was read to its end
	wrong         bool // and lacks a row that is there
	unknown       bool // Graph does not know the app
}

func (a *readApp) unseen() int { return a.rows - a.seen }

// lists reports whether to read the next page of the list.
func (a *readApp) lists() bool {
	return !a.whole && a.unseen() > 1 && (a.paid || a.wasted < a.unseen())
}

// read takes notice of a page.
func (a *readApp) read(news int, last bool) {
	a.seen += news
	a.pages++
	if a.paid = news > 1; !a.paid {
		a.wasted++
	}
	a.whole = last
}

// believed reports whether the rows that are missing in the list count as missing. When they are no more than the list
// had pages, they are asked for: a row may move from page to page while others are written.
func (a *readApp) believed() bool { return a.whole && !a.wrong && a.unseen() > a.pages }

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
	for next := ""; a.lists(); {
		var page graph.Page
		var answer row.Answer
		err := r.read(ctx, func(ctx context.Context) (_ row.Answer, err error) {
			page, answer, err = r.client.List(ctx, app, next)
			return answer, err
		})
		switch {
		case err != nil && next == "" && answer.HTTPStatus == http.StatusNotFound:
			a.unknown = true
			r.took(&r.gone)
		case err != nil:
			return r.failed("the list of "+app, err)
		default:
			r.took(&r.served)
		}
		news, err := r.take(&hash, page.Statuses)
		if err != nil {
			return err
		}
		next = page.Next
		a.read(news, next == "")
	}
	if a.believed() {
		return r.test(ctx, app, a)
	}
	return nil
}

// test asks for one row before a list is believed that lacks it.
func (r *readBack) test(ctx context.Context, app string, a *readApp) error {
	at, _ := r.place(keyOf(new(row.Hasher), a.first.Status))
	if r.state[at] == seen { // says nothing about those that the list lacks: they are asked for one by one
		a.wrong, a.unknown = true, false
		return nil
	}
	found, err := r.askFor(ctx, app, a.first.ID, a.first.Number)
	r.state[at] = found
	if a.wrong = found != missing; a.wrong {
		a.unknown = false
	}
	if found == seen {
		a.seen++
	}
	return err
}

// take keeps those of the statuses that are wanted. It returns how many of them had not been seen.
func (r *readBack) take(hash *row.Hasher, statuses []row.Status) (news int, err error) {
	wanted := statuses[:0]
	for _, s := range statuses {
		at, found := r.place(keyOf(hash, s))
		if !found {
			continue
		}
		if r.state[at] != seen {
			r.state[at] = seen
			news++
		}
		wanted = append(wanted, s)
	}
	r.meter.done.Add(int64(news))
	return news, spooled(r.held.Add(wanted))
}

// ask reads the rows one by one of which the lists say nothing.
func (r *readBack) ask(ctx context.Context) error {
	var hash row.Hasher
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.atOnce)
	err := r.each(ctx, func(rec *input.Record, _ *row.Outcome) error {
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
	err := r.read(ctx, func(ctx context.Context) (_ row.Answer, err error) {
		s, answer, err = r.client.Get(ctx, app, id)
		return answer, err
	})
	switch {
	case err != nil && answer.HTTPStatus == http.StatusNotFound:
		r.took(&r.gone)
		r.meter.done.Add(1)
		return missing, nil
	case err != nil:
		return unread, r.failed("a status", err, zap.Int64("row", number))
	}
	r.took(&r.served)
	r.meter.done.Add(1)
	return seen, spooled(r.held.Add([]row.Status{s}))
}

// read makes one read with its tries, all of which count.
func (r *readBack) read(ctx context.Context, call func(context.Context) (row.Answer, error)) error {
	return r.dispatch.Read(ctx, func(ctx context.Context) (row.Answer, error) {
		r.reads.Add(1)
		return call(ctx)
	})
}

// took takes notice of an answer.
func (r *readBack) took(answer *atomic.Bool) {
	r.inSequence.Store(0)
	answer.Store(true)
}

// failed takes notice of a read that failed. It returns why no other one would fare better, nil if one may.
func (r *readBack) failed(what string, err error, fields ...zap.Field) error {
	var answered *graph.Error
	if !errors.As(err, &answered) || answered.Fatal() || r.once {
		return err
	}
	r.refusal.CompareAndSwap(nil, answered) // those that the first one has cut off come after it
	if r.failures.Add(1) <= shownFailures {
		r.log.Warn("could not read back "+what, append(fields, zap.Error(err))...)
	}
	if r.inSequence.Add(1) >= mostFailures {
		return errNotRead
	}
	return nil
}
