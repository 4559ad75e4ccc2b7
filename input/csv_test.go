package input

import (
	"encoding/binary"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/row"
)

// with returns cellsA with one field replaced.
func with(field int, value string) string {
	cells := strings.Split(cellsA, ",")
	cells[field] = value
	return strings.Join(cells, ",")
}

func TestValues(t *testing.T) {
	t.Parallel()
	counts := []int{fieldInstalled, fieldFailed, fieldNotInstalled}
	for _, test := range []struct {
		fields []int
		cell   string
		kind   string
	}{
		{[]int{fieldApp}, strings.ToUpper(app), ""},
		{[]int{fieldApp}, "", "app-not-guid"},
		{[]int{fieldApp}, "{" + app + "}", "app-not-guid"},
		{[]int{fieldApp}, "urn:uuid:" + app, "app-not-guid"},
		{[]int{fieldApp}, strings.ReplaceAll(app, "-", ""), "app-not-guid"},
		{[]int{fieldApp}, " " + app, "app-not-guid"},
		{[]int{fieldApp}, strings.Replace(app, "-", "_", 1), "app-not-guid"},
		{[]int{fieldApp}, strings.Replace(app, "a", "g", 1), "app-not-guid"},
		{[]int{fieldApp}, "../../users/0000-0000-0000-000000000", "app-not-guid"},
		{[]int{fieldID}, "", "id-empty"},
		{[]int{fieldID}, " ", "id-empty"},
		{[]int{fieldID}, ".", "id-reserved"},
		{[]int{fieldID}, "..", "id-reserved"},
		{[]int{fieldID}, "$batch", "id-reserved"},
		{[]int{fieldID}, "...a", ""},
		{[]int{fieldID}, "a_b/../%2f?#;$ß 😀", ""},
		{[]int{fieldUserName}, "", ""},
		{[]int{fieldUserName}, " =1+1 \t\x00\x1b\r\u202e", ""},
		{[]int{fieldUPN}, "", "upn-empty"},
		{[]int{fieldUPN}, "  ", "upn-empty"},
		{[]int{fieldID, fieldUserName, fieldUPN}, "System.Object[]", "placeholder"},
		{[]int{fieldID, fieldUserName, fieldUPN}, "System.Collections.Hashtable", "placeholder"},
		{[]int{fieldID, fieldUserName, fieldUPN}, "Microsoft.PowerShell.Commands.Internal.Format.X", "placeholder"},
		{[]int{fieldID, fieldUserName, fieldUPN}, "ada.lovela...", "cut-off"},
		{[]int{fieldID, fieldUserName, fieldUPN}, "ada.lovela…", "cut-off"},
		{[]int{fieldID, fieldUserName, fieldUPN}, "a\xFFb", "not-utf8"},
		{[]int{fieldID, fieldUserName, fieldUPN}, "\xED\xA0\x80", "not-utf8"},
		{[]int{fieldUserName}, "System. Wolf…s", ""},
		{counts, "0", ""},
		{counts, "2147483647", ""},
		{counts, "\t 7 ", ""},
		{counts, "007", ""},
		{counts, strings.Repeat("0", 100) + "7", ""},
		{counts, "2147483648", "count-too-large"},
		{counts, "4294967297", "count-too-large"},
		{counts, "18446744073709551617", "count-too-large"},
		{counts, strings.Repeat("9", 1000), "count-too-large"},
		{counts, "", "count-empty"},
		{counts, " ", "count-empty"},
		{counts, "-1", "count-negative"},
		{counts, "-0", "count-negative"},
		{counts, "-", "count-not-integer"},
		{counts, "--1", "count-not-integer"},
		{counts, "5.0", "count-not-integer"},
		{counts, "1e3", "count-not-integer"},
		{counts, "+5", "count-not-integer"},
		{counts, "0x1F", "count-not-integer"},
		{counts, "1_000", "count-not-integer"},
		{counts, "1 000", "count-not-integer"},
		{counts, "\u00a07", "count-not-integer"},
		{counts, "５", "count-not-integer"},
		{counts, "5.abc", "count-not-integer"},
		{counts, "five", "count-not-integer"},
		{counts, "\n7", "count-not-integer"},
		{counts, "System.Object[]", "placeholder"},
	} {
		for _, f := range test.fields {
			var c cells
			copy(c[:], strings.Split(cellsA, ","))
			c[f] = test.cell
			var rec Record
			convert(&c, 0, &rec)
			if test.kind == "" {
				if len(rec.Problems) > 0 || cells(textsOf(rec.Status))[f] != c[f] && f < fieldInstalled {
					t.Errorf("%s %q: %+v", Fields[f], test.cell, rec)
				}
				continue
			}
			if p := rec.Problems; len(p) != 1 || p[0].Kind != test.kind || p[0].Field != Fields[f] ||
				!strings.HasPrefix(p[0].Text, Fields[f]+" ") {
				t.Errorf("%s %q: got %+v, want %s", Fields[f], test.cell, p, test.kind)
			}
			if rec.Installed != 0 || rec.Failed != 0 || rec.NotInstalled != 0 {
				t.Errorf("%s %q: counts are left: %+v", Fields[f], test.cell, rec.Status)
			}
		}
	}
}

func textsOf(s row.Status) [fieldCount]string {
	return [fieldCount]string{s.AppID, s.ID, s.UserName, s.UserPrincipalName}
}

func TestCountsAreExact(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]int32{"0": 0, "012": 12, " 4 ": 4, "2147483647": 2147483647, "0002147483647": 2147483647} {
		if got := read(t, names+with(fieldFailed, cell), Options{}).rows(t)[0].Failed; got != want {
			t.Errorf("%q: %d", cell, got)
		}
	}
}

// A value arrives byte for byte in each field that takes any text, in each encoding.
func TestHostileTextsArrive(t *testing.T) {
	t.Parallel()
	texts := []string{"'; DROP TABLE x;--", `a"b`, "a,b;c|d\te", "line\nfeed", "lone\rreturn", "\u0000", "\x7f\x1b[31m", "\u202e\u2066",
		"e\u0301 vs é", "ﬀ ﬁ", "\ufeffinside", "\ufffd", "\uffff", "𝔘𝔫𝔦", "👩‍👩‍👧", strings.Repeat("ß", 5000), "null", "NaN", "true", "-1",
		"=HYPERLINK(\"x\")", "@cmd", "x${jndi:x}", "../../etc", "%2e%2e", "\\u0041", "<script>", " spaces ", "\t", "#TYPE", "sep=;"}
	for _, field := range []int{fieldID, fieldUserName, fieldUPN} {
		var table strings.Builder
		table.WriteString(names)
		var want []string
		for _, text := range texts {
			if strings.TrimSpace(text) == "" {
				text = "x" + text
			}
			want = append(want, text)
			table.WriteString(with(field, `"`+strings.ReplaceAll(text, `"`, `""`)+`"`) + "\n")
		}
		for name, content := range map[string]string{"UTF-8": table.String(), "UTF-16": encode16(binary.BigEndian, table.String())} {
			var got []string
			for _, r := range read(t, content, Options{}).rows(t) {
				got = append(got, textsOf(r)[field])
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s in %s: %s", Fields[field], name, diff)
			}
		}
	}
}

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

func TestEveryProblemHasItsPlace(t *testing.T) {
	t.Parallel()
	content := "#TYPE x\r\n" + names + // lines 1 and 2
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
	got := read(t, content, Options{})
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
	content := strings.TrimSuffix(names, "\n") + ",notes\n" + cellsA + ",\"a\r\nb\xFF\"\r\n" + cellsB + ",System.Object[]\n"
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
			if refusal.Line != test.line || refusal.Column != test.column || !strings.Contains(refusal.Hint(), "close") {
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
