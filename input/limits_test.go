package input

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// An endless or very long text is refused long before it is in memory.
func TestLimits(t *testing.T) { // alone, since it counts what is allocated
	open := names + app + ",s1,\"Ada"
	for _, test := range []struct {
		name         string
		begin, again string
		line, column int64
		text         string
	}{
		{"endless cell", names + app + ",s1,", "Ada ", 2, 41, "cell that begins here is longer than 1 MiB"},
		{"endless cell behind empty lines", names + "\n\r\n" + app + ",s1,", "Ada ", 4, 41,
			"cell that begins here is longer"},
		{"endless quoted cell", open, "Ada\n", 2, 41, "quoted cell that opens here is longer than 1 MiB"},
		{"endless columns", names, "a,", 2, 2001, "more than 1000 cells"},
		{"endless columns behind empty lines", names + "\r\n\n", "a,", 4, 2001, "more than 1000 cells"},
		{"endless long cells", names, `"` + strings.Repeat("x", 100_000) + `",`, 2, 1, "record is longer than 16 MiB"},
		{"endless header", "", "a", 1, 1, "cell that begins here is longer"},
		{"endless header of columns", "", "a,", 1, 2001, "more than 1000 cells"},
		{"endless quotes", open, `""`, 2, 41, "quoted cell that opens here is longer"},
		{"endless empty lines", names, "\r\n", 0, 0, "empty lines before this one are longer than 1 MiB"},
		{"endless spaces", "", " ", 1, 1, "cell that begins here is longer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r, err := stream(io.MultiReader(strings.NewReader(test.begin), &again{text: test.again}), Options{})
			if err == nil {
				_, err = countRecords(r)
			}
			runtime.ReadMemStats(&after)
			refusal := reading{err: err}.refusal(t)
			if !strings.Contains(refusal.Text, test.text) {
				t.Errorf("got %v", refusal)
			}
			if test.line > 0 && (refusal.Line != test.line || refusal.Column != test.column) {
				t.Errorf("got %v", refusal)
			}
			if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; mib > 512 {
				t.Errorf("%d MiB were allocated", mib)
			}
		})
	}
}

func TestJustWithinLimits(t *testing.T) {
	t.Parallel()
	cell := func(n int) string { return names + with(fieldUserName, strings.Repeat("x", n)) + "\n" + cellsB + "\n" }
	if got := read(t, cell(maxCell), Options{}).rows(t); len(got[0].UserName) != maxCell || got[1] != rowB {
		t.Errorf("%d bytes", len(got[0].UserName))
	}
	for _, end := range []string{"\n", "\r\n"} {
		refused := strings.ReplaceAll(cell(maxCell+1), "\n", end)
		if got := read(t, refused, Options{}).refusal(t); got.Line != 2 || got.Column != 41 {
			t.Errorf("a cell of 1 MiB and a byte: %v", got)
		}
	}
	last := names + with(fieldNotInstalled, strings.Repeat("0", maxCell-1)+"3")
	if got := read(t, last, Options{}).rows(t); got[0] != rowA {
		t.Errorf("%+v", got[0])
	}
	columns := strings.TrimSuffix(names, "\n") + strings.Repeat(",", maxCells-fieldCount)
	row := cellsA + strings.Repeat(",", maxCells-fieldCount)
	if got := read(t, columns+"\n"+row+"\n", Options{}).rows(t); got[0] != rowA {
		t.Errorf("%+v", got[0])
	}
	if got := read(t, columns+",\n"+row+",\n", Options{}).refusal(t); !strings.Contains(got.Text, "more than 1000") {
		t.Errorf("1,001 columns: %v", got)
	}
}

// Nothing is held per record: not by the window, and not by the heap.
func TestNothingIsHeldPerRecord(t *testing.T) {
	t.Parallel()
	const rows = 20_000
	body := io.LimitReader(&again{text: cellsA + "\n"}, rows*int64(len(cellsA)+1))
	r, err := stream(io.MultiReader(strings.NewReader(names), body), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := countRecords(r); n != rows || err != nil {
		t.Fatal(n, err)
	}
	if held := cap(r.dec.(*csvDecoder).in.buf); held > 4*headSize {
		t.Errorf("the window holds %d bytes", held)
	}
}

func TestAllocationsPerRow(t *testing.T) {
	const rows = 1000
	r, err := stream(io.MultiReader(strings.NewReader(names), &again{text: cellsA + "\n"}), Options{})
	if err != nil {
		t.Fatal(err)
	}
	// One for the record's text by encoding/csv; one for the struct and one for each cell by gocsv.
	perRow := testing.AllocsPerRun(10, func() {
		for range rows {
			if _, err := r.Next(); err != nil {
				t.Fatal(err)
			}
		}
	}) / rows
	if perRow > 9.1 {
		t.Errorf("%.2f allocations a row", perRow)
	}
}

func TestErrorsSayTheirPlace(t *testing.T) {
	t.Parallel()
	cause := fmt.Errorf("cause")
	for want, err := range map[string]*Error{
		"users.csv:3:7: why":        {Name: "users.csv", Line: 3, Column: 7, Text: "why"},
		"users.csv:3: why":          {Name: "users.csv", Line: 3, Text: "why"},
		"users.csv: why":            {Name: "users.csv", Text: "why"},
		`"a\x1b[31m\nb.csv":1: why`: {Name: "a\x1b[31m\nb.csv", Line: 1, Text: "why"},
	} {
		err.Err, err.HintText = cause, "do that"
		if err.Error() != want || err.Hint() != "do that" || err.Unwrap() != cause {
			t.Errorf("got %q, want %q", err.Error(), want)
		}
	}
	if got := quote(strings.Repeat("ß", 100)); got != `"`+strings.Repeat("ß", 30)+`"…` {
		t.Errorf("got %s", got)
	}
	if got := quote("x" + strings.Repeat("ß", 100)); got != `"x`+strings.Repeat("ß", 29)+`"…` {
		t.Errorf("got %s", got)
	}
}
