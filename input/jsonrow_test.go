package input

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/row"
)

// A wrong is a problem without its text.
type wrong struct {
	line, column int64
	field, kind  string
}

func wrongs(problems []Problem) []wrong {
	var all []wrong
	for _, p := range problems {
		all = append(all, wrong{p.Line, p.Column, p.Field, p.Kind})
	}
	return all
}

// A flawed row stands on line 2.
type flawed struct {
	object string
	want   []wrong
}

// checkFlawed reads flawed rows between two that are sound, in each shape.
func checkFlawed(t *testing.T, all []flawed) {
	t.Helper()
	for _, test := range all {
		for _, shape := range []string{"%s\n%s\n%s", "[%s,\n%s,\n%s]", `{"value":[%s,` + "\n%s,\n%s]}"} {
			got := read(t, fmt.Sprintf(shape, objectB, test.object, objectB), Options{})
			if got.err != nil || len(got.records) != 3 {
				t.Errorf("%s: %v, %d records", test.object, got.err, len(got.records))
				continue
			}
			flawed := got.records[1]
			if diff := cmp.Diff(test.want, wrongs(flawed.Problems), cmp.AllowUnexported(wrong{})); diff != "" {
				t.Errorf("%s: %s", test.object, diff)
			}
			if flawed.Installed != 0 || flawed.Failed != 0 || flawed.NotInstalled != 0 {
				t.Errorf("%s: counts are %+v", test.object, flawed.Status)
			}
			for _, i := range []int{0, 2} {
				if r := got.records[i]; r.Status != rowB || len(r.Problems) > 0 {
					t.Errorf("%s: the row at %d is %+v", test.object, i, r)
				}
			}
		}
	}
}

// column returns the column of a text in objectA.
func column(text string) int64 { return int64(strings.Index(objectA, text)) + 1 }

func TestJSONCounts(t *testing.T) {
	t.Parallel()
	var all []flawed
	for value, kind := range map[string]string{
		"5.0": "count-not-integer", "1e3": "count-not-integer", "1E3": "count-not-integer", "-0.0": "count-not-integer",
		`"1.0"`: "count-not-integer", `"+1"`: "count-not-integer", `"１"`: "count-not-integer", `"0x1"`: "count-not-integer",
		"-1": "count-negative", "2147483648": "count-too-large", "99999999999999999999999": "count-too-large",
		`""`: "count-empty", "null": "wrong-type", "true": "wrong-type", "[1]": "wrong-type", `{"a":1}`: "wrong-type",
	} {
		all = append(all, flawed{changed(":1,", ":"+value+","), []wrong{{2, column("1,"), "installedDeviceCount", kind}}})
	}
	checkFlawed(t, all)
}

func TestJSONTexts(t *testing.T) {
	t.Parallel()
	id, user := column(`"s1"`), column(`"Ada"`)
	checkFlawed(t, []flawed{
		{changed(`"s1"`, "5"), []wrong{{2, id, "id", "wrong-type"}}},
		{changed(`"s1"`, "null"), []wrong{{2, id, "id", "wrong-type"}}},
		{changed(`"s1"`, "false"), []wrong{{2, id, "id", "wrong-type"}}},
		{changed(`"s1"`, "[\n]"), []wrong{{2, id, "id", "wrong-type"}}},
		{changed(`"s1"`, `"$x"`), []wrong{{2, id, "id", "id-reserved"}}},
		{changed(`"s1"`, `"\u002e."`), []wrong{{2, id, "id", "id-reserved"}}},
		{changed(`"ada@contoso.example"`, "null"), []wrong{{2, column(`"ada@`), "userPrincipalName", "wrong-type"}}},
		{changed(`"Ada"`, "0"), []wrong{{2, user, "userName", "wrong-type"}}},
		{changed(`"Ada"`, "true"), []wrong{{2, user, "userName", "wrong-type"}}},
		{changed(`"Ada"`, "{}"), []wrong{{2, user, "userName", "wrong-type"}}},
		{changed(`"`+app+`"`, "null"), []wrong{{2, column(`"` + app), "mobileAppId", "wrong-type"}}},
		{changed(app, "x"), []wrong{{2, column(`"` + app), "mobileAppId", "app-not-guid"}}},
	})
}

func TestJSONDamagedCharacters(t *testing.T) {
	t.Parallel()
	user := column(`"Ada"`)
	checkFlawed(t, []flawed{
		{changed("Ada", "A\xffa"), []wrong{{2, user, "userName", "not-utf8"}}},
		{changed("Ada", `\\A`+"\xc3"), []wrong{{2, user, "userName", "not-utf8"}}},
		{changed("Ada", "\xed\xa0\x80"), []wrong{{2, user, "userName", "not-utf8"}}},
		{changed("Ada", `\ud800`), []wrong{{2, user, "userName", "half-pair"}}},
		{changed("Ada", `\udc00\ud800`), []wrong{{2, user, "userName", "half-pair"}}},
		{changed("Ada", `\ud800\u0041`), []wrong{{2, user, "userName", "half-pair"}}},
		{changed("{", `{"x":"`+"\xff"+`",`), []wrong{{2, 6, "", "not-utf8"}}},
		{changed("{", `{"x":"\ud800",`), []wrong{{2, 6, "", "half-pair"}}},
		{changed("{", `{"@odata.x":{"y":"\udfff"},`), []wrong{{2, 13, "", "half-pair"}}},
		{changed("{", `{"`+"\xff"+`":1,`), []wrong{{2, 2, "", "not-utf8"}}},
		{changed("{", `{"\ud800":1,`), []wrong{{2, 2, "", "half-pair"}}},
	})
}

func TestJSONNamesTwice(t *testing.T) {
	t.Parallel()
	id, end := column(`"id"`), column("}")
	checkFlawed(t, []flawed{
		{changed("{", `{"id":"s1",`), []wrong{{2, id + 10, "", "name-twice"}}},
		{changed("{", `{"i\u0064":"s1",`), []wrong{{2, id + 15, "", "name-twice"}}},
		{changed("{", `{"ID":"s1",`), []wrong{{2, id + 10, "", "name-ambiguous"}}},
		{changed("}", `,"UPN":"x"}`), []wrong{{2, end + 1, "", "name-ambiguous"}}},
		{changed("}", ",\n"+`"Name":"x"}`), []wrong{{3, 1, "", "name-ambiguous"}}},
		{changed("{", `{"x":1,"x":1,`), []wrong{{2, 8, "", "name-twice"}}},
		{changed("{", `{"@odata.type":1,"@odata.type":1,`), []wrong{{2, 18, "", "name-twice"}}},
	})
}

func TestJSONMembersThatAreMissing(t *testing.T) {
	t.Parallel()
	checkFlawed(t, []flawed{
		{changed(`"id":"s1",`, ""), []wrong{{2, 1, "id", "missing"}}},
		{changed(`"mobileAppId":"`+app+`",`, ""), []wrong{{2, 1, "mobileAppId", "missing"}}},
		{` {"id":"x","userName":null}`, []wrong{{2, 2, "mobileAppId", "missing"}, {2, 2, "userPrincipalName", "missing"},
			{2, 2, "installedDeviceCount", "missing"}, {2, 2, "failedDeviceCount", "missing"},
			{2, 2, "notInstalledDeviceCount", "missing"}}},
		{"{}", []wrong{{2, 1, "", "row-empty"}}},
		{`{"error":{"code":"x"}}`, []wrong{{2, 1, "", "row-empty"}}},
		{` {"_statussync_line":1}`, []wrong{{2, 2, "", "row-empty"}}},
	})
}

func TestJSONRowsThatAreNoObjects(t *testing.T) {
	t.Parallel()
	var all []flawed
	for _, value := range []string{"5", "null", "true", `"x"`, "[]", "[\n1\n]"} {
		all = append(all, flawed{" " + value, []wrong{{2, 2, "", "not-an-object"}}})
	}
	checkFlawed(t, all)
}

func TestJSONAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	checkFlawed(t, []flawed{{
		"{\n\"notInstalledDeviceCount\": null,\n \"id\":\n\n  \"\",\n \"userPrincipalName\":\t5, \"FailedCount\":{\n}," +
			" \"UPN\":1,\n \"\xff\":\"\"}",
		[]wrong{{3, 28, "notInstalledDeviceCount", "wrong-type"}, {6, 3, "id", "id-empty"},
			{7, 23, "userPrincipalName", "wrong-type"}, {7, 40, "failedDeviceCount", "wrong-type"},
			{8, 4, "", "name-ambiguous"}, {9, 2, "", "not-utf8"}},
	}})
}

func TestJSONTextOfProblems(t *testing.T) {
	t.Parallel()
	for object, want := range map[string]string{
		changed(`"s1"`, "5"):          "id is a number, not a string",
		changed(":1,", ":[1],"):       "installedDeviceCount is an array, not a whole number",
		changed(":1,", ":5.0,"):       `installedDeviceCount "5.0" is not a whole number`,
		changed(`"id":"s1",`, ""):     "id is missing (Intune's reports have no id",
		changed("Ada", `\ud800`):      `userName "\\ud800" has half of a surrogate pair in it`,
		changed("{", `{"id":"s2",`):   `the name "id" stands here for the second time`,
		changed("{", `{"ID":"s2",`):   `"ID" and "id" may both be id`,
		`{"a":1}`:                     "no member of the object is a field",
		"[]":                          "the row is an array, not an object",
		changed("Ada", "x\xff\u202e"): `userName "x\xff\u202e" is not valid UTF-8; a file from Windows may need --encoding`,
	} {
		problems := read(t, object+"\n", Options{Format: "json"}).records
		if object == "[]" {
			problems = read(t, "[[]]", Options{}).records
		}
		if got := problems[0].Problems[0].Text; !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s", object, got)
		}
	}
}

func TestJSONTextsOfInvalidRows(t *testing.T) {
	t.Parallel()
	const ada = "ada@contoso.example"
	for object, want := range map[string]row.Status{
		changed(":1,", ":1.5,"):                       {AppID: app, ID: "s1", UserName: "Ada", UserPrincipalName: ada},
		changed(`"s1"`, "null"):                       {AppID: app, UserName: "Ada", UserPrincipalName: ada},
		changed("Ada", `\ud800`):                      {AppID: app, ID: "s1", UserPrincipalName: ada},
		changed("}", `,"UPN":"x"}`):                   {AppID: app, ID: "s1", UserName: "Ada", UserPrincipalName: ada},
		changed(`"userName":"Ada",`, `"x":"\ud800",`): {AppID: app, ID: "s1", UserPrincipalName: ada},
	} {
		got := read(t, object, Options{}).records[0]
		if got.Status != want || len(got.Problems) == 0 {
			t.Errorf("%s: %+v %+v", object, got.Status, got.Problems)
		}
	}
}

// A record must not carry anything over from the one before.
func TestJSONRowsAreIndependent(t *testing.T) {
	t.Parallel()
	got := read(t, objectA+"\n"+`{"id":"x"}`+"\n5\n"+changed(`"Ada"`, "null")+"\n", Options{})
	if r := got.records[1]; r.Status != (row.Status{ID: "x"}) {
		t.Errorf("%+v", r.Status)
	}
	if r := got.records[2]; r.Status != (row.Status{}) {
		t.Errorf("%+v", r.Status)
	}
	if r := got.records[3]; r.UserName != "" || len(r.Problems) > 0 {
		t.Errorf("%+v", r)
	}
}

func TestJSONValuesArriveAsTheyAre(t *testing.T) {
	t.Parallel()
	for quoted, want := range map[string]string{
		`"<b>&\/\"\\\b\f\n\r\t"`:    "<b>&/\"\\\b\f\n\r\t",
		`"\r\n"`:                    "\r\n",
		`"\ud83d\ude00 😀"`:          "😀 😀",
		`"\ufffd` + "\ufffd" + `"`:  "\ufffd\ufffd",
		`"\u0000"`:                  "\x00",
		`"e` + "\u0301\u2028" + `"`: "e\u0301\u2028",
		`" blanks around "`:         " blanks around ",
		`"=1+1"`:                    "=1+1",
		`null`:                      "",
		`""`:                        "",
	} {
		if got := read(t, changed(`"Ada"`, quoted), Options{}).rows(t)[0].UserName; got != want {
			t.Errorf("%s: %q, want %q", quoted, got, want)
		}
	}
	for _, count := range []string{"0", `"0"`, "2147483647", `"2147483647"`, `"007"`} {
		want := strings.Trim(count, `"`)
		got := read(t, changed(":1,", ":"+count+","), Options{}).rows(t)[0].Installed
		if fmt.Sprintf("%0*d", len(want), got) != want {
			t.Errorf("%s: %d", count, got)
		}
	}
}

func TestJSONRaw(t *testing.T) {
	t.Parallel()
	for object, want := range map[string]string{
		pretty(objectA):    objectA,
		"{ }":              "{}",
		"5.00":             "5.00",
		"[ 1e3 ,\n null ]": "[1e3,null]",
		`{ "a" : 1.50 , "a" : -0 , "\u0061" : 1E+05 }`:               `{"a":1.50,"a":-0,"\u0061":1E+05}`,
		`{"_statussync_line":1, "a":"\/\u00e4<&>` + "\u2028" + `" }`: `{"a":"\/\u00e4<&>` + "\u2028" + `"}`,
		`{"a":1,"_statussync_reason":{"x":[1]}}`:                     `{"a":1}`,
		`{"_statussync_a":1,"b":2,"_statussync_a":1,"c":3}`:          `{"b":2,"c":3}`,
		`{"_statussync_a":1}`:                                        `{}`,
		`{"a":{ "b" : [ 1.0 , "\u0041\/<` + "\xff" + `\ud800" ],` + "\n" + `"b":{ } } }`: "" +
			`{"a":{"b":[1.0,"\u0041\/<` + "\xff" + `\ud800"],"b":{}}}`,
	} {
		got := read(t, "["+object+"]", Options{})
		if got.err != nil || len(got.records) != 1 || string(got.records[0].Raw) != want {
			t.Errorf("%s: %v %+v", object, got.err, got.records)
		}
	}
}
