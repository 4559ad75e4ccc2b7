package input

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/row"
)

const (
	objectA = `{"mobileAppId":"` + app + `","id":"s1","userName":"Ada","userPrincipalName":"ada@contoso.example",` +
		`"installedDeviceCount":1,"failedDeviceCount":2,"notInstalledDeviceCount":3}`
	objectB = `{"mobileAppId":"` + app + `","id":"s2","userName":"Bob","userPrincipalName":"bob@contoso.example",` +
		`"installedDeviceCount":4,"failedDeviceCount":5,"notInstalledDeviceCount":6}`
)

// changed returns objectA with one text in the place of another that it has once.
func changed(old, new string) string {
	if strings.Count(objectA, old) != 1 {
		panic(old)
	}
	return strings.Replace(objectA, old, new, 1)
}

// pretty returns an object with each member on a line of its own.
func pretty(object string) string {
	return strings.NewReplacer("{", "{\r\n\t", "}", "\n}", `,"`, " ,\n  \"", `":`, "\" :\n").Replace(object)
}

func TestJSONShapes(t *testing.T) {
	t.Parallel()
	list := objectA + "," + objectB
	for name, content := range map[string]string{
		"array":                     "[" + list + "]",
		"array with blanks":         "\n\n [\r\n" + objectA + "\n\t,\n\n" + objectB + "\n]\n \n",
		"array over many lines":     "[" + pretty(objectA) + "," + pretty(objectB) + "]",
		"saved list":                `{"value":[` + list + "]}",
		"saved list, annotated":     `{"@odata.context":"","@odata.count":2,"value":[` + list + `],"@odata.x":{"a":[1]}}`,
		"saved list over lines":     "{\n \"@odata.count\": 1,\n \"value\"\n:\n[\n" + list + "\n]\n}\n",
		"saved list, escaped name":  `{"\u0076alue":[` + objectA + "," + objectB + "]}",
		"saved list, our own names": `{"_statussync_x":[],"value":[` + objectA + "," + objectB + `],"_statussync_x":1}`,
		"lines":                     objectA + "\n" + objectB + "\n",
		"lines without an end":      objectA + "\n" + objectB,
		"lines of Windows":          objectA + "\r\n" + objectB + "\r\n",
		"blank lines":               "\n\r\n" + objectA + "\n \t\r\n\n\n" + objectB + "\n\n\n",
		"objects over many lines":   pretty(objectA) + "\n" + pretty(objectB),
		"byte order mark":           "\ufeff" + objectA + "\n" + objectB + "\n",
		"UTF-16":                    utf16Text(objectA + "\n" + objectB + "\n"),
		"gzip":                      gzipped("[" + list + "]"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, format := range []string{"", "json"} {
				got := read(t, content, Options{Format: format})
				if diff := cmp.Diff([]row.Status{rowA, rowB}, got.rows(t)); diff != "" {
					t.Error(diff)
				}
				if len(got.warnings) > 0 {
					t.Errorf("warned: %+v", got.warnings)
				}
				for i, object := range []string{objectA, objectB} {
					if raw := string(got.records[i].Raw); raw != object {
						t.Errorf("raw is %s", raw)
					}
				}
			}
		})
	}
}

// utf16Text returns a text of ASCII in UTF-16LE with a byte order mark.
func utf16Text(s string) string {
	var b strings.Builder
	b.WriteString("\xFF\xFE")
	for i := range len(s) {
		b.WriteString(s[i:i+1] + "\x00")
	}
	return b.String()
}

func TestJSONOneObject(t *testing.T) {
	t.Parallel()
	for _, content := range []string{objectA, pretty(objectA) + "\n", "[" + objectA + "]", `{"value":[` + objectA + "]}"} {
		if diff := cmp.Diff([]row.Status{rowA}, read(t, content, Options{}).rows(t)); diff != "" {
			t.Errorf("%s: %s", content, diff)
		}
	}
}

func TestJSONLayout(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]Layout{
		objectA:            {Format: "json", Newline: "\n"},
		utf16Text(objectA): {Format: "json", Newline: "\n", Decoded: true},
	} {
		if diff := cmp.Diff(want, read(t, content, Options{}).layout); diff != "" {
			t.Error(diff)
		}
	}
}

func TestJSONWithoutRows(t *testing.T) {
	t.Parallel()
	for content, column := range map[string]int64{
		"[]": 1, " [ \n ] \n": 2, `{"value":[]}`: 10, `{"@odata.count":0,"value":[]}`: 27,
	} {
		got := read(t, content, Options{})
		want := []Warning{{Line: 1, Column: column, Text: "the list is empty"}}
		if got.err != nil || len(got.records) > 0 || !cmp.Equal(want, got.warnings) {
			t.Errorf("%s: %v, %d records, %+v", content, got.err, len(got.records), got.warnings)
		}
	}
}

// A refused text has an error at a place, behind some records.
type refused struct {
	content      string
	line, column int64
	text         string
	records      int
}

func checkRefused(t *testing.T, all []refused) {
	t.Helper()
	for _, test := range all {
		got := read(t, test.content, Options{Format: "json"})
		refusal := got.refusal(t)
		if refusal.Line != test.line || refusal.Column != test.column || !strings.Contains(refusal.Text, test.text) {
			t.Errorf("%.300q: %v\nwant %d:%d %s", test.content, refusal, test.line, test.column, test.text)
		}
		if len(got.records) != test.records {
			t.Errorf("%.300q: %d records before, want %d", test.content, len(got.records), test.records)
		}
	}
}

const behind = int64(len(objectA)) + 1 // the column behind objectA

func TestJSONTextBehindTheEnd(t *testing.T) {
	t.Parallel()
	list, line := "more text follows the end of the list", "more text follows on the line"
	checkRefused(t, []refused{
		{"[" + objectA + "] x", 1, behind + 3, "invalid character 'x'", 1},
		{"[" + objectA + "]\n[]", 2, 1, list, 1},
		{"[" + objectA + "]" + objectA, 1, behind + 2, list, 1},
		{"[" + objectA + "]\n,", 2, 1, "invalid character ','", 1},
		{"[]]", 1, 3, list, 0},
		{"[]\n\n null", 3, 2, list, 0},
		{`{"value":[]}{}`, 1, 13, list, 0},
		{`{"value":[]}}`, 1, 13, list, 0},
		{"{\"value\":[" + objectA + "]}\n{\"value\":[]}", 2, 1, list, 1},
		{`{"value":[],` + "\n" + ` "value":[]}`, 2, 2, `a second "value" follows the list`, 0},
		{objectA + " x", 1, behind + 1, "invalid character 'x'", 1},
		{objectA + "}", 1, behind, line, 1},
		{objectA + "\n]", 2, 1, "invalid character ']'", 1},
		{objectA + "/**/", 1, behind, "invalid character '/'", 1},
		{objectA + "\n," + objectB, 2, 1, "invalid character ','", 1},
		{objectA + objectB, 1, behind, line, 1},
		{objectA + ` "x"`, 1, behind + 1, line, 1},
		{pretty(objectA) + objectB, 16, 2, line, 1},
	})
}

func TestJSONCutOff(t *testing.T) {
	t.Parallel()
	early := "ends before its JSON"
	checkRefused(t, []refused{
		{"[", 1, 2, early, 0},
		{"[" + objectA, 1, behind + 1, early, 1},
		{"[" + objectA + ",\n", 2, 1, early, 1},
		{`{"value":[` + objectA + "]", 1, behind + 11, early, 1},
		{objectA + "\n" + objectB[:20], 2, 21, early, 1},
		{objectA + "\n{", 2, 2, early, 1},
		{`{"value":`, 1, 10, early, 0},
	})
}

func TestJSONSyntax(t *testing.T) {
	t.Parallel()
	ab := objectA + "\n" + objectB + "\n"
	checkRefused(t, []refused{
		{ab + "mobileAppId", 3, 1, "invalid character 'm'", 2},
		{ab + "{\"id\":\n 01}", 4, 3, "invalid character '1'", 2},
		{ab + "{\"id\":\n +5}", 4, 2, "invalid character '+'", 2},
		{ab + "{\"id\":\n\t.5}", 4, 2, "invalid character '.'", 2},
		{ab + "{\"id\":NaN}", 3, 7, "invalid character 'N'", 2},
		{ab + "{\"id\":nul}", 3, 10, "invalid character '}'", 2},
		{ab + "{'id':1}", 3, 2, `invalid character '\''`, 2},
		{ab + "{\"id\" 1}", 3, 7, "invalid character '1'", 2},
		{ab + "{\"id\":1 \"x\":1}", 3, 9, `invalid character '"'`, 2},
		{ab + "{\"id\":1,}", 3, 9, "invalid character '}'", 2},
		{ab + "{\"id\":\"a\nb\"}", 3, 9, `invalid character '\n'`, 2},
		{ab + "{\"id\":\"a\tb\"}", 3, 9, `invalid character '\t'`, 2},
		{ab + "{\"id\":\"a\\x\"}", 3, 9, "invalid escape sequence", 2},
		{ab + "{\"id\":{\"a\":\n[1,\n 2}}", 5, 3, "invalid character '}'", 2},
		{ab + "{\"é\":\"é\",\"id\":01}", 3, 18, "invalid character '1'", 2},
		{ab + "{\xff", 3, 2, "invalid character", 2},
		{"[" + objectA + "\n " + objectB + "]", 2, 2, "invalid character '{'", 1},
		{"[" + objectA + ",]", 1, behind + 1, "invalid character ','", 1},
		{"[," + objectA + "]", 1, 2, "invalid character ','", 0},
		{"{\"@odata.count\":\n 01,\"value\":[]}", 2, 3, "invalid character '1'", 0},
		{"{\"value\":[]\n 1}", 2, 2, "invalid character '1'", 0},
		{"{\"value\":[],\n\"x\":}", 2, 5, "invalid character '}'", 0},
		{ab + strings.Repeat("[", 20_000), 3, 10_001, "exceeded max depth", 2},
		{ab + "{\"x\":\n" + strings.Repeat("[", 20_000), 4, 10_000, "exceeded max depth", 2},
	})
}

func TestJSONHints(t *testing.T) {
	t.Parallel()
	for content, hint := range map[string]string{
		`{"Schema":[]}`:   "pass --compare remote",
		objectA + objectB: "each object on a line of its own",
		"[" + objectA:     "get it once more",
	} {
		if refusal := read(t, content, Options{}).refusal(t); !strings.Contains(refusal.Hint(), hint) {
			t.Errorf("%s: hint %q", content, refusal.Hint())
		}
	}
}
