package input

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/row"
)

const heldLine = `{"mobileAppId":"` + app + `","id":"$s1","userName":"cut…","userPrincipalName":null,` +
	`"installedDeviceCount":null,"failedDeviceCount":-2147483648,"notInstalledDeviceCount":-1,"@statussync.held":true}`

// TestJSONHeld reads what Graph held as it was, and only where the object says that this is what it is.
func TestJSONHeld(t *testing.T) {
	t.Parallel()
	want := row.Status{AppID: app, ID: "$s1", UserName: "cut…", Failed: -2147483648, NotInstalled: -1,
		Null: row.NullUserPrincipalName | row.NullInstalled}
	got := read(t, heldLine, Options{}).records[0]
	if got.Status != want || len(got.Problems) > 0 || string(got.Raw) != heldLine {
		t.Errorf("%+v", got)
	}
	empty := strings.NewReplacer(`"cut…"`, `""`, `"userPrincipalName":null`, `"userPrincipalName":""`).Replace(heldLine)
	want.UserName, want.Null = "", row.NullInstalled
	if got := read(t, empty, Options{}).records[0]; got.Status != want || len(got.Problems) > 0 {
		t.Errorf("%+v", got)
	}
	kinds := []string{"id-reserved", "cut-off", "wrong-type", "wrong-type", "count-negative", "count-negative"}
	for _, mark := range []string{"false", "null", `"true"`, "1"} {
		var found []string
		for _, w := range wrongs(read(t, strings.Replace(heldLine, "true", mark, 1), Options{}).records[0].Problems) {
			found = append(found, w.kind)
		}
		if diff := cmp.Diff(kinds, found); diff != "" {
			t.Errorf("%s: %s", mark, diff)
		}
	}
}

// TestJSONHeldRefused: also what says that Graph held it needs an app, an id, and Int32s.
func TestJSONHeldRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ from, to, kind string }{
		{app, "x", "app-not-guid"}, {`"$s1"`, `""`, "id-empty"}, {`"$s1"`, "null", "wrong-type"},
		{`"` + app + `"`, "null", "wrong-type"}, {`"cut…"`, `"\ud800"`, "half-pair"},
		{"-2147483648", "-2147483649", "count-too-small"}, {"-2147483648", "-21474836480", "count-too-small"},
		{"-2147483648", "2147483648", "count-too-large"}, {":-1,", ":-1.0,", "count-not-integer"},
		{`"notInstalledDeviceCount":-1,`, "", "missing"}, {":-1,", `:"",`, "count-empty"},
	} {
		got := wrongs(read(t, strings.Replace(heldLine, test.from, test.to, 1), Options{}).records[0].Problems)
		if len(got) != 1 || got[0].kind != test.kind {
			t.Errorf("%s: %+v, want %s", test.to, got, test.kind)
		}
	}
}
