package input

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/statussync/statussync/sync/row"
)

const (
	app    = "8e7d4a52-1111-4222-8333-00000000000a"
	names  = "mobileAppId,id,userName,userPrincipalName," + counts + "\n"
	counts = "installedDeviceCount,failedDeviceCount,notInstalledDeviceCount"
	cellsA = app + ",s1,Ada,ada@contoso.example,1,2,3"
	cellsB = app + ",s2,Bob,bob@contoso.example,4,5,6"
)

var (
	rowA = row.Status{AppID: app, ID: "s1", UserName: "Ada", UserPrincipalName: "ada@contoso.example",
		Installed: 1, Failed: 2, NotInstalled: 3}
	rowB = row.Status{AppID: app, ID: "s2", UserName: "Bob", UserPrincipalName: "bob@contoso.example",
		Installed: 4, Failed: 5, NotInstalled: 6}
)

// A reading is all that a Reader said about an input.
type reading struct {
	records  []Record // with bytes of their own
	layout   Layout
	warnings []Warning
	err      error // nil at io.EOF
}

// read reads an input of these bytes to its end.
func read(t testing.TB, content string, opt Options) reading {
	t.Helper()
	path := filepath.Join(t.TempDir(), "users.csv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(Source{Name: "users.csv", Path: path}, opt)
	if err != nil {
		return reading{err: err}
	}
	defer r.Close()
	return drain(r)
}

// count counts the records of an input and keeps none.
func count(t testing.TB, content string) (n int, err error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "users.csv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(Source{Name: "users.csv", Path: path}, Options{})
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return countRecords(r)
}

func countRecords(r *Reader) (n int, err error) {
	for ; err == nil; n++ {
		_, err = r.Next()
	}
	if err == io.EOF {
		err = nil
	}
	return n - 1, err
}

func drain(r *Reader) reading {
	var all reading
	for all.err == nil {
		rec, err := r.Next()
		if err == io.EOF {
			break
		}
		if all.err = err; err == nil {
			all.records = append(all.records, Record{rec.Row, slices.Clone(rec.Problems), rec.held, slices.Clone(rec.Raw)})
		}
	}
	all.layout, all.warnings = r.Layout(), r.Warnings()
	return all
}

// stream reads an input that is not a file.
func stream(src io.Reader, opt Options) (*Reader, error) {
	if err := opt.Check(); err != nil {
		return nil, err
	}
	t, err := decode("stream", bufio.NewReaderSize(src, headSize), opt.Encoding)
	if err != nil {
		return nil, err
	}
	r := &Reader{name: "stream", free: func() {}}
	r.dec, err = newDecoder(t, opt)
	return r, err
}

// rows returns the valid rows, and fails the test when there is anything else.
func (r reading) rows(t testing.TB) []row.Status {
	t.Helper()
	if r.err != nil {
		t.Fatal(r.err)
	}
	var all []row.Status
	for _, rec := range r.records {
		if len(rec.Problems) > 0 {
			t.Fatalf("line %d: %+v", rec.Line, rec.Problems)
		}
		all = append(all, rec.Status)
	}
	return all
}

// refusal returns the error for the whole input.
func (r reading) refusal(t testing.TB) *Error {
	t.Helper()
	var refusal *Error
	if !errors.As(r.err, &refusal) {
		t.Fatalf("got %v, want a refusal; records: %+v", r.err, r.records)
	}
	return refusal
}

// only returns the problems of the only record.
func (r reading) only(t testing.TB) []Problem {
	t.Helper()
	if r.err != nil || len(r.records) != 1 {
		t.Fatalf("got %v and %d records, want one", r.err, len(r.records))
	}
	return r.records[0].Problems
}

func (r reading) warned(text string) bool {
	return slices.ContainsFunc(r.warnings, func(w Warning) bool { return strings.Contains(w.Text, text) })
}
