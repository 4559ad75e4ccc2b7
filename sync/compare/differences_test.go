package compare

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/row"
)

func TestDifferences(t *testing.T) {
	held := row.Status{AppID: appA, ID: "Key_1", UserName: "Ann", UserPrincipalName: "Jürgen@contoso.example",
		Installed: 1, Failed: 2, NotInstalled: 3}
	for name, test := range map[string]struct {
		change func(*row.Status)
		want   []Difference
	}{
		"nothing":         {func(*row.Status) {}, nil},
		"case of the app": {func(s *row.Status) { s.AppID = strings.ToUpper(appA) }, nil},
		"case of the UPN": {func(s *row.Status) { s.UserPrincipalName = "JÜRGEN@Contoso.Example" }, nil},
		"case of the id":  {func(s *row.Status) { s.ID = "key_1" }, []Difference{{"id", "Key_1", "key_1"}}},
		"case of the name": {func(s *row.Status) { s.UserName = "ann" },
			[]Difference{{"userName", "Ann", "ann"}}},
		"no name": {func(s *row.Status) { s.UserName = "" }, []Difference{{"userName", "Ann", ""}}},
		"all": {func(s *row.Status) {
			*s = row.Status{AppID: appB, ID: "i", UserName: "n", UserPrincipalName: "u", Installed: math.MaxInt32}
		}, []Difference{{"mobileAppId", appA, appB}, {"id", "Key_1", "i"}, {"userName", "Ann", "n"},
			{"userPrincipalName", "Jürgen@contoso.example", "u"}, {"installedDeviceCount", "1", "2147483647"},
			{"failedDeviceCount", "2", "0"}, {"notInstalledDeviceCount", "3", "0"}}},
	} {
		want := held
		test.change(&want)
		if diff := cmp.Diff(test.want, Differences(&held, &want)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	g, upper := row.Status{ID: guid}, row.Status{ID: strings.ToUpper(guid)}
	if diff := Differences(&g, &upper); diff != nil {
		t.Errorf("case of a GUID: %v", diff)
	}
	if n := testing.AllocsPerRun(100, func() { Differences(&held, &held) }); n > 0 {
		t.Errorf("%v allocations for equal statuses", n)
	}
}

func TestAppendJSON(t *testing.T) {
	t.Parallel()
	type object struct {
		MobileAppID, ID, UserName, UserPrincipalName                     string
		InstalledDeviceCount, FailedDeviceCount, NotInstalledDeviceCount int32
		Held                                                             bool `json:"@statussync.held"`
	}
	var lines []byte
	var want []object
	for _, v := range []string{"", "Ann", `"`, `\`, `\u0041`, "a\r\nb", "\x00\x1f\x7f", "\u2028\u2029", "\u202e", "\ufeff",
		"\ufffd", "ß", "日本", "🧨", "<script>&", "=1+1", "../x", `{"a":1}`,
		strings.Repeat("é", 1<<16)} {
		s := row.Status{AppID: appA, ID: v, UserName: v, UserPrincipalName: v, Installed: math.MaxInt32,
			NotInstalled: int32(len(v))}
		lines = AppendJSON(lines, &s)
		want = append(want, object{appA, v, v, v, math.MaxInt32, 0, int32(len(v)), true})
	}
	text := bytes.Split(bytes.TrimSuffix(lines, []byte("\n")), []byte("\n"))
	if len(text) != len(want) {
		t.Fatalf("%d lines for %d statuses", len(text), len(want))
	}
	for i, line := range text {
		var got object
		d := json.NewDecoder(bytes.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&got); err != nil || got != want[i] {
			t.Errorf("%.200s: %+v, %v", line, got, err)
		}
	}
	s := row.Status{AppID: "a", ID: "i", UserName: "n", UserPrincipalName: "u\xff", Installed: 1, Failed: -2}
	const line = `{"mobileAppId":"a","id":"i","userName":"n","userPrincipalName":"u` + "\ufffd" +
		`","installedDeviceCount":1,"failedDeviceCount":-2,"notInstalledDeviceCount":0,"@statussync.held":true}` + "\n"
	if got := string(AppendJSON([]byte("x"), &s)); got != "x"+line {
		t.Errorf("got %s", got)
	}
	s = row.Status{AppID: "a", ID: "i", Null: row.AllNull}
	const nulls = `{"mobileAppId":"a","id":"i","userName":null,"userPrincipalName":null,` +
		`"installedDeviceCount":null,"failedDeviceCount":null,"notInstalledDeviceCount":null,"@statussync.held":true}` + "\n"
	if got := string(AppendJSON(nil, &s)); got != nulls {
		t.Errorf("got %s", got)
	}
}
