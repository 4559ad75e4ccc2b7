package input

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/statussync/statussync/sync/row"
)

func encode16(order binary.AppendByteOrder, text string) string {
	b := order.AppendUint16(nil, 0xFEFF)
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

func zstded(t testing.TB, text string, opts ...zstd.EOption) string {
	t.Helper()
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, opts...)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

var shapes = map[string]func(string) string{
	"plain":         func(s string) string { return s },
	"CR LF":         func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
	"semicolons":    func(s string) string { return strings.ReplaceAll(s, ",", ";") },
	"tabs":          func(s string) string { return strings.ReplaceAll(s, ",", "\t") },
	"vertical bars": func(s string) string { return strings.ReplaceAll(s, ",", "|") },
	"all quoted": func(s string) string {
		return `"` + strings.NewReplacer(",", `","`, "\n", "\"\n\"").Replace(strings.TrimSuffix(s, "\n")) + "\"\n"
	},
	"#TYPE":          func(s string) string { return "#TYPE System.Management.Automation.PSCustomObject\r\n" + s },
	"sep=":           func(s string) string { return "sep=;\r\n" + strings.ReplaceAll(s, ",", ";") },
	"empty lines":    func(s string) string { return "\n\r\n" + strings.ReplaceAll(s, "\n", "\n\n\r\n") },
	"no last end":    func(s string) string { return strings.TrimSuffix(s, "\n") },
	"trailing comma": func(s string) string { return strings.ReplaceAll(s, "\n", ",\n") },
}

// Every spelling of one table gives the same rows.
func TestSameRowsFromEverySpelling(t *testing.T) {
	t.Parallel()
	const user = "Žofie Müller 😀"
	want := []row.Status{rowA, rowB}
	want[0].UserName = user
	table := names + strings.Replace(cellsA, "Ada", user, 1) + "\n" + cellsB + "\n"
	encodings := map[string]func(string) string{
		"UTF-8":          func(s string) string { return s },
		"UTF-8 with BOM": func(s string) string { return "\ufeff" + s },
		"UTF-16 LE":      func(s string) string { return encode16(binary.LittleEndian, s) },
		"UTF-16 BE":      func(s string) string { return encode16(binary.BigEndian, s) },
	}
	packings := map[string]func(string) string{
		"as it is":  func(s string) string { return s },
		"gzip":      gzipped,
		"two gzips": func(s string) string { return gzipped(s[:50]) + gzipped(s[50:]) },
		"zstd":      func(s string) string { return zstded(t, s) },
		"zstd parts": func(s string) string {
			const skippable = "\x51\x2A\x4D\x18\x02\x00\x00\x00xx"
			return skippable + zstded(t, s[:50]) + skippable + zstded(t, s[50:])
		},
	}
	for shape, shaped := range shapes {
		for encoding, encoded := range encodings {
			for packing, packed := range packings {
				t.Run(shape+"/"+encoding+"/"+packing, func(t *testing.T) {
					t.Parallel()
					got := read(t, packed(encoded(shaped(table))), Options{})
					if diff := cmp.Diff(want, got.rows(t)); diff != "" {
						t.Error(diff)
					}
					if decoded := strings.HasPrefix(encoding, "UTF-16"); got.layout.Decoded != decoded {
						t.Errorf("decoded: %v", got.layout.Decoded)
					}
				})
			}
		}
	}
}

func TestWindows1252(t *testing.T) {
	t.Parallel()
	table := names + strings.Replace(cellsA, "Ada", "M\xFCller \x80", 1) + "\n"
	got := read(t, table, Options{Encoding: "windows-1252"})
	if name := got.rows(t)[0].UserName; name != "Müller €" {
		t.Errorf("got %q", name)
	}
	if !got.layout.Decoded || !strings.Contains(string(got.records[0].Raw), "Müller €") {
		t.Errorf("decoded %v, raw %q", got.layout.Decoded, got.records[0].Raw)
	}
	problems := read(t, table, Options{}).only(t)
	want := []Problem{{2, 41, "userName", "not-utf8", `userName "M\xfcller \x80" is not valid UTF-8; ` +
		"a file from Windows may need --encoding windows-1252"}}
	if diff := cmp.Diff(want, problems); diff != "" {
		t.Errorf("without the encoding: %s", diff)
	}
	marked := read(t, "\ufeff"+strings.Replace(table, "M\xFCller \x80", "Müller", 1), Options{Encoding: "windows-1252"})
	if name := marked.rows(t)[0].UserName; name != "Müller" || marked.layout.Decoded {
		t.Errorf("a byte order mark beats the encoding: got %q, decoded %v", name, marked.layout.Decoded)
	}
}

func TestHalfSurrogatesAreRefused(t *testing.T) {
	t.Parallel()
	for name, units := range map[string][]uint16{
		"first half": {0xD83D}, "second half": {0xDE00}, "wrong order": {0xDE00, 0xD83D},
		"two first halves": {0xD83D, 0xD83D, 0xDE00},
	} {
		var damaged []byte
		for _, unit := range units {
			damaged = binary.LittleEndian.AppendUint16(damaged, unit)
		}
		table := encode16(binary.LittleEndian, names+cellsA+"\n"+cellsB+"\n")
		ada := encode16(binary.LittleEndian, "Ada")[2:]
		got := read(t, strings.Replace(table, ada, ada+string(damaged), 1), Options{})
		if got.err != nil || len(got.records) != 2 {
			t.Fatalf("%s: %v, %d records", name, got.err, len(got.records))
		}
		if p := got.records[0].Problems; len(p) != 1 || p[0].Kind != "not-utf8" || p[0].Line != 2 {
			t.Errorf("%s: %+v", name, p)
		}
		if len(got.records[1].Problems) != 0 {
			t.Errorf("%s: the next row is refused too: %+v", name, got.records[1].Problems)
		}
	}
	replaced := read(t, encode16(binary.LittleEndian, names+strings.Replace(cellsA, "Ada", "A\uFFFD", 1)), Options{})
	if name := replaced.rows(t)[0].UserName; name != "A\uFFFD" {
		t.Errorf("U+FFFD itself: %q", name)
	}
	odd := read(t, encode16(binary.LittleEndian, names+cellsA)+"\x33", Options{})
	if p := odd.only(t); len(p) != 1 || p[0].Kind != "count-not-integer" {
		t.Errorf("half a unit at the end: %+v", p)
	}
}

func TestRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	table := names + cellsA + "\n"
	rows := names + strings.Repeat(cellsA+"\n", 200)
	for _, test := range []struct{ name, content, text, hint string }{
		{"UTF-32 LE", "\xFF\xFE\x00\x00a\x00\x00\x00", "UTF-32", "UTF-8"},
		{"UTF-32 BE", "\x00\x00\xFE\xFF\x00\x00\x00a", "UTF-32", "UTF-8"},
		{"UTF-16 without mark", encode16(binary.LittleEndian, table)[2:], "without a byte order mark", "UTF-8"},
		{"ZIP", "PK\x03\x04....", "ZIP archive", "unpack"},
		{"ZIP in gzip", gzipped("PK\x03\x04...."), "ZIP archive", "unpack"},
		{"xz", "\xFD7zXZ\x00", "xz", "gzip"},
		{"bzip2", "BZh91AY", "bzip2", "zstd"},
		{"gzip in gzip", gzipped(gzipped(table)), "compressed twice", "once"},
		{"gzip cut off", gzipped(rows)[:100], "gzip data is damaged or cut off", ""},
		{"gzip header", "\x1F\x8B\x09\x00\x00\x00\x00\x00\x00\x00", "gzip data is damaged or cut off", ""},
		{"zstd cut off", zstded(t, rows)[:60], "zstd data is damaged or cut off", ""},
		{"gzip with rubbish behind", gzipped(table) + "rubbish", "gzip data is damaged", ""},
		{"CR alone", strings.ReplaceAll(table, "\n", "\r"), "CR alone", "LF"},
		{"header not UTF-8", "M\xFCller," + table, "not valid UTF-8", "windows-1252"},
		{"odd separator", "sep=x\n" + table, `the delimiter "x" is none of`, ""},
		{"quote in the header", "a\"b," + table, "the header cannot be read", "CSV at all"},
		{"open quote in the header", "\"a," + table, "not closed", "close it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := read(t, test.content, Options{}).refusal(t)
			if !strings.Contains(got.Text, test.text) || !strings.Contains(got.Hint(), test.hint) {
				t.Errorf("got %v / %s", got, got.Hint())
			}
		})
	}
}

// An input that ends in an error gives the rows before it, and none that was cut.
func TestErrorsOnTheWay(t *testing.T) {
	t.Parallel()
	rows := names + strings.Repeat(cellsA+"\n", 5000)
	cut := read(t, gzipped(rows)[:len(gzipped(rows))-9], Options{})
	if refusal := cut.refusal(t); !strings.Contains(refusal.Text, "damaged or cut off") || len(cut.records) < 4000 {
		t.Errorf("%d rows, %v", len(cut.records), refusal)
	}
	for _, rec := range cut.records {
		if len(rec.Problems) > 0 || rec.Status != rowA {
			t.Fatalf("%+v", rec)
		}
	}
	broken := errors.New("input/output error")
	for _, half := range []string{rows + cellsA, rows + with(fieldUserName, "\"A"), rows} {
		r, err := stream(io.MultiReader(strings.NewReader(half), iotest.ErrReader(broken)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		n, err := countRecords(r)
		if n != 5000 || !errors.Is(err, broken) || err.Error() != "stream: cannot be read: input/output error" {
			t.Errorf("%d rows, %v", n, err)
		}
	}
	if _, err := stream(iotest.ErrReader(broken), Options{}); !errors.Is(err, broken) {
		t.Errorf("at once: %v", err)
	}
}

func TestFormatTableIsRefused(t *testing.T) {
	t.Parallel()
	for _, content := range []string{
		"ClassId2e4f51ef21dd47e99d3c952918aff9cd,pageHeaderEntry,pageFooterEntry\n",
		"#TYPE Microsoft.PowerShell.Commands.Internal.Format.FormatStartData\n\"x\",\"y\"\n",
	} {
		got := read(t, content, Options{}).refusal(t)
		if !strings.Contains(got.Text, "Format-Table") || !strings.Contains(got.Hint(), "Export-Csv") {
			t.Errorf("got %v / %s", got, got.Hint())
		}
	}
}

// again gives the same text again and again.
type again struct {
	text string
	at   int
}

func (a *again) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		m := copy(p[n:], a.text[a.at:])
		a.at = (a.at + m) % len(a.text)
		n += m
	}
	return n, nil
}

func TestDecompressionIsBounded(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	b.WriteString(gzipped(names))
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	long := with(fieldUserName, strings.Repeat("x", 50_000)) + "\n"
	if _, err := io.CopyN(w, &again{text: long}, 20<<20); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if _, err := count(t, b.String()); err == nil || !strings.Contains(err.Error(), "more than 200 times its size") {
		t.Errorf("gzip: %v", err)
	}
	wide := read(t, zstdFrame(64<<20, names+cellsA), Options{}).refusal(t)
	if !strings.Contains(wide.Text, "window of more than 32 MiB") {
		t.Errorf("zstd with 64 MiB: %v", wide)
	}
	if rows := read(t, zstdFrame(32<<20, names+cellsA), Options{}).rows(t); len(rows) != 1 {
		t.Errorf("zstd with 32 MiB: %d rows", len(rows))
	}
}

// zstdFrame returns a frame of one raw block that asks for a window of a power of two.
func zstdFrame(window int, text string) string {
	head := []byte{0x28, 0xB5, 0x2F, 0xFD, 0, byte(bits.Len(uint(window))-11) << 3}
	block := len(text)<<3 | 1
	return string(append(head, byte(block), byte(block>>8), byte(block>>16))) + text
}

func TestNoText(t *testing.T) {
	t.Parallel()
	for _, content := range []string{
		"", "\ufeff", "\n\r\n  \n", "\xFF\xFE", gzipped(""), "#TYPE x\n", "sep=;\n", names,
	} {
		got := read(t, content, Options{})
		if got.err != nil || len(got.records) != 0 || got.layout.Format != "csv" {
			t.Errorf("%.20q: %v, %d records, %+v", content, got.err, len(got.records), got.layout)
		}
	}
}
