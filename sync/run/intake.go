package run

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/journal"
)

// inputDir is where a run's copies of its inputs lie, below the run's folder.
const inputDir = "input"

// newID returns an id that sorts by time: the second, in UTC, and 16 random bits.
func newID(now time.Time) string {
	var b [2]byte
	rand.Read(b[:])
	return now.UTC().Format("20060102T150405Z-") + hex.EncodeToString(b[:])
}

// intake is a run's own copy of its inputs, byte for byte.
type intake struct {
	inputs      []journal.Input
	fingerprint string // SHA-256 over the inputs' SHA-256, in order: contents, not names
}

// takeIn copies the inputs into a new folder input/ in dir. "-" is read from stdin.
func takeIn(ctx context.Context, dir *os.Root, paths []string, stdin io.Reader) (intake, error) {
	var in intake
	if err := dir.Mkdir(inputDir, 0o700); err != nil {
		return in, &Failure{Exit: ExitBooks, Text: "the copy of the input cannot be written", Err: err}
	}
	all := sha256.New()
	for i, path := range paths {
		one, err := copyInput(ctx, dir, i, path, stdin)
		if err != nil {
			return in, err
		}
		in.inputs = append(in.inputs, one)
		io.WriteString(all, one.SHA256+"\n")
	}
	in.fingerprint = hex.EncodeToString(all.Sum(nil))
	if err := errors.Join(syncDir(dir, inputDir), syncDir(dir, ".")); err != nil {
		return in, &Failure{Exit: ExitBooks, Text: "the copy of the input cannot be written", Err: err}
	}
	return in, nil
}

func copyInput(ctx context.Context, dir *os.Root, i int, path string, stdin io.Reader) (journal.Input, error) {
	one := journal.Input{Name: path, File: fmt.Sprintf("%d%s", i+1, suffix(path))}
	open := func() (io.ReadCloser, error) { return os.Open(path) }
	if path == "-" {
		one.Name = "stdin"
		open = func() (io.ReadCloser, error) { return io.NopCloser(stdin), nil }
	}
	dst, err := dir.OpenFile(filepath.Join(inputDir, one.File), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return one, &Failure{Exit: ExitBooks, Text: "the copy of the input cannot be written", Err: err}
	}
	defer dst.Close()
	w := &copyWriter{file: dst, sum: sha256.New()}
	if err := copyUntil(ctx, w, open); err != nil {
		if ctx.Err() != nil { // the copying goroutine may still be at work: w is its
			return one, context.Cause(ctx)
		}
		if w.err != nil {
			return one, &Failure{Exit: ExitBooks, Text: "the copy of the input cannot be written", Err: w.err}
		}
		return one, &Failure{Exit: ExitRefused, Text: one.Name + " cannot be read", Err: err}
	}
	one.SHA256, one.Bytes = hex.EncodeToString(w.sum.Sum(nil)), w.n
	if err := errors.Join(dst.Sync(), dst.Close()); err != nil {
		return one, &Failure{Exit: ExitBooks, Text: "the copy of the input cannot be written", Err: err}
	}
	return one, nil
}

// suffix keeps what tells people the format of a copy, and nothing that could be a path.
func suffix(path string) string {
	return regexp.MustCompile(`(\.[A-Za-z0-9]{1,8}){0,2}$`).FindString(filepath.Base(path))
}

// copyWriter writes to a file, takes the sum, and remembers its own error apart from the reader's.
type copyWriter struct {
	file *os.File
	sum  hash.Hash
	n    int64
	err  error
}

func (w *copyWriter) Write(p []byte) (int, error) {
	n, err := w.file.Write(p)
	w.sum.Write(p[:n])
	w.n += int64(n)
	w.err = err
	return n, err
}

// copyUntil copies until the end or until ctx ends. A pipe may block for ever, in a read or already when it is opened,
// and nothing can interrupt that: then the copying goroutine is left behind, with a process that is about to end.
func copyUntil(ctx context.Context, dst io.Writer, open func() (io.ReadCloser, error)) error {
	done := make(chan error, 1)
	go func() { done <- copyAll(dst, open) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func copyAll(dst io.Writer, open func() (io.ReadCloser, error)) error {
	src, err := open()
	if err != nil {
		return err
	}
	defer src.Close()
	_, err = io.CopyBuffer(dst, src, make([]byte, 1<<18))
	return err
}

func (in *intake) bytes() (n int64) {
	for _, one := range in.inputs {
		n += one.Bytes
	}
	return n
}

// sources returns the copies as the reader wants them.
func sources(runDir string, inputs []journal.Input) []input.Source {
	var s []input.Source
	for _, in := range inputs {
		s = append(s, input.Source{Name: in.Name, Path: filepath.Join(runDir, inputDir, in.File)})
	}
	return s
}
