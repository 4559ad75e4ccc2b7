package compare

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/statussync/statussync/sync/row"
)

// A SpoolError says that the file with the values cannot be used.
type SpoolError struct {
	Doing string // "written" or "read"
	Err   error  // the cause
}

func (e *SpoolError) Error() string {
	var path *os.PathError
	cause := e.Err
	if errors.As(cause, &path) {
		cause = path.Err
	}
	return fmt.Sprintf("the temporary file with what the service holds cannot be %s: %v", e.Doing, cause)
}

// Unwrap returns the cause.
func (e *SpoolError) Unwrap() error { return e.Err }

var errDamaged = errors.New("it is damaged")

const (
	headSize = 8 * 4 // bytes: the lengths of four texts, three counts, the set of nulls
	guess    = 512   // bytes that are read at once: most statuses are shorter
)

// A spool is a file of statuses, each found by its offset. What was put is there to be got after flush.
type spool struct {
	file *os.File
	size int64  // of what is in the file
	buf  []byte // what comes behind it
}

// put returns the offset of s.
func (p *spool) put(s *row.Status) (at int64) {
	at = p.size + int64(len(p.buf))
	for _, n := range [...]uint32{
		uint32(len(s.AppID)), uint32(len(s.ID)), uint32(len(s.UserName)), uint32(len(s.UserPrincipalName)),
		uint32(s.Installed), uint32(s.Failed), uint32(s.NotInstalled), uint32(s.Null),
	} {
		p.buf = binary.LittleEndian.AppendUint32(p.buf, n)
	}
	for _, text := range [...]string{s.AppID, s.ID, s.UserName, s.UserPrincipalName} {
		p.buf = append(p.buf, text...)
	}
	return at
}

func (p *spool) flush() error {
	n, err := p.file.Write(p.buf)
	p.size += int64(n)
	p.buf = p.buf[:0]
	if err != nil {
		return &SpoolError{"written", err}
	}
	return nil
}

// get returns the status at an offset. It is safe for concurrent use.
func (p *spool) get(at int64) (s row.Status, err error) {
	b, err := p.read(at, min(guess, p.size-at))
	if err != nil {
		return s, err
	}
	size := int64(headSize)
	for i := range 4 {
		size += int64(word(b, i))
	}
	if size > p.size-at {
		return s, &SpoolError{"read", errDamaged}
	}
	if size > int64(len(b)) {
		if b, err = p.read(at, size); err != nil {
			return s, err
		}
	}
	s.Installed, s.Failed, s.NotInstalled = int32(word(b, 4)), int32(word(b, 5)), int32(word(b, 6))
	s.Null = row.Nulls(word(b, 7))
	text := string(b[headSize:size])
	for i, into := range [...]*string{&s.AppID, &s.ID, &s.UserName, &s.UserPrincipalName} {
		n := word(b, i)
		*into, text = text[:n], text[n:]
	}
	return s, nil
}

// word returns one of the numbers at the beginning of a status.
func word(b []byte, i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }

func (p *spool) read(at, n int64) ([]byte, error) {
	b := make([]byte, n)
	switch got, err := p.file.ReadAt(b, at); {
	case int64(got) == n:
		return b, nil
	case err == io.EOF:
		return nil, &SpoolError{"read", io.ErrUnexpectedEOF}
	default:
		return nil, &SpoolError{"read", err}
	}
}
