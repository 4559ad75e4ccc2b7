package input

import (
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/row"
)

// kinds returns line, column and kind of all problems.
func (r reading) kinds() []Problem {
	var all []Problem
	for _, rec := range r.records {
		for _, p := range rec.Problems {
			all = append(all, Problem{Line: p.Line, Column: p.Column, Field: p.Field, Kind: p.Kind})
		}
	}
	return all
}

var flawedTable = "#TYPE x\r\n" + names + // lines 1 and 2
	with(fieldUserName, "\"two\nlines\"") + "\n" + // 3 and 4
	"\n\r\n" + // 5 and 6
	with(fieldUserName, "\"two\nlines\"") + "x\n" + // 7 and 8
	app + ",,Ada,,5.0,,-1\n" + // 9
	"a,b\n" + // 10
	cellsA + ",more\n" + // 11
	",,,,,,\n" + // 12
	names + // 13
	with(fieldID, `s"1`) + "\n" + // 14
	with(fieldID, `"s"1`) + "\n" + // 15
	with(fieldUserName, "\"A\r\nB\"") + "\r\n" + // 16 and 17
	with(fieldUPN, "\xFF") + "\r\n" + // 18
	cellsB + "\n" // 19

func TestEveryProblemHasItsPlace(t *testing.T) {
	t.Parallel()
	got := read(t, flawedTable, Options{})
	if got.err != nil {
		t.Fatal(got.err)
	}
	want := []Problem{
		{8, 32, "notInstalledDeviceCount", "count-not-integer", ""},
		{9, 38, "id", "id-empty", ""},
		{9, 43, "userPrincipalName", "upn-empty", ""},
		{9, 44, "installedDeviceCount", "count-not-integer", ""},
		{9, 48, "failedDeviceCount", "count-empty", ""},
		{9, 49, "notInstalledDeviceCount", "count-negative", ""},
		{10, 1, "", "cell-count", ""},
		{11, 1, "", "cell-count", ""},
		{12, 1, "", "row-empty", ""},
		{13, 1, "", "header-again", ""},
		{14, 39, "", "quote-misplaced", ""},
		{15, 40, "", "quote-misplaced", ""},
		{16, 41, "userName", "crlf", ""},
		{18, 45, "userPrincipalName", "not-utf8", ""},
	}
	if diff := cmp.Diff(want, got.kinds()); diff != "" {
		t.Error(diff)
	}
	var lines []int64
	for _, rec := range got.records {
		lines = append(lines, rec.Line)
	}
	if want := []int64{3, 7, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19}; !slices.Equal(lines, want) {
		t.Errorf("lines %v, want %v", lines, want)
	}
	if s := got.records[2].Status; s.AppID != app || s.UserName != "Ada" {
		t.Errorf("what could be read of an invalid row: %+v", s)
	}
	if s := got.records[9].Status; s.ID != "s1" || s.UserName != "" {
		t.Errorf("a folded value must not be passed on: %+v", s)
	}
}

// What stands in a column that is not sent refuses nothing.
func TestOtherColumnsMayHoldAnything(t *testing.T) {
	t.Parallel()
	content := strings.TrimSuffix(names, "\n") + ",notes\n" + cellsA + ",\"a\r\nb\xFF\"\r\n" +
		cellsB + ",System.Object[]\n"
	got := read(t, content, Options{})
	if diff := cmp.Diff([]row.Status{rowA, rowB}, got.rows(t)); diff != "" {
		t.Error(diff)
	}
	if raw := string(got.records[0].Raw); raw != cellsA+",\"a\r\nb\xFF\"" {
		t.Errorf("raw %q", raw)
	}
}

func TestUnclosedQuoteRefusesTheFile(t *testing.T) {
	t.Parallel()
	open := with(fieldUserName, `"Ada`) + "\n"
	for _, test := range []struct {
		name, content string
		records       int
		line, column  int64
	}{
		{"last row", names + cellsA + "\n" + open, 1, 3, 41},
		{"last row without end", names + cellsA + "\n" + strings.TrimSpace(open), 1, 3, 41},
		{"in the middle", names + open + strings.Repeat(cellsB+"\n", 50), 0, 2, 41},
		{"met by another quote", names + open + cellsB + "\n" + with(fieldUPN, `"u"`) + "\n" + cellsB + "\n", 0, 2, 41},
		{"in the second line of a record", names + with(fieldID, "\"s\n1\"") + "\n" +
			strings.Replace(with(fieldID, "\"s\n1\""), "Ada", `"Ada`, 1) + "\n" + cellsB, 1, 5, 4},
		{"behind empty lines and #TYPE", "#TYPE x\n\n" + names + "\n\n" + open + cellsB, 0, 6, 41},
		{"longer than a cell may be", names + open + strings.Repeat(cellsB+"\n", 30_000), 0, 2, 41},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := read(t, test.content, Options{})
			refusal := got.refusal(t)
			there := refusal.Line == test.line && refusal.Column == test.column
			if !there || !strings.Contains(refusal.Hint(), "close") {
				t.Errorf("got %v / %s", refusal, refusal.Hint())
			}
			if len(got.records) != test.records {
				t.Errorf("%d records before it", len(got.records))
			}
		})
	}
}

func TestLastLineWithoutEnd(t *testing.T) {
	t.Parallel()
	const text = "the last line has no end"
	for content, warned := range map[string]bool{
		names + cellsA: true, names + cellsA + "\r": true, strings.TrimSpace(names): true, names + "a,b": true,
		names + cellsA + "\n": false, names + cellsA + "\r\n": false, names + cellsA + "\n\n": false, names: false,
	} {
		if got := read(t, content, Options{}); got.warned(text) != warned || got.err != nil {
			t.Errorf("%.200q: %v, %+v", content[len(names)-1:], got.err, got.warnings)
		}
	}
}

func TestLostLettersAreWarnedAbout(t *testing.T) {
	t.Parallel()
	content := names + cellsA + "\n" + with(fieldUserName, "J?rgen") + "\n" + with(fieldUserName, "J\uFFFDrgen") + "\n"
	got := read(t, content, Options{})
	if n := len(got.warnings); n != 1 || got.warnings[0].Line != 3 || !got.warned("2 user names hold a question mark") {
		t.Errorf("%+v", got.warnings)
	}
}

// What is written from Layout and Raw is read as the same rows again, also with our own columns on either side of it.
func TestRawAndLayout(t *testing.T) {
	t.Parallel()
	for _, newline := range []string{"\n", "\r\n"} {
		for _, delimiter := range []string{",", ";", "\t", "|"} {
			two := "\"" + cellsA[:len(app)] + "\"" + cellsA[len(app):] + ",\"notes \"\"x\"\"\nmore\""
			content := "\ufeff" + strings.TrimSuffix(names, "\n") + ",notes\n" + two + "\n" + cellsB + ",\n"
			content = strings.ReplaceAll(content, ",", delimiter)
			content = strings.ReplaceAll(content, "\n", newline)
			content = strings.ReplaceAll(content, "x\"\""+newline, "x\"\"\n")
			first := read(t, content, Options{})
			if string(first.layout.Header) != strings.Split(strings.TrimPrefix(content, "\ufeff"), newline)[0] {
				t.Errorf("header %q", first.layout.Header)
			}
			if first.layout.Delimiter != delimiter[0] || first.layout.Newline != newline || first.layout.Decoded {
				t.Errorf("layout %+v", first.layout)
			}
			again := first
			for range 2 {
				again = read(t, rewrite(again), Options{})
				if diff := cmp.Diff(first.rows(t), again.rows(t)); diff != "" {
					t.Error(diff)
				}
				if string(again.layout.Header) != string(first.layout.Header) {
					t.Errorf("header %q", again.layout.Header)
				}
				for i := range first.records {
					if string(first.records[i].Raw) != string(again.records[i].Raw) {
						t.Errorf("raw %q, before %q", again.records[i].Raw, first.records[i].Raw)
					}
				}
			}
		}
	}
}

// rewrite writes a reading as a file with our own columns on either side, one of them over two lines.
func rewrite(r reading) string {
	d := string(r.layout.Delimiter)
	line := func(before string, raw []byte, behind string) string {
		return before + d + "why" + d + string(raw) + d + behind + d + "\"x" + d + "\"\"\ny\"" + r.layout.Newline
	}
	out := line("_statussync_line", r.layout.Header, "_statussync_verdict")
	out = strings.Replace(out, d+"why"+d, d+"_statussync_reason"+d, 1)
	out = strings.Replace(out, "\"x"+d+"\"\"\ny\"", "_statussync_reason", 1)
	for _, rec := range r.records {
		out += line("12", rec.Raw, "failed")
	}
	return out
}

func TestRawOfRefusedRecords(t *testing.T) {
	t.Parallel()
	head := "_statussync_line,_statussync_reason," + strings.TrimSuffix(names, "\n") + ",_statussync_verdict\n"
	got := read(t, head+"7,why,a,b\n"+`8,why,a"b,c`+"\n"+"9\n"+"10,why,,,,,,,\n", Options{})
	var raw []string
	for _, rec := range got.records {
		raw = append(raw, string(rec.Raw))
	}
	if want := []string{"a,b", `a"b,c`, "9", ",,,,,,"}; !slices.Equal(raw, want) || got.err != nil {
		t.Errorf("%q, %v", raw, got.err)
	}
}

func TestTextsMayBeKept(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/users.csv"
	if err := os.WriteFile(path, []byte(names+cellsA+"\n"+strings.Repeat(cellsB+"\n", 5000)), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(Source{Name: "users.csv", Path: path}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rec, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	kept := rec.Status
	rec.Number, rec.Input = 7, 8
	if n, err := countRecords(r); n != 5000 || err != nil {
		t.Error(n, err)
	}
	if kept != rowA {
		t.Errorf("%+v", kept)
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("after the end: %v", err)
	}
}
