package reports

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/statussync/statussync/sync/row"
)

// An appLine is what the page shows of one app.
type appLine struct {
	Name          string
	Rows          int64
	Cells         []int64 // by verdict, for the verdicts that the run has
	Trouble, Left string  // in the line's bar, where they begin
}

func (r *Run) appLines() (lines []appLine) {
	for _, app := range r.Apps.Listed {
		if app.ID == "" {
			app.ID = "not a GUID"
		}
		lines = append(lines, r.appLine(app.ID, app.Counts))
	}
	if r.Apps.Others.Sum() > 0 {
		name := "all other apps"
		if r.Apps.More > 0 {
			name = counted(r.Apps.More, "other app")
		}
		lines = append(lines, r.appLine(name, r.Apps.Others))
	}
	return lines
}

func (r *Run) appLine(name string, c Counts) appLine {
	line := appLine{Name: name, Rows: c.Sum()}
	var troubled int64
	for _, v := range row.Verdicts() {
		if r.Counts[v] > 0 {
			line.Cells = append(line.Cells, c[v])
		}
		if trouble(v) {
			troubled += c[v]
		}
	}
	all := float64(line.Rows)
	line.Trouble = share(all-float64(troubled+c[row.Unsent]), all)
	line.Left = share(all-float64(c[row.Unsent]), all)
	return line
}

// A troubleTable is what the page shows of the rows that went wrong.
type troubleTable struct {
	Rows []troubleRow
	Note string // how many there are, and where
}

type troubleRow struct {
	Place                       string
	Verdict                     row.Verdict
	Answer, User, ID, App, Text string
	Domain                      string // the rest of User, which may begin a new line
}

const (
	maxTable  = 700_000 // bytes that the table takes of the page
	maxName   = 40      // of these, what the name of a file takes
	rowMarkup = 64      // and what a row takes beside its values
)

func (r *Run) troubleTable() troubleTable {
	rows := make([]troubleRow, len(r.Attention.Rows))
	room := maxTable
	var sizes []int
	for i := range rows {
		rows[i] = r.troubleRow(&r.Attention.Rows[i])
		room -= rowMarkup + escapedLen(rows[i].Place)
		for _, value := range rows[i].values() {
			sizes = append(sizes, escapedLen(*value))
		}
	}
	limit := evenly(sizes, room)
	for i := range rows {
		for _, value := range rows[i].values() {
			*value = clipEscaped(*value, limit)
		}
		if at := strings.LastIndexByte(rows[i].User, '@'); at > 0 {
			rows[i].User, rows[i].Domain = rows[i].User[:at], rows[i].User[at:]
		}
	}
	return troubleTable{rows, r.whereabouts()}
}

func (r *Run) troubleRow(in *Trouble) troubleRow {
	line := troubleRow{
		Place: strconv.FormatInt(in.Line, 10), Verdict: in.Verdict, Answer: visible(in.Code), User: visible(in.User),
		ID: visible(in.ID), App: visible(in.AppID), Text: visible(in.Text),
	}
	if len(r.Inputs) > 1 {
		line.Place = clipEscaped(visible(r.place(place{input: in.Input}).File), maxName) + ":" + line.Place
	}
	if in.HTTPStatus != 0 {
		line.Answer = strings.TrimSpace(strconv.Itoa(in.HTTPStatus) + " " + line.Answer)
	}
	return line
}

func (t *troubleRow) values() []*string { return []*string{&t.Answer, &t.User, &t.ID, &t.App, &t.Text} }

// evenly returns the largest limit under which all of the sizes together fit into the room.
func evenly(sizes []int, room int) int {
	return sort.Search(1<<20, func(limit int) bool {
		sum := 0
		for _, size := range sizes {
			sum += min(size, limit+1)
		}
		return sum > room
	})
}

// whereabouts says how many rows went wrong, and which files have them.
func (r *Run) whereabouts() string {
	shown := int64(len(r.Attention.Rows))
	text := fmt.Sprintf("All %s are here", counted(r.Attention.All, "row"))
	switch {
	case r.Attention.All == 1:
		text = "It is here"
	case r.Attention.All > shown:
		text = fmt.Sprintf("The first %s of %s are here; rows.csv has all of them",
			grouped(shown), counted(r.Attention.All, "row"))
	}
	for _, file := range []struct{ stem, holds string }{
		{"failed", "the rows to send again"}, {"invalid", "those to mend"},
	} {
		if names := r.filesOf(file.stem); names != "" {
			text += "; " + names + " " + file.holds
		}
	}
	return text + "."
}

// filesOf names the files that begin with a stem, with the verb that follows; "" = there are none.
func (r *Run) filesOf(stem string) string {
	var names []string
	for _, name := range r.Files {
		if strings.HasPrefix(name, stem) {
			names = append(names, name)
		}
	}
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return names[0] + " has"
	case 2:
		return names[0] + " and " + names[1] + " have"
	default:
		return names[0] + " to " + names[n-1] + " have"
	}
}
