package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// A Lock keeps other processes out of a folder. The kernel drops it when its owner dies, however that happens.
type Lock struct{ file *flock.Flock }

// Locked says that another process works in the folder.
type Locked struct {
	Path   string // the lock's file
	Holder string // process, host and since when, as far as the file tells; may be empty
}

func (e *Locked) Error() string {
	if e.Holder == "" {
		return fmt.Sprintf("another run holds the lock %q", e.Path)
	}
	return fmt.Sprintf("another run holds the lock %q: %s", e.Path, e.Holder)
}

// Hint says what to do.
func (e *Locked) Hint() string {
	return "wait for it to end, let this one wait with --lock-wait 5m, or choose another folder with --runs"
}

// Acquire takes the lock of the folder dir, which it makes if there is none, and waits at most wait for another
// process to leave. It returns a *Locked when that does not happen, and a *WriteError when the folder cannot be used.
func Acquire(ctx context.Context, dir string, wait time.Duration) (*Lock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &WriteError{err}
	}
	path := filepath.Join(dir, "lock")
	if err := create(path); err != nil {
		return nil, &WriteError{err}
	}
	l := &Lock{flock.New(path)}
	locked, err := l.file.TryLock()
	if err == nil && !locked && wait > 0 {
		waiting, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		locked, err = l.file.TryLockContext(waiting, 100*time.Millisecond)
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			err = nil
		}
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, err
	case err != nil:
		return nil, &WriteError{err}
	case !locked:
		return nil, &Locked{path, holder(path)}
	}
	if err := l.sign(); err != nil {
		return nil, &WriteError{errors.Join(err, l.file.Unlock())}
	}
	return l, nil
}

// Release gives the lock back.
func (l *Lock) Release() error {
	_ = os.Truncate(l.file.Path(), 0) // so that the next owner is not taken for this one before it signs
	return l.file.Unlock()
}

// sign writes into the file who holds the lock.
func (l *Lock) sign() error {
	host, err := os.Hostname()
	if err != nil {
		host = "?"
	}
	line := fmt.Sprintf("%d %s %s\n", os.Getpid(), host, time.Now().UTC().Format(time.RFC3339))
	return os.WriteFile(l.file.Path(), []byte(line), 0o600)
}

// holder reads what sign wrote; anything else is nobody.
func holder(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	var pid int
	var host, text string
	if _, err := fmt.Fscan(io.LimitReader(f, 512), &pid, &host, &text); err != nil {
		return ""
	}
	since, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("process %d on %q since %s", pid, host, since.UTC().Format(time.RFC3339))
}
