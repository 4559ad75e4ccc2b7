package input

import (
	"encoding/binary"
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

var (
	countFields = []int{fieldInstalled, fieldFailed, fieldNotInstalled}
	textFields  = []int{fieldID, fieldUserName, fieldUPN}
)

// A kind of "" says that the cell is accepted.
var valueCases = []struct {
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
	{textFields, "System.Object[]", "placeholder"},
	{textFields, "System.Collections.Hashtable", "placeholder"},
	{textFields, "Microsoft.PowerShell.Commands.Internal.Format.X", "placeholder"},
	{textFields, "ada.lovela...", "cut-off"},
	{textFields, "ada.lovela…", "cut-off"},
	{textFields, "a\xFFb", "not-utf8"},
	{textFields, "\xED\xA0\x80", "not-utf8"},
	{[]int{fieldUserName}, "System. Wolf…s", ""},
	{countFields, "0", ""},
	{countFields, "2147483647", ""},
	{countFields, "\t 7 ", ""},
	{countFields, "007", ""},
	{countFields, strings.Repeat("0", 100) + "7", ""},
	{countFields, "2147483648", "count-too-large"},
	{countFields, "4294967297", "count-too-large"},
	{countFields, "18446744073709551617", "count-too-large"},
	{countFields, strings.Repeat("9", 1000), "count-too-large"},
	{countFields, "", "count-empty"},
	{countFields, " ", "count-empty"},
	{countFields, "-1", "count-negative"},
	{countFields, "-0", "count-negative"},
	{countFields, "-", "count-not-integer"},
	{countFields, "--1", "count-not-integer"},
	{countFields, "5.0", "count-not-integer"},
	{countFields, "1e3", "count-not-integer"},
	{countFields, "+5", "count-not-integer"},
	{countFields, "0x1F", "count-not-integer"},
	{countFields, "1_000", "count-not-integer"},
	{countFields, "1 000", "count-not-integer"},
	{countFields, "\u00a07", "count-not-integer"},
	{countFields, "５", "count-not-integer"},
	{countFields, "5.abc", "count-not-integer"},
	{countFields, "five", "count-not-integer"},
	{countFields, "\n7", "count-not-integer"},
	{countFields, "System.Object[]", "placeholder"},
}

func TestValues(t *testing.T) {
	t.Parallel()
	for _, test := range valueCases {
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
	for cell, want := range map[string]int32{
		"0": 0, "012": 12, " 4 ": 4, "2147483647": 2147483647, "0002147483647": 2147483647,
	} {
		if got := read(t, names+with(fieldFailed, cell), Options{}).rows(t)[0].Failed; got != want {
			t.Errorf("%q: %d", cell, got)
		}
	}
}

// A value arrives byte for byte in each field that takes any text, in each encoding.
func TestHostileTextsArrive(t *testing.T) {
	t.Parallel()
	texts := []string{
		"'; DROP TABLE x;--", `a"b`, "a,b;c|d\te", "line\nfeed", "lone\rreturn", "\u0000", "\x7f\x1b[31m",
		"\u202e\u2066", "e\u0301 vs é", "ﬀ ﬁ", "\ufeffinside", "\ufffd", "\uffff", "𝔘𝔫𝔦", "👩‍👩‍👧",
		strings.Repeat("ß", 5000), "null", "NaN", "true", "-1", "=HYPERLINK(\"x\")", "@cmd", "x${jndi:x}", "../../etc",
		"%2e%2e", "\\u0041", "<script>", " spaces ", "\t", "#TYPE", "sep=;",
	}
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
		utf16 := encode16(binary.BigEndian, table.String())
		for name, content := range map[string]string{"UTF-8": table.String(), "UTF-16": utf16} {
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
