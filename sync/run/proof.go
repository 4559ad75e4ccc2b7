package run

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/compare"
	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/journal"
	"github.com/statussync/statussync/sync/row"
)

// What is said of a row that was read back.
const (
	readBackEqual   = "read back after the run: Graph holds it"
	readBackMissing = "it was not there when it was read back"
)

// resolveWithin bounds the reading that nobody has asked for: an outage must not make the end of a run slow.
const resolveWithin = time.Minute

var errSlow = errors.New("it took longer than a minute")

// prove reads back what the session has sent, as Options.Verify says. Stopped is why the sending ended: after anything
// but --limit the service is left alone. It returns stopped, or the signal that ended the reading. A read that fails
// changes no verdict, so it is a warning, and the end of the run where a proof was asked for.
func (w *work) prove(ctx, after context.Context, stopped error) error {
	var stop *dispatch.Stop
	limited := errors.As(stopped, &stop) && stop.Reason == dispatch.Limit
	if stopped != nil && !limited || w.session.Flush(after) != nil || !w.doubts(after) {
		return stopped
	}
	err := w.readBack(ctx, after)
	switch {
	case ctx.Err() != nil:
		w.cut = true
		return context.Cause(ctx)
	case err != nil:
		w.o.Log.Warn("not every row could be read back", zap.Error(err))
		if w.unread == nil && w.o.Verify.Share > 0 { // there was no room for what is read, say
			w.cut = true
			w.unread = &Failure{Exit: ExitBooks, Text: "what Graph holds could not be compared", Err: err}
		}
	}
	return stopped
}

// doubts reports whether there is something to read back.
func (w *work) doubts(after context.Context) bool {
	switch {
	case w.o.Verify.Share > 0:
		return true
	case !w.o.Verify.Unknown:
		return false
	}
	counts, _, err := w.journal.Counts(after, w.run.ID)
	return err == nil && counts[row.Unknown] > 0
}

// provable shows the rows that are read back with their outcomes: what is unknown, and where a proof was asked for all
// or a sample of what succeeded and what the answers to the writes have made mismatched. A read settles the latter:
// what counts is what Graph holds.
func (w *work) provable(ctx context.Context, visit func(*input.Record, *row.Outcome) error) error {
	outcomes := w.journal.Outcomes(context.WithoutCancel(ctx), w.run.ID)
	return joined(ctx, w.records, outcomes, func(rec *input.Record, o *row.Outcome) error {
		wanted := o.Verdict == row.Unknown || o.Verdict == row.Succeeded && w.o.Verify.takes(o.Row) ||
			o.Verdict == row.Mismatched && w.o.Verify.Share > 0
		if !wanted || rec.ID == "" {
			return nil
		}
		return visit(rec, o)
	})
}

// readBack records what came of the rows. Of those that could not be read it says so only where a proof was asked for.
func (w *work) readBack(ctx, after context.Context) error {
	r, err := newReadBack(w.client, w.dispatch, &w.o, w.o.Dir)
	if err != nil {
		return err
	}
	defer r.close()
	r.each, r.once = w.provable, w.o.Verify.Share == 0
	if err := r.collect(ctx); err != nil || len(r.keys) == 0 {
		return err
	}
	v, err := w.compare(ctx, r)
	switch {
	case r.once && v.Unread == int64(len(r.keys)):
		return err
	case !r.once && v.Unread > 0:
		w.unread = r.unreadable(v.Unread, err)
		w.cut = w.unread.Exit != ExitStopped
	}
	w.o.Log.Info("read back", zap.Int64("equal", v.Equal), zap.Int64("different", v.Different),
		zap.Int64("missing", v.Missing), zap.Int64("unread", v.Unread), zap.Int64("requests", v.Reads))
	return errors.Join(err, w.journal.Verified(after, w.run.ID, v))
}

// compare reads, for as long as there is time, and compares. Its error is why not every row was read.
func (w *work) compare(ctx context.Context, r *readBack) (v journal.Verification, err error) {
	reading, done := w.reading(ctx)
	defer done()
	err = interrupted(reading, r.fetch(reading))
	if ctx.Err() == nil {
		failed := r.compare(ctx, func(rec *input.Record, was *row.Outcome, f finding) error {
			return w.proven(&v, rec, was, f)
		})
		if failed != nil {
			err = failed
		}
	}
	v.At, v.Reads = time.Now(), r.reads.Load()
	v.Unread = int64(len(r.keys)) - v.Equal - v.Different - v.Missing
	return v, err
}

// reading returns ctx for as long as may be read.
func (w *work) reading(ctx context.Context) (reading context.Context, done func()) {
	reading, end := w.timed(ctx)
	if w.o.Verify.Share > 0 {
		return reading, end
	}
	reading, cancel := context.WithTimeoutCause(reading, resolveWithin, errSlow)
	return reading, func() { cancel(); end() }
}

// proven counts what came of one row and revises its outcome where that is another one now. A row that is unknown stays
// so unless Graph holds what was sent: it is sent again then, whichever of its attempts was lost.
func (w *work) proven(v *journal.Verification, rec *input.Record, was *row.Outcome, f finding) error {
	o := row.Outcome{Row: rec.Number, Input: rec.Input, Line: rec.Line, Verdict: row.Mismatched}
	switch {
	case f.state == unread:
		return nil
	case f.state == missing:
		v.Missing++
		o.Mismatch = readBackMissing
	case f.differences != nil:
		v.Different++
		o.Mismatch = mismatch(f.differences)
	default:
		v.Equal++
		o.Verdict, o.Reason = row.Succeeded, readBackEqual
		switch was.Verdict {
		case row.Unknown:
			v.Resolved++
		case row.Mismatched:
			o.Reason += "; before, " + was.Mismatch
		}
	}
	if o.Verdict == was.Verdict || o.Verdict == row.Mismatched && was.Verdict == row.Unknown {
		return nil
	}
	return w.session.Revise(o)
}

// verified is what a report says of a reading back.
func verified(v journal.Verification) reports.Verified {
	return reports.Verified{
		At: v.At, Equal: v.Equal, Resolved: v.Resolved, Different: v.Different, Missing: v.Missing, Unread: v.Unread,
		Requests: v.Reads,
	}
}

// mismatch words every field in which what was read back differs from what was sent.
func mismatch(differences []compare.Difference) string {
	var words []string
	for _, d := range differences {
		sent, held := d.After, d.Before
		if !strings.HasSuffix(d.Field, "DeviceCount") {
			sent, held = quoted(sent), quoted(held)
		}
		words = append(words, fmt.Sprintf("%s: sent %s, read back %s", d.Field, sent, held))
	}
	return strings.Join(words, "; ")
}

// quoted shows a value that people or the service have made up, at most 200 of its characters.
func quoted(s string) string {
	return strconv.Quote(fmt.Sprintf("%.200s", s))
}
