package reports

import (
	"encoding/csv"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestAppendCell(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"", ""},
		{"plain text", "plain text"},
		{"a@contoso.example", "a@contoso.example"},
		{"2026-11-23", "2026-11-23"},
		{"Größe", `"Größe"`},
		{"=1+1", `"'=1+1"`},
		{"+1", `"'+1"`},
		{"-1", `"'-1"`},
		{"@SUM(A1)", `"'@SUM(A1)"`},
		{"＝1", `"'＝1"`},
		{"\t=1", `"'\t=1"`},
		{"\r=1", `"'\r=1"`},
		{"\n=1", `"'\n=1"`},
		{"  =1", `"'  =1"`},
		{`"=1"`, `"'""=1"""`},
		{" blank", `" blank"`},
		{"a,b", `"a,b"`},
		{"a;=1", `"a;'=1"`},
		{"a,  -1", `"a,'  -1"`},
		{`a|"@b`, `"a|'""@b"`},
		{"a\t=1", `"a\t=1"`},
		{`say "no"`, `"say ""no"""`},
		{"two\r\nlines", `"two\r\nlines"`},
		{"\x1b[31mred", `"\x1b[31mred"`},
		{"\u009b31m", `"\u009b31m"`},
		{"abc\u202edcba", `"abc\u202edcba"`},
		{"zero\u200bwidth", `"zero\u200bwidth"`},
		{"tag\U000e0041", `"tag\U000e0041"`},
		{"bad\xff\xfe", `"bad\xff\xfe"`},
		{"real \ufffd", "\"real \ufffd\""},
		{"nul\x00del\x7f", `"nul\x00del\x7f"`},
	}
	for _, test := range tests {
		if got := string(AppendCell(nil, test.in)); got != test.want {
			t.Errorf("%q: got %s, want %s", test.in, got, test.want)
		}
	}
}

func TestAppendJSON(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"", `""`},
		{"plain =1", `"plain =1"`},
		{`"\`, `"\"\\"`},
		{"\r\n\t\x00\x1b", `"\r\n\t\u0000\u001b"`},
		{"Größe \U0001f600", "\"Größe \U0001f600\""},
		{"\x7f\u009b\u202e\u2028\u00a0", `"\u007f\u009b\u202e\u2028\u00a0"`},
		{"\U000e0041", `"\udb40\udc41"`},
		{"bad\xff", "\"bad\ufffd\""},
	}
	for _, test := range tests {
		if got := string(appendJSON(nil, test.in)); got != test.want {
			t.Errorf("%q: got %s, want %s", test.in, got, test.want)
		}
	}
}

func TestEscapeJSON(t *testing.T) {
	t.Parallel()
	doc := "{\n  \"a\": \"\u202e\u009b\x7f\\n Größe\"\n}"
	want := "{\n  \"a\": \"\\u202e\\u009b\\u007f\\n Größe\"\n}"
	if got := string(escapeJSON([]byte(doc))); got != want {
		t.Errorf("got %s", got)
	}
}

func FuzzCell(f *testing.F) {
	for _, s := range []string{"", "plain", "=1", "a;=1", "\t\r\n", `";"=1`, "\xff\u202e", " ", "｜＝", `,"",-`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		cell := string(AppendCell(nil, s))
		if !printable(cell) {
			t.Errorf("%q became %q", s, cell)
		}
		for _, delimiter := range ",;\t|" {
			r := csv.NewReader(strings.NewReader("1" + string(delimiter) + cell + "\n"))
			r.Comma = delimiter
			record, err := r.Read()
			if err != nil || len(record) != 2 {
				t.Fatalf("%q with %q: %q, %v", s, delimiter, record, err)
			}
			separator := func(r rune) bool { return strings.ContainsRune(",;|", r) }
			for _, part := range strings.FieldsFunc(record[1], separator) {
				if part = strings.TrimLeft(part, ` "`); part != "" && strings.ContainsAny(part[:1], "=+-@") {
					t.Errorf("%q holds a formula: %q", s, cell)
				}
			}
		}
	})
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{"", "plain", "\x00\x1f\x7f", `"\/`, "\u2028\u202e", "\U000e0041\U0001f600", "\xc3\x28"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := appendJSON(nil, s)
		if !printable(string(text)) {
			t.Errorf("%q became %q", s, text)
		}
		var got string
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		var want strings.Builder
		for _, r := range s {
			want.WriteRune(r)
		}
		if got != want.String() {
			t.Errorf("%q came back as %q", s, got)
		}
	})
}

// printable reports whether a terminal shows all of s and obeys none of it.
func printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}
