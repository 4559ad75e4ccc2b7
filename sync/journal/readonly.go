package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const walHeader = 32 // bytes at the start of a WAL; they change whenever SQLite starts it anew

// errMoving says that the journal did not stand still for long enough to be copied.
var errMoving = errors.New("another process is writing it; try again in a moment")

// OpenReadOnly opens the journal in the folder dir for reading as it is now, also while another process works in the
// folder. It takes no lock and writes nothing there: it reads a private copy among the temporary files, which
// [Journal.Close] removes. Without a journal the error is fs.ErrNotExist.
func OpenReadOnly(ctx context.Context, dir string) (_ *Journal, err error) {
	path := filepath.Join(dir, fileName)
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp("", "statussync-journal-")
	if err != nil { // not wrapped: it may be the folder for temporary files that does not exist
		return nil, fmt.Errorf("the journal %q cannot be copied: %v", path, err)
	}
	defer func() {
		if err != nil {
			os.RemoveAll(temp)
		}
	}()
	copied := filepath.Join(temp, fileName)
	err = errMoving
	for try := 0; try < 5 && errors.Is(err, errMoving); try++ {
		err = errors.Join(ctx.Err(), snapshot(path, copied))
	}
	if err != nil {
		return nil, fmt.Errorf("the journal %q cannot be copied: %w", path, err)
	}
	j, err := open(ctx, copied)
	if err != nil {
		return nil, err
	}
	j.path, j.temp = path, temp
	return j, nil
}

// snapshot copies a database that another process may be writing. What its checkpoints write into the file meanwhile
// stands in the WAL, which is copied later, so that it has the last word. If the WAL was started anew, it is errMoving.
func snapshot(from, to string) error {
	before, err := mark(from)
	if err != nil {
		return err
	}
	if err := copyFile(from, to); err != nil {
		return err
	}
	err = copyFile(from+"-wal", to+"-wal")
	if errors.Is(err, fs.ErrNotExist) {
		err = os.RemoveAll(to + "-wal") // of an earlier try
	}
	if err != nil {
		return err
	}
	after, err := mark(from)
	if err == nil && !bytes.Equal(before, after) {
		err = errMoving
	}
	return err
}

// mark returns what tells one WAL from the next, and where there is none, one state of the file from the next.
func mark(path string) ([]byte, error) {
	f, err := os.Open(path + "-wal")
	if errors.Is(err, fs.ErrNotExist) {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		return fmt.Append(nil, info.Size(), info.ModTime()), nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, walHeader))
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = io.Copy(out, in)
	return err
}
