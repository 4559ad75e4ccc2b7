package reports

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// A folder is all that this package asks of the disk, so that a test can let the n-th call fail.
type folder interface {
	create(name string) (file, error) // fails when the name exists
	symlink(target, name string) error
	isLink(name string) (bool, error)
	rename(from, to string) error
	remove(name string) error
	names() ([]string, error)
	sync() error
	close() error
}

type file interface {
	io.WriteCloser
	Sync() error
}

// A disk is a folder of the operating system; no name leads out of it.
type disk struct{ root *os.Root }

// openRun opens the folder of a run, made when it is missing. The folder itself may not be a symbolic link.
func openRun(dir string) (folder, error) {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, &Error{Op: "create", Name: dir, Err: err}
	}
	d, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	named, err := os.Lstat(dir)
	if err == nil {
		var opened fs.FileInfo
		opened, err = d.root.Stat(".")
		if err == nil && !os.SameFile(named, opened) {
			err = ErrLink
		}
	}
	if err != nil {
		d.close()
		return nil, &Error{Op: "open", Name: dir, Err: err}
	}
	return d, nil
}

func openFolder(dir string) (disk, error) {
	root, err := os.OpenRoot(filepath.Clean(dir))
	if err != nil {
		return disk{}, &Error{Op: "open", Name: dir, Err: err}
	}
	return disk{root}, nil
}

func (d disk) create(name string) (file, error) {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err // a nil *os.File must not become a file that is not nil
	}
	return f, nil
}

func (d disk) symlink(target, name string) error { return d.root.Symlink(target, name) }
func (d disk) rename(from, to string) error      { return d.root.Rename(from, to) }
func (d disk) remove(name string) error          { return d.root.Remove(name) }
func (d disk) close() error                      { return d.root.Close() }

func (d disk) isLink(name string) (bool, error) {
	info, err := d.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && info.Mode()&fs.ModeSymlink != 0, err
}

func (d disk) names() ([]string, error) {
	f, err := d.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Readdirnames(-1)
}

// sync makes renames last through a power cut. Windows has no such call, and needs none.
func (d disk) sync() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := d.root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
