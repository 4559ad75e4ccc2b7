package compare

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/statussync/statussync/sync/row"
)

func TestSpoolErrors(t *testing.T) {
	t.Parallel()
	file := newSpool(t)
	check := func(name string, err, cause error, text string) {
		t.Helper()
		var e *SpoolError
		if !errors.As(err, &e) || cause != nil && !errors.Is(err, cause) || !strings.Contains(err.Error(), text) ||
			strings.Contains(err.Error(), file.Name()) {
			t.Errorf("%s: %v", name, err)
		}
	}
	toRead, err := os.Open(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer toRead.Close()
	check("read-only", New(toRead).Add(fewStatuses), nil, "holds cannot be written: ")

	h := New(file)
	h.Add(fewStatuses)
	if err := h.Seal(); err != nil {
		t.Fatal(err)
	}
	file.WriteAt([]byte{0xFF, 0xFF}, 8)
	_, _, err = h.Find(appA, "a")
	check("damaged", err, errDamaged, "holds cannot be read: it is damaged")
	file.Truncate(700)
	_, _, err = h.FindUser(appA, long600)
	check("cut", err, io.ErrUnexpectedEOF, "holds cannot be read: unexpected EOF")

	h = New(newSpool(t))
	h.Add(fewStatuses)
	h.Add(fewStatuses)
	h.spool.file.Truncate(1)
	check("cut before Seal", h.Seal(), io.ErrUnexpectedEOF, "")
}

var (
	long600     = strings.Repeat("u", 600)
	fewStatuses = []row.Status{status(appA, "a", "u"), status(appA, "b", long600)}
)
