package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/run"
)

// A changePrinter prints what would change in Graph, or differs there, row by row as it is found.
type changePrinter interface {
	change(run.Change)
	end(tail any) error // tail: what it all comes to, as JSON has it
}

// changesTo returns the printer for the form of output that is asked for; schema names the JSON document.
func changesTo(w io.Writer, s *Settings, schema string) changePrinter {
	switch s.Output {
	case "json":
		return &jsonChanges{w: w, head: `{"schema":"` + schema + `","changes":[`}
	case "csv":
		return &csvChanges{w: w}
	}
	return tableChanges{w}
}

// unknowns words why Graph would not take a row.
var unknowns = map[string]string{
	run.AppUnknown: "Graph does not know the app",
	run.IDUnknown:  "Graph does not know the id",
}

// tableChanges prints for people.
type tableChanges struct{ w io.Writer }

func (p tableChanges) change(c run.Change) {
	mark, why := "~", ""
	if c.Unknown != "" {
		mark, why = "!", "  "+unknowns[c.Unknown]
	}
	fmt.Fprintf(p.w, "%s %s:%d  %s  app %s%s\n", mark, printable(c.File), c.Row.Line, printable(c.Row.UserPrincipalName),
		printable(c.Row.AppID), why)
	for _, d := range c.Differences {
		before, after := d.Before, d.After
		if !strings.HasSuffix(d.Field, "Count") {
			before, after = strconv.Quote(before), strconv.Quote(after)
		}
		fmt.Fprintf(p.w, "    %-24s %s -> %s\n", d.Field, before, after)
	}
}

func (tableChanges) end(any) error { return nil }

// A changeDoc is one change in JSON.
type changeDoc struct {
	File              string          `json:"file"`
	Line              int64           `json:"line"`
	AppID             string          `json:"mobileAppId"`
	ID                string          `json:"id"`
	UserPrincipalName string          `json:"userPrincipalName"`
	Unknown           string          `json:"unknown,omitempty"`
	Differences       []differenceDoc `json:"differences"`
}

type differenceDoc struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// planDoc is what stands behind the changes.
type planDoc struct {
	Run             string  `json:"run,omitempty"`
	Rows            int64   `json:"rows"`
	Send            int64   `json:"send"`
	Unchanged       int64   `json:"unchanged"`
	Duplicate       int64   `json:"duplicate"`
	Invalid         int64   `json:"invalid"`
	Failed          int64   `json:"failed"`
	ShortestSeconds float64 `json:"shortestSeconds"`
	DiskBytes       int64   `json:"diskBytes"`
	ExitStatus      int     `json:"exitStatus"`
}

// jsonChanges prints one document, without holding the changes.
type jsonChanges struct {
	w    io.Writer
	head string
	some bool
}

func (p *jsonChanges) change(c run.Change) {
	doc := changeDoc{c.File, c.Row.Line, c.Row.AppID, c.Row.ID, c.Row.UserPrincipalName, c.Unknown, []differenceDoc{}}
	for _, d := range c.Differences {
		doc.Differences = append(doc.Differences, differenceDoc{d.Field, d.Before, d.After})
	}
	text, _ := json.Marshal(doc) // strings and numbers always have a JSON form
	before := ",\n"
	if !p.some {
		before, p.some = p.head+"\n", true
	}
	fmt.Fprintf(p.w, "%s%s", before, printable(string(text)))
}

func (p *jsonChanges) end(tail any) error {
	text, err := json.Marshal(tail)
	if err != nil {
		return err
	}
	before := "\n"
	if !p.some {
		before = p.head
	}
	_, err = fmt.Fprintf(p.w, "%s],%s\n", before, text[1:])
	return err
}

func planDocOf(p *run.Planned) planDoc {
	c := p.Counts
	return planDoc{
		p.ID, c.Rows(), c.Send, c.Unchanged, c.Duplicate, c.Invalid, c.Failed,
		p.Shortest.Round(time.Millisecond).Seconds(), p.Disk, p.Exit,
	}
}

// csvChanges prints one line for each field that would change, for people: spreadsheets find no formula in it.
type csvChanges struct {
	w    io.Writer
	some bool
}

func (p *csvChanges) line(cells ...string) {
	var b []byte
	for i, cell := range cells {
		if i > 0 {
			b = append(b, ',')
		}
		b = reports.AppendCell(b, cell)
	}
	p.w.Write(append(b, '\n'))
}

func (p *csvChanges) head() {
	if !p.some {
		p.some = true
		p.line("file", "line", "mobileAppId", "id", "userPrincipalName", "field", "before", "after")
	}
}

func (p *csvChanges) change(c run.Change) {
	p.head()
	line := func(field, before, after string) {
		p.line(c.File, strconv.FormatInt(c.Row.Line, 10), c.Row.AppID, c.Row.ID, c.Row.UserPrincipalName,
			field, before, after)
	}
	if c.Unknown != "" {
		line(c.Unknown, "", "")
	}
	for _, d := range c.Differences {
		line(d.Field, d.Before, d.After)
	}
}

func (p *csvChanges) end(any) error {
	p.head()
	return nil
}
