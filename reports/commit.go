package reports

import (
	"errors"
	"io/fs"
)

// Names returns the names of the files, once Commit has succeeded.
func (f *Files) Names() []string { return f.names }

// Commit makes all files durable, then gives them their final names in place of older ones; those of an earlier
// rendering that have no rows now are removed. After an error each final name still holds a whole file, old or new.
func (f *Files) Commit() error {
	if f.dir == nil {
		return f.err
	}
	if f.err == nil {
		f.err = f.commit()
	}
	if f.err != nil {
		f.Abort()
		return f.err
	}
	f.close()
	return nil
}

func (f *Files) commit() error {
	if err := f.closeInput(); err != nil {
		return err
	}
	for _, d := range []*draft{f.jsonl, f.csv} {
		if err := d.finish(); err != nil {
			return err
		}
	}
	possible := f.possible()
	if err := refuseLinks(f.dir, possible...); err != nil {
		return err
	}
	have := make(map[string]bool)
	for _, d := range append([]*draft{f.jsonl, f.csv}, f.finished...) {
		if err := d.publish(); err != nil {
			return err
		}
		have[d.name] = true
		f.names = append(f.names, d.name)
	}
	for _, name := range possible {
		if have[name] {
			continue
		}
		if err := f.dir.remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return &Error{Op: "remove", Name: name, Err: err}
		}
	}
	return settle(f.dir, "rows.jsonl")
}

// Abort gives the files up and leaves what the folder held before. After Commit it does nothing.
func (f *Files) Abort() {
	if f.dir == nil {
		return
	}
	for _, d := range append([]*draft{f.jsonl, f.csv, f.failed.draft, f.invalid.draft}, f.finished...) {
		if d != nil {
			d.discard()
		}
	}
	if f.err == nil {
		f.err = fs.ErrClosed // so that a later Commit does not pass for a success
	}
	f.close()
}

func (f *Files) close() {
	f.dir.close()
	f.dir = nil
}
