package journal

import (
	"context"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// A WriteError says that something could not be recorded. Nothing is written after it by the same session.
type WriteError struct{ Err error }

func (e *WriteError) Error() string {
	why := e.Err.Error()
	switch code(e.Err) {
	case lib.SQLITE_FULL:
		why = "the disk is full"
	case lib.SQLITE_READONLY:
		why = "it is read-only"
	case lib.SQLITE_BUSY:
		why = "another program has it open"
	}
	return "the journal cannot be written: " + why
}

// Hint says what to do.
func (e *WriteError) Hint() string {
	if code(e.Err) == lib.SQLITE_BUSY {
		return "close the other program, then give the same command again"
	}
	return "free space or make the folder writable, then give the same command again: it goes on where it stopped"
}

// Unwrap returns the error of the file system or of SQLite.
func (e *WriteError) Unwrap() error { return e.Err }

// A VersionError says that the journal was written by a newer version of the program, and was left alone.
type VersionError struct {
	Path        string
	Have, Known int // schema versions: the file's, and the newest that this program knows
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("the journal %q was written by a newer statussync: it has schema %d, this one knows up to %d",
		e.Path, e.Have, e.Known)
}

// Hint says what to do.
func (e *VersionError) Hint() string {
	return "use the newer statussync, or choose another folder with --runs"
}

// A DamagedError says that the journal's file is not a journal, or not one any more.
type DamagedError struct {
	Path string
	Err  error // nil when it is a healthy database of some other program
}

func (e *DamagedError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%q is not a journal of statussync", e.Path)
	}
	return fmt.Sprintf("the journal %q is damaged: %v", e.Path, e.Err)
}

// Hint says what to do.
func (e *DamagedError) Hint() string {
	return "move the file away or choose another folder with --runs; what is known of earlier runs is then lost"
}

// Unwrap returns SQLite's error.
func (e *DamagedError) Unwrap() error { return e.Err }

// A BooksError says that a row was about to get a second outcome, which is a mistake in the program.
type BooksError struct{ First, Last int64 } // the row lies between these two, inclusive

func (e *BooksError) Error() string {
	return fmt.Sprintf("the books do not balance: a row from %d to %d would have two outcomes", e.First, e.Last)
}

// wrote gives the error of a write its type; those that have one keep it, and so does the end of a context.
func (j *Journal) wrote(err error) error {
	var write *WriteError
	var books *BooksError
	switch {
	case err == nil, errors.As(err, &write), errors.As(err, &books),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case damaged(err):
		return &DamagedError{j.path, err}
	}
	return &WriteError{err}
}

// read gives the error of a reading its type.
func (j *Journal) read(err error) error {
	switch {
	case err == nil:
		return nil
	case damaged(err):
		return &DamagedError{j.path, err}
	}
	return fmt.Errorf("the journal cannot be read: %w", err)
}

func damaged(err error) bool {
	c := code(err)
	return c == lib.SQLITE_CORRUPT || c == lib.SQLITE_NOTADB
}

// code returns SQLite's primary result code, 0 for an error that is not SQLite's.
func code(err error) int {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return 0
	}
	return e.Code() & 0xff
}
