package reports

import (
	"bufio"
	"maps"
	"strconv"

	"github.com/statussync/statussync/sync/row"
)

// Options tells Create what kind of run it was.
type Options struct {
	Refused bool // the input was refused, nothing was sent: there is no failed.*
}

// Files writes the files of a run that have a line per row. It is not safe for concurrent use.
type Files struct {
	dir    folder
	inputs []Input
	opt    Options
	input  int   // of the row that came last
	last   int64 // that row
	counts Counts
	err    error

	row        *record
	jsonl, csv *draft
	failed     resend // of the current input
	invalid    resend
	finished   []*draft // of earlier inputs
	names      []string

	apps      appCounter
	attention Attention
}

// Create begins the files of the run in the folder dir, which is made when it is missing, under temporary names; it
// removes what a killed process left there. The caller ends with Commit or Abort. Errors are of type *Error.
func Create(dir string, inputs []Input, opt Options) (*Files, error) {
	d, err := openRun(dir)
	if err != nil {
		return nil, err
	}
	return create(d, inputs, opt)
}

func create(d folder, inputs []Input, opt Options) (*Files, error) {
	f := &Files{dir: d, inputs: inputs, opt: opt, counts: Counts{}, row: newRecord(',', rowColumns...)}
	f.failed = resend{stem: "failed", columns: failedColumns}
	f.invalid = resend{stem: "invalid", columns: invalidColumns, before: true}
	if err := f.start(); err != nil {
		f.Abort()
		return nil, err
	}
	return f, nil
}

// byteOrderMark lets a spreadsheet read a CSV file as UTF-8; without it Excel takes the code page of the machine.
const byteOrderMark = "\ufeff"

func (f *Files) start() (err error) {
	sweep(f.dir)
	if err = refuseLinks(f.dir, f.possible()...); err != nil {
		return err
	}
	if f.jsonl, err = begin(f.dir, "rows.jsonl", bufio.NewWriterSize(nil, bufferSize)); err != nil {
		return err
	}
	if f.csv, err = begin(f.dir, "rows.csv", bufio.NewWriterSize(nil, bufferSize)); err != nil {
		return err
	}
	f.csv.w.WriteString(byteOrderMark)
	f.csv.w.Write(header(',', rowColumns))
	return f.csv.written(f.csv.w.WriteByte('\n'))
}

// possible returns all names that the files of this run may have.
func (f *Files) possible() []string {
	names := []string{"rows.jsonl", "rows.csv"}
	for i := range f.inputs {
		names = append(names, f.name("failed", i), f.name("invalid", i))
	}
	return names
}

func (f *Files) name(stem string, input int) string {
	if len(f.inputs) > 1 {
		stem += "-" + strconv.Itoa(input+1)
	}
	if f.inputs[input].Format == "json" {
		return stem + ".jsonl"
	}
	return stem + ".csv"
}

// Add writes one row. Rows come in order, from 1, without a gap, each with its own outcome: a *BooksError says where
// they do not, or where an input or a verdict is not one. After an error the files can only be aborted. It keeps
// nothing of e.
func (f *Files) Add(e Entry) error {
	if f.err == nil {
		f.err = f.add(&e)
	}
	return f.err
}

func (f *Files) add(e *Entry) error {
	if e.Number != f.last+1 || e.Outcome.Row != e.Number || e.Outcome.Verdict > row.Unknown ||
		e.Input < f.input || e.Input >= len(f.inputs) {
		return &BooksError{Row: e.Number, Outcome: e.Outcome.Row, Want: f.last + 1}
	}
	if e.Input != f.input {
		if err := f.closeInput(); err != nil {
			return err
		}
	}
	f.last, f.input = e.Number, e.Input
	f.counts[e.Outcome.Verdict]++
	f.apps.add(e)
	f.attention.add(e)
	if err := f.addRow(e); err != nil {
		return err
	}
	switch v := e.Outcome.Verdict; {
	case v == row.Invalid:
		return f.addTo(&f.invalid, e)
	case v.Resend() && !f.opt.Refused:
		return f.addTo(&f.failed, e)
	}
	return nil
}

func (f *Files) addRow(e *Entry) error {
	f.row.fillRow(e, f.inputs[e.Input].Name)
	w := f.jsonl.w
	w.WriteByte('{')
	w.Write(f.row.json)
	if _, err := w.WriteString("}\n"); err != nil { // a bufio.Writer keeps its first error
		return f.jsonl.written(err)
	}
	f.csv.w.Write(f.row.csv)
	return f.csv.written(f.csv.w.WriteByte('\n'))
}

func (f *Files) addTo(r *resend, e *Entry) error {
	if r.draft == nil {
		if err := r.open(f.dir, f.name(r.stem, e.Input), &f.inputs[e.Input]); err != nil {
			return err
		}
	}
	return r.add(e)
}

// closeInput finishes the files of the current input: so a run of many inputs needs few open files.
func (f *Files) closeInput() error {
	for _, r := range []*resend{&f.failed, &f.invalid} {
		if r.draft == nil {
			continue
		}
		f.finished = append(f.finished, r.draft)
		d := r.draft
		r.draft = nil
		if err := d.finish(); err != nil {
			return err
		}
	}
	return nil
}

// Counts returns the rows added so far, by verdict.
func (f *Files) Counts() Counts { return maps.Clone(f.counts) }

// Apps returns the rows added so far, app by app.
func (f *Files) Apps() Apps { return f.apps.result() }

// Attention returns the rows added so far that went wrong.
func (f *Files) Attention() Attention { return f.attention }
