package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/reports"
)

// idsFile is the name, beside the copy of the input, of the ids that were filled in. Every reading of the copy has them
// from there.
const idsFile = "ids.jsonl"

// A filled is what became of a row without an id, one line of idsFile. They come in the order of the rows. A row of an
// app that Graph does not know has none.
type filled struct {
	Row     int64  `json:"row"`
	ID      string `json:"id,omitempty"`
	Kind    string `json:"kind,omitempty"`    // of the problem, where there is no id
	Problem string `json:"problem,omitempty"` // for people
}

// fill finds ids by the users' principal names, and writes them to where rs reads them.
func (c *comparison) fill(ctx context.Context, rs records) error {
	lines, err := reports.CreateLines(filepath.Dir(rs.ids), idsFile)
	if err != nil {
		return unkept(err)
	}
	defer lines.Abort()
	for rec, err := range rs.all(ctx) {
		if err != nil {
			return err
		}
		if !lacksID(rec) || !c.held.AppKnown(rec.AppID) {
			continue
		}
		f, err := c.find(rec)
		if err != nil {
			return err
		}
		line, err := json.Marshal(f)
		if err != nil {
			return err
		}
		if err := lines.Add(append(line, '\n')); err != nil {
			return unkept(err)
		}
	}
	return unkept(lines.Commit())
}

func lacksID(rec *input.Record) bool { return rec.ID == "" && len(rec.Problems) == 0 }

// find returns the id of the one status that Graph holds for the user and the app of a record.
func (c *comparison) find(rec *input.Record) (filled, error) {
	f := filled{Row: rec.Number}
	s, matches, err := c.held.FindUser(rec.AppID, rec.UserPrincipalName)
	switch matches {
	case 0:
		f.Kind = "id-not-found"
		f.Problem = fmt.Sprintf("id is missing, and Graph holds no status of %.60q for the app", rec.UserPrincipalName)
	case 1:
		f.ID = s.ID
	default:
		f.Kind = "id-ambiguous"
		f.Problem = fmt.Sprintf("id is missing, and Graph holds several statuses of %.60q for the app", rec.UserPrincipalName)
	}
	return f, spooled(err)
}

// ids reads idsFile beside the records that it belongs to. A nil one has no ids.
type ids struct {
	file *os.File
	dec  *json.Decoder
	next filled
}

// openIDs returns nil if there is no such file.
func openIDs(path string) (*ids, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, books(err)
	}
	return &ids{file: f, dec: json.NewDecoder(f)}, nil
}

// fill gives a record that lacks its id the id, or the problem, that is known for it. Records come in order.
func (i *ids) fill(rec *input.Record) error {
	if i == nil || !lacksID(rec) {
		return nil
	}
	for i.next.Row < rec.Number {
		i.next = filled{}
		switch err := i.dec.Decode(&i.next); {
		case errors.Is(err, io.EOF):
			i.next.Row = math.MaxInt64
		case err != nil:
			return &Failure{Exit: ExitBooks, Text: "the ids that were filled in cannot be read", Err: err}
		}
	}
	if i.next.Row > rec.Number {
		return nil
	}
	if rec.ID = i.next.ID; rec.ID == "" {
		rec.Problems = append(rec.Problems, input.Problem{
			Line: rec.Line, Column: 1, Field: "id", Kind: i.next.Kind, Text: i.next.Problem,
		})
	}
	return nil
}

func (i *ids) close() {
	if i != nil {
		i.file.Close()
	}
}
