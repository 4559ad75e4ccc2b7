package reports

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// ErrLink is the cause of an Error about a name that is a symbolic link, where only a file of our own may stand.
var ErrLink = errors.New("it is a symbolic link, which is never written through")

// An Error tells which file of a report could not be written, at which step.
type Error struct {
	Op   string // the step, in words that go before the name: "open", "create", "write", "sync", "rename", …
	Name string // the final name of the file, or the folder
	Err  error
}

func (e *Error) Error() string { return fmt.Sprintf("cannot %s %q: %v", e.Op, e.Name, cause(e.Err)) }

func (e *Error) Unwrap() error { return e.Err }

// Hint says what to do about it.
func (e *Error) Hint() string {
	if errors.Is(e.Err, ErrLink) {
		return "remove the link, then render the run again with `statussync report`"
	}
	return "the journal holds the results: when the folder can be written again, `statussync report` renders them"
}

// cause returns what is wrong without the operating system's call or the temporary name.
func cause(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// A BooksError tells that the rows and their outcomes did not come in step, one of each per row of the input.
type BooksError struct {
	Row     int64 // the row that came
	Outcome int64 // the row that its outcome speaks of
	Want    int64 // the row that was due
}

func (e *BooksError) Error() string {
	return fmt.Sprintf("the books do not balance: row %d with the outcome of row %d came where row %d was due",
		e.Row, e.Outcome, e.Want)
}
