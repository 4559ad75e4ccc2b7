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
	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/journal"
	"github.com/statussync/statussync/sync/row"
)

// What is said of a row that was read back.
const (
	readBackEqual   = "read back after the run: Graph holds it"
	readBackMissing = "it was not there when it was read back"
)

// prove reads back what the session has sent, as Options.Verify says. Stopped is why the sending ended: after anything
// but --limit the service is left alone. It returns stopped, or the signal that ended the reading. A read that fails
// changes no verdict, so it is a warning.
func (w *work) prove(ctx, after context.Context, stopped error) error {
	var stop *dispatch.Stop
	limited := errors.As(stopped, &stop) && stop.Reason == dispatch.Limit
	if w.o.Verify.Share == 0 || stopped != nil && !limited || w.session.Flush(after) != nil {
		return stopped
	}
	r, err := newReadBack(w.client, w.dispatch, &w.o, w.o.Dir)
	if err == nil {
		defer r.close()
		r.each = w.provable
		err = w.readBack(ctx, after, r)
	}
	if ctx.Err() != nil {
		w.cut = true
		return context.Cause(ctx)
	}
	if err != nil {
		w.o.Log.Warn("not every row could be read back", zap.Error(err))
	}
	return stopped
}

// unreadable says that rows could not be read back.
func unreadable(rows int64, err error) error {
	exit := ExitUnfinished
	if refused := (*graph.Error)(nil); errors.As(err, &refused) && refused.Kind == graph.Forbidden {
		exit = ExitSignIn
	}
	return &Failure{Exit: exit, Text: fmt.Sprintf("%d rows were sent, and could not be read back", rows), Err: err,
		Do: "compare them later: statussync verify FILE…"}
}

// provable shows the rows that are read back: what succeeded, or a sample of it, and all that is unknown.
func (w *work) provable(ctx context.Context, visit func(*input.Record, bool) error) error {
	outcomes := w.journal.Outcomes(context.WithoutCancel(ctx), w.run.ID)
	return joined(ctx, w.records, outcomes, func(rec *input.Record, o *row.Outcome) error {
		unknown := o.Verdict == row.Unknown
		wanted := unknown || o.Verdict == row.Succeeded && w.o.Verify.takes(o.Row)
		if !wanted || rec.ID == "" {
			return nil
		}
		return visit(rec, unknown)
	})
}

// readBack records what came of the rows.
func (w *work) readBack(ctx, after context.Context, r *readBack) error {
	if err := r.collect(ctx); err != nil || len(r.keys) == 0 {
		return err
	}
	var v journal.Verification
	err := r.fetch(ctx)
	if ctx.Err() == nil {
		err = errors.Join(err, r.compare(ctx, func(rec *input.Record, unknown bool, f finding) error {
			return w.proven(&v, rec, unknown, f)
		}))
	}
	v.At, v.Reads = time.Now(), r.reads.Load()
	v.Unread = int64(len(r.keys)) - v.Equal - v.Different - v.Missing
	w.o.Log.Info("read back", zap.Int64("equal", v.Equal), zap.Int64("different", v.Different),
		zap.Int64("missing", v.Missing), zap.Int64("unread", v.Unread), zap.Int64("requests", v.Reads))
	if v.Unread > 0 {
		w.unread = unreadable(v.Unread, err)
	}
	return errors.Join(err, w.journal.Verified(after, w.run.ID, v))
}

// proven counts what came of one row and revises its outcome where that is another one now. A row that is unknown stays
// so unless Graph holds what was sent: it is sent again then, whichever of its attempts was lost.
func (w *work) proven(v *journal.Verification, rec *input.Record, unknown bool, f finding) error {
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
		if unknown {
			v.Resolved++
		}
	}
	if unknown == (o.Verdict == row.Succeeded) {
		return w.session.Revise(o)
	}
	return nil
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
