package run

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/journal"
	"github.com/statussync/statussync/sync/row"
)

// renderer writes what people read of a run. It knows the run from its folder and the journal alone, so that what a
// killed process left behind is rendered by the same code.
type renderer struct {
	journal *journal.Journal
	run     journal.Run
	folder  string // the run's folder
	options input.Options
	report  reports.Run
	groups  *reports.Groups
}

func newRenderer(j *journal.Journal, r journal.Run, folder string) (*renderer, error) {
	options, err := inputOptions(decidedBy(r.Settings))
	if err != nil {
		return nil, err
	}
	return &renderer{journal: j, run: r, folder: folder, options: options}, nil
}

// load fills report and groups from the journal. Version is that of the program that renders.
func (r *renderer) load(ctx context.Context, version string) error {
	counts, again, err := r.journal.Counts(ctx, r.run.ID)
	if err != nil {
		return err
	}
	r.report = reports.Run{
		ID: r.run.ID, Version: version, State: string(r.run.State), ExitStatus: max(r.run.ExitStatus, 0),
		Stopped: r.run.Stopped, Started: r.run.Started, Ended: r.run.Ended, Sessions: r.run.Sessions, Target: r.run.Target,
		Settings: json.RawMessage(r.run.Settings), Rows: r.run.Rows, Counts: counts, Retryable: again,
		Verified: verified(r.run.Verified),
	}
	for _, in := range r.run.Inputs {
		source := reports.Source{Name: in.Name, SHA256: in.SHA256, Bytes: in.Bytes, Rows: in.Rows}
		r.report.Inputs = append(r.report.Inputs, source)
	}
	if err := r.tallies(ctx); err != nil {
		return err
	}
	r.groups = new(reports.Groups)
	for o, err := range r.journal.Troubles(ctx, r.run.ID) {
		if err != nil {
			return err
		}
		r.groups.Add(o)
	}
	return nil
}

// rows joins the copy of the input with the journal in row order and writes the files that have a line a row, with the
// page, which shows some of them. Each joined row is shown to seen, which may be nil.
func (r *renderer) rows(ctx context.Context, seen func(*row.Row, *row.Outcome) error) error {
	layouts, err := layouts(sources(r.folder, r.run.Inputs), r.options)
	if err != nil {
		return err
	}
	files, err := reports.Create(r.folder, layouts, reports.Options{Refused: r.run.State == journal.StateRefused})
	if err != nil {
		return err
	}
	defer files.Abort()
	err = r.join(ctx, func(rec *input.Record, o *row.Outcome) error {
		if err := files.Add(reports.Entry{Row: rec.Row, Raw: rec.Raw, Outcome: *o}); err != nil || seen == nil {
			return err
		}
		return seen(&rec.Row, o)
	})
	if err != nil {
		return err
	}
	if err := r.balance(files.Counts()); err != nil {
		return err
	}
	if err := files.Commit(); err != nil {
		return err
	}
	r.report.Apps, r.report.Attention = files.Apps(), files.Attention()
	r.report.Files = append([]string{reports.PageName}, files.Names()...)
	if _, err := os.Stat(filepath.Join(r.folder, beforeFile)); err == nil {
		r.report.Files = append(r.report.Files, beforeFile)
	}
	return reports.WritePage(r.folder, &r.report, r.groups)
}

// join reads the copy of the input beside the journal, in row order.
func (r *renderer) join(ctx context.Context, visit func(*input.Record, *row.Outcome) error) error {
	return joined(ctx, recordsOf(r.folder, r.run.Inputs, r.options), r.journal.Outcomes(ctx, r.run.ID), visit)
}

// balance compares the rows that were written with the rows that were read, verdict by verdict.
func (r *renderer) balance(written reports.Counts) error {
	if left := r.report.Retryable; left > 0 && r.run.State == journal.StateFinished {
		return &Failure{Exit: ExitBooks,
			Text: fmt.Sprintf("the books do not balance: the run is finished, yet %d of its rows are left", left)}
	}
	if sum := written.Sum(); sum != r.run.Rows {
		return unbalanced("%d rows were read, %d are accounted for", r.run.Rows, sum)
	}
	for _, v := range row.Verdicts() {
		if written[v] != r.report.Counts[v] {
			return unbalanced("the journal counts %d rows as %s, their lines are %d", r.report.Counts[v], v, written[v])
		}
	}
	return nil
}

func unbalanced(format string, args ...any) error {
	return &Failure{Exit: ExitBooks, Text: "the books do not balance: " + fmt.Sprintf(format, args...)}
}

func (r *renderer) json() error { return reports.WriteJSON(r.folder, &r.report, r.groups) }

func layouts(src []input.Source, options input.Options) ([]reports.Input, error) {
	var all []reports.Input
	for _, s := range src {
		r, err := input.Open(s, options)
		if err != nil {
			return nil, err
		}
		l := r.Layout()
		r.Close()
		all = append(all, reports.Input{
			Name: s.Name, Format: l.Format, Header: l.Header,
			Delimiter: l.Delimiter, Newline: l.Newline, Decoded: l.Decoded,
		})
	}
	return all, nil
}
