package input

import "io"

const (
	maxRow   = 16 << 20 // bytes of one record
	maxCell  = 1 << 20  // bytes of one value
	longRow  = 64 << 10 // bytes after which a record is watched
	maxCells = 1000     // columns of a table
)

// A window hands the bytes of src on and keeps those of the record under way, so that a record is at hand as it came
// after a parser has taken it. Its reader asks for more only when all it was given before belongs to that record, which
// holds for a csv.Reader and a jsontext.Decoder as long as release is called after each record.
type window struct {
	src  io.Reader
	buf  []byte // what was handed out, from offset base
	base int64
	free int64 // the offset up to which bytes are no longer needed
	// watch is asked about the beginning of a record that is longer than longRow before more of it is read; its error
	// ends the reading. From maxRow on the answer has to be an error.
	watch func(record []byte) error
	err   error // what ended the reading, io.EOF included
}

// Read implements io.Reader.
func (w *window) Read(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	if gone := int(w.free - w.base); gone > 0 {
		w.buf = w.buf[:copy(w.buf, w.buf[gone:])]
		w.base = w.free
	}
	if len(w.buf) > longRow {
		if w.err = w.watch(w.buf); w.err != nil {
			return 0, w.err
		}
	}
	n, err := w.src.Read(p)
	w.buf = append(w.buf, p[:n]...)
	w.err = err
	return n, err
}

// between returns the bytes of the text from one offset up to another; they are valid until the next Read.
func (w *window) between(from, to int64) []byte { return w.buf[from-w.base : to-w.base] }

// release says that the bytes before an offset are no longer needed.
func (w *window) release(offset int64) { w.free = offset }
