package input

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzCSV holds the laws of reading a table: it never panics, every record of encoding/csv is a valid or an invalid one
// of ours, lines grow, every problem has its place, a valid row has the very values, and what Raw says reads the same.
func FuzzCSV(f *testing.F) {
	for _, seed := range []string{
		"", names, names + cellsA + "\n" + cellsB, "\ufeff" + names + cellsA + "\r\n", "sep=;\n" + names,
		"#TYPE x\r\n" + names, strings.ReplaceAll(names+cellsA, ",", ";"), names + names,
		names + "a,b\n" + cellsA + ",x\n\n,,,,,,\n", names + with(fieldUPN, "\xFF?") + "\n",
		names + with(fieldUserName, "\"A\r\nB\"") + "\r\n", names + with(fieldUserName, "\"A\nB\"\"") + "\n" + cellsB,
		names + with(fieldID, `s"1`) + "\n" + with(fieldID, `"s"1`) + "\n" + cellsB,
		"_statussync_line," + strings.TrimSpace(names) + ",_statussync_x\n1," + cellsA + ",\"a\nb\"\n1,,\n",
		encode16(binary.LittleEndian, names+cellsA), names + cellsA + "\r",
		"Name|User name|id|ApplicationId|Failures|Installations|Not installed\n||||||\n",
	} {
		f.Add([]byte(seed), "")
	}
	f.Add([]byte("id,UPN,Failures,Installations,Not installed\n1,2,3,4,5"), app)
	f.Fuzz(func(t *testing.T, content []byte, app string) {
		r, err := stream(bytes.NewReader(content), Options{Format: "csv", App: app})
		if err != nil {
			return
		}
		c, ok := r.dec.(*csvDecoder)
		if !ok {
			return
		}
		got := drain(r)
		var refusal *Error
		if got.err != nil && !errors.As(got.err, &refusal) {
			t.Fatalf("%v is not an *Error", got.err)
		}
		checkPlaces(t, got)
		if !c.decoded {
			checkAgainstEncodingCSV(t, content, c, got)
		}
		checkRewritten(t, c, got, app)
	})
}

func checkPlaces(t *testing.T, got reading) {
	last := int64(0)
	for _, rec := range got.records {
		if rec.Line <= last {
			t.Fatalf("line %d follows line %d", rec.Line, last)
		}
		last = rec.Line
		for _, p := range rec.Problems {
			if p.Line < rec.Line || p.Column < 1 || p.Kind == "" || p.Text == "" {
				t.Fatalf("line %d: %+v", rec.Line, p)
			}
		}
	}
}

// checkAgainstEncodingCSV reads the same records with nothing but encoding/csv.
func checkAgainstEncodingCSV(t *testing.T, content []byte, c *csvDecoder, got reading) {
	body := bytes.TrimPrefix(content, []byte("\ufeff"))[c.origin:]
	plain := csv.NewReader(bytes.NewReader(body))
	plain.Comma = rune(c.header.delimiter)
	if _, err := plain.Read(); err != nil {
		t.Fatal(err)
	}
	for _, rec := range got.records {
		cells, err := plain.Read()
		if err == io.EOF {
			t.Fatalf("line %d is not there", rec.Line)
		}
		if err != nil {
			if len(rec.Problems) != 1 {
				t.Fatalf("line %d: %+v, want %v", rec.Line, rec.Problems, err)
			}
			continue
		}
		texts := textsOf(rec.Status)
		for field := range fieldInstalled {
			column := c.header.index[field]
			if len(rec.Problems) == 0 && column != none && texts[field] != cells[column] {
				t.Fatalf("line %d: %s is %q, want %q", rec.Line, Fields[field], texts[field], cells[column])
			}
		}
	}
	if _, err := plain.Read(); got.err == nil && err != io.EOF {
		t.Fatalf("a record is missing: %v", err)
	}
}

// checkRewritten reads the valid records again from what the reader says about their bytes.
func checkRewritten(t *testing.T, c *csvDecoder, got reading, app string) {
	d, newline := string(got.layout.Delimiter), got.layout.Newline
	out := string(got.layout.Header) + d + "_statussync_x" + newline
	want := got
	want.records, want.err = nil, nil
	for _, rec := range got.records {
		if len(rec.Problems) == 0 {
			want.records = append(want.records, rec)
			out += string(rec.Raw) + d + "y" + newline
		}
	}
	r, err := stream(strings.NewReader("\ufeff"+out), Options{Format: "csv", Delimiter: d, App: app})
	if err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	again := drain(r)
	if diff := cmp.Diff(want.rows(t), again.rows(t)); diff != "" {
		t.Fatalf("%q: %s", out, diff)
	}
	for i, rec := range again.records {
		if !bytes.Equal(rec.Raw, want.records[i].Raw) {
			t.Fatalf("%q, before %q", rec.Raw, want.records[i].Raw)
		}
	}
}

// FuzzValue holds the law of values: one arrives byte for byte, or its record is refused.
func FuzzValue(f *testing.F) {
	for _, seed := range []string{
		"", "Ada", "a\r\nb", "a\rb\n\"", "\xFF", "\xED\xA0\x80", "..", "$x", "x...", "System.Object[]", app,
	} {
		for field := range fieldInstalled {
			f.Add(uint8(field), seed, uint8(field))
		}
	}
	f.Fuzz(func(t *testing.T, number uint8, value string, delimiter uint8) {
		field := int(number) % fieldInstalled
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Comma = rune(delimiters[int(delimiter)%len(delimiters)])
		record := strings.Split(cellsA, ",")
		record[field] = value
		w.Write(Fields[:])
		w.Write(record)
		w.Flush()
		r, err := stream(&b, Options{Format: "csv"})
		if err != nil {
			t.Fatal(err)
		}
		rec, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		kind, _ := checkText(field, value)
		switch refused := kind != "" || strings.Contains(value, "\r\n"); {
		case refused && len(rec.Problems) == 0:
			t.Fatalf("%s %q is accepted", Fields[field], value)
		case !refused && len(rec.Problems) > 0:
			t.Fatalf("%s %q: %+v", Fields[field], value, rec.Problems)
		case !refused && textsOf(rec.Status)[field] != value:
			t.Fatalf("%s %q arrives as %q", Fields[field], value, textsOf(rec.Status)[field])
		}
	})
}
