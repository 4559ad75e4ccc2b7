package reports

import (
	"bufio"
	"crypto/rand"
	"strings"
)

// TempPrefix begins the name of every file that is not complete; what a killed process left behind is known by it.
const TempPrefix = ".tmp-"

// bufferSize is what a file gathers before a write, in bytes.
const bufferSize = 64 << 10

func tempName() string { return TempPrefix + rand.Text() }

// A draft is a file that is written beside its final name.
type draft struct {
	dir  folder
	name string // the final one
	temp string
	f    file // nil once it is closed
	w    *bufio.Writer
}

// begin creates a draft; w is taken over for its buffer and must hold nothing unwritten.
func begin(dir folder, name string, w *bufio.Writer) (*draft, error) {
	d := &draft{dir: dir, name: name, temp: tempName(), w: w}
	f, err := dir.create(d.temp)
	if err != nil {
		return nil, &Error{Op: "create", Name: name, Err: err}
	}
	d.f = f
	w.Reset(f)
	return d, nil
}

// written turns the error of a write into one that names the file.
func (d *draft) written(err error) error {
	if err != nil {
		return &Error{Op: "write", Name: d.name, Err: err}
	}
	return nil
}

// finish makes the draft durable and closes it.
func (d *draft) finish() error {
	if err := d.written(d.w.Flush()); err != nil {
		return err
	}
	if err := d.f.Sync(); err != nil {
		return &Error{Op: "sync", Name: d.name, Err: err}
	}
	f := d.f
	d.f = nil
	if err := f.Close(); err != nil {
		return &Error{Op: "close", Name: d.name, Err: err}
	}
	return nil
}

// publish gives a finished draft its final name.
func (d *draft) publish() error {
	if err := d.dir.rename(d.temp, d.name); err != nil {
		return &Error{Op: "rename", Name: d.name, Err: err}
	}
	return nil
}

// commit makes the draft durable under its final name.
func (d *draft) commit() error {
	if err := d.finish(); err != nil {
		return err
	}
	if err := d.publish(); err != nil {
		return err
	}
	return settle(d.dir, d.name)
}

// discard gives the draft up. Its errors change nothing: the next Create sweeps what is left.
func (d *draft) discard() {
	if d.f != nil {
		d.f.Close()
	}
	d.dir.remove(d.temp)
}

// replace writes a whole file beside its name, then renames it.
func replace(dir folder, name string, content []byte) error {
	d, err := begin(dir, name, bufio.NewWriterSize(nil, bufferSize))
	if err != nil {
		return err
	}
	_, err = d.w.Write(content)
	if err = d.written(err); err == nil {
		err = d.commit()
	}
	if err != nil {
		d.discard()
	}
	return err
}

// settle makes the names of a folder durable; the error speaks of name.
func settle(dir folder, name string) error {
	if err := dir.sync(); err != nil {
		return &Error{Op: "sync the folder of", Name: name, Err: err}
	}
	return nil
}

// refuseLinks fails if one of the names is a symbolic link.
func refuseLinks(dir folder, names ...string) error {
	for _, name := range names {
		link, err := dir.isLink(name)
		if err == nil && link {
			err = ErrLink
		}
		if err != nil {
			return &Error{Op: "write", Name: name, Err: err}
		}
	}
	return nil
}

// sweep removes what a killed process left behind. What cannot be removed does no harm.
func sweep(dir folder) {
	names, _ := dir.names()
	for _, name := range names {
		if strings.HasPrefix(name, TempPrefix) {
			dir.remove(name)
		}
	}
}
