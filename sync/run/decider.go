package run

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/plan"
	"github.com/statussync/statussync/sync/row"
)

// shownProblems is how many problems of the input are kept for the terminal; the reports have all of them.
const shownProblems = 20

// Findings is what was found in the input before anything was sent.
type Findings struct {
	Problems []string         // the first 20, each "file:line:column: text"
	Kinds    map[string]int64 // number of problems by kind
	Warnings []string         // "file:line: text"; bounded
}

func (f *Findings) problem(name string, p input.Problem) {
	if len(f.Problems) < shownProblems {
		f.Problems = append(f.Problems, fmt.Sprintf("%s:%d:%d: %s", name, p.Line, p.Column, p.Text))
	}
	if f.Kinds == nil {
		f.Kinds = make(map[string]int64)
	}
	f.Kinds[p.Kind]++
}

func (f *Findings) warn(name string, warnings []input.Warning) {
	for _, w := range warnings {
		if len(f.Warnings) < shownProblems {
			f.Warnings = append(f.Warnings, fmt.Sprintf("%s:%d: %s", name, w.Line, w.Text))
		}
	}
}

// decider takes the rows through a plan.
type decider struct {
	Findings
	plan    *plan.Plan
	records records
	names   []string
	rows    []int64                 // rows of each input
	bytes   int64                   // of all records, as the reports repeat them
	record  func(row.Outcome) error // receives each decision
	applied iter.Seq2[plan.Known, error]

	apps     map[string]bool // of the valid rows, in lower case; nil: nobody asks
	nameless bool            // a valid row has no id
}

func newDecider(rs records, o Options, record func(row.Outcome) error) *decider {
	d := &decider{
		plan: plan.New(o.Duplicates), records: rs, rows: make([]int64, len(rs.sources)), record: record,
	}
	for _, s := range rs.sources {
		d.names = append(d.names, s.Name)
	}
	return d
}

// settle decides all rows, with a comparison those too that only Graph can decide.
func (d *decider) settle(ctx context.Context, o Options, c *comparison) error {
	var err error
	if c != nil {
		err = c.prepare(ctx, d, o)
	}
	if err == nil {
		err = d.decide(ctx)
	}
	if err == nil {
		err = d.check(o)
	}
	if err == nil && c != nil && !d.refuses(o) {
		err = c.compare(ctx, d)
	}
	o.Found(&d.Findings)
	return err
}

// refuses reports whether nothing is sent because rows are invalid.
func (d *decider) refuses(o Options) bool { return d.plan.Counts().Invalid > 0 && !o.SkipInvalid }

// decide reads the input, twice if it must, and records an outcome for every row that is not to be sent. Errors about
// files are joined into one *Failure that refuses the input.
func (d *decider) decide(ctx context.Context) error {
	if err := d.survey(ctx); err != nil {
		return err
	}
	again, err := d.plan.Survey(d.applied)
	if err != nil {
		return err
	}
	if !again {
		return nil
	}
	for rec, err := range d.records.all(ctx) {
		if err != nil {
			return err
		}
		if len(rec.Problems) == 0 {
			nameUser(rec)
			if err := d.plan.Look(&rec.Row, d.record); err != nil {
				return err
			}
		}
	}
	return d.plan.Settle(d.names, d.contradiction)
}

// survey is the first reading: it finds everything that is wrong with the input.
func (d *decider) survey(ctx context.Context) error {
	var refusals []error
	rs := d.records
	rs.closed = func(i int, r *input.Reader) { d.warn(d.names[i], r.Warnings()) }
	for rec, err := range rs.all(ctx) {
		if bad := (*input.Error)(nil); errors.As(err, &bad) {
			refusals = append(refusals, err)
			continue
		}
		if err != nil {
			return err
		}
		d.rows[rec.Input]++
		d.bytes += int64(len(rec.Raw))
		if len(rec.Problems) == 0 {
			d.valid(rec)
			continue
		}
		d.plan.Invalid(rec.Number)
		if err := d.record(d.invalid(rec)); err != nil {
			return err
		}
	}
	if len(refusals) > 0 {
		return &Failure{Exit: ExitRefused, Err: errors.Join(refusals...)}
	}
	return nil
}

// valid takes in a row that can be sent.
func (d *decider) valid(rec *input.Record) {
	if d.apps != nil {
		d.apps[strings.ToLower(rec.AppID)] = true
	}
	if rec.ID == "" {
		d.nameless = true
		nameUser(rec)
	}
	d.plan.Valid(&rec.Status)
}

// nameUser lets the user stand for an id that is missing: two rows for one user of an app are rows with the same key.
func nameUser(rec *input.Record) {
	if rec.ID == "" {
		rec.ID = "\x00" + strings.ToLower(rec.UserPrincipalName)
	}
}

// invalid makes the outcome of a record with problems. The reason names all of them, each with its line and column; the
// first gives the kind.
func (d *decider) invalid(rec *input.Record) row.Outcome {
	o := row.Outcome{Row: rec.Number, Input: rec.Input, Line: rec.Line, Verdict: row.Invalid}
	o.Code = rec.Problems[0].Kind
	for i, p := range rec.Problems {
		d.problem(d.names[rec.Input], p)
		if i > 0 {
			o.Reason += "; "
		}
		o.Reason += fmt.Sprintf("%d:%d: %s", p.Line, p.Column, p.Text)
	}
	return o
}

// contradiction shows rows that contradict each other among the problems before it records them.
func (d *decider) contradiction(o row.Outcome) error {
	if o.Verdict == row.Invalid {
		d.problem(d.names[o.Input], input.Problem{Line: o.Line, Column: 1, Kind: o.Code, Text: o.Reason})
	}
	return d.record(o)
}

// check compares the rows that were read with what the user expects of the input.
func (d *decider) check(o Options) error {
	if !o.AllowEmpty {
		for i, n := range d.rows {
			if n == 0 {
				return &Failure{Exit: ExitRefused, Text: d.names[i] + " has no rows",
					Do: "if that is as it should be, add --allow-empty"}
			}
		}
	}
	return expected(o, d.plan.Counts().Rows())
}

// expected compares a number of rows with --expect-rows.
func expected(o Options, rows int64) error {
	if o.ExpectRows < 0 || rows == o.ExpectRows {
		return nil
	}
	return &Failure{Exit: ExitRefused, Text: fmt.Sprintf("the input has %d rows, %d were expected", rows, o.ExpectRows),
		Do: "find out why, or change --expect-rows"}
}
