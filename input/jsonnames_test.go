package input

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/row"
)

func TestJSONWarnings(t *testing.T) {
	t.Parallel()
	extra := changed("{", `{"department":1,"userprincipalnme":{"a":[]},"PendingInstallCount":2,`)
	other := changed("{", `{"department":1,"city":"x",`)
	got := read(t, "\n"+extra+"\n"+extra+"\n"+other+"\n"+other+"\n", Options{})
	if len(got.rows(t)) != 4 {
		t.Fatal(got.records)
	}
	want := []Warning{
		{2, 2, `"department" is not a field that is sent`},
		{2, 17, `"userprincipalnme" is not a field that is sent`},
		{2, 45, `"PendingInstallCount" has no field in Microsoft Graph: it is left out, and not added to another count`},
		{4, 17, `"city" is not a field that is sent`},
	}
	if diff := cmp.Diff(want, got.warnings); diff != "" {
		t.Error(diff)
	}
	got = read(t, changed("userPrincipalName", "userPrincipalNme"), Options{})
	if !got.warned(`did you mean "userPrincipalName"?`) {
		t.Error(got.warnings)
	}
	got = read(t, changed(`"userName":"Ada",`, ""), Options{App: app})
	want = []Warning{
		{1, 1, "the member userName is missing: it is sent empty"},
		{1, 2, "the object has a member for mobileAppId, so --app is not used for it"},
	}
	if diff := cmp.Diff(want, got.warnings); diff != "" || len(got.rows(t)) != 1 {
		t.Error(diff)
	}
	got = read(t, `{"@odata.count":1,"value":[`+objectA+`],`+"\n"+` "Count":1,"@odata.nextLink":"https://x"}`, Options{})
	want = []Warning{
		{2, 2, `"Count" stands beside the list and is passed over`},
		{2, 12, "@odata.nextLink says that the list goes on at another address: those rows are not in this file"},
	}
	if diff := cmp.Diff(want, got.warnings); diff != "" || len(got.rows(t)) != 1 {
		t.Error(diff)
	}
}

// What is remembered about names must not grow with the input.
func TestJSONWarningsAreBounded(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 2000 {
		b.WriteString(changed("{", fmt.Sprintf(`{"x%d":1,`, i)) + "\n")
	}
	got := read(t, b.String(), Options{})
	if len(got.rows(t)) != 2000 || len(got.warnings) != maxWarnings+1 || !got.warned("there is more like this") {
		t.Errorf("%d records, %d warnings", len(got.records), len(got.warnings))
	}
}

func TestJSONNames(t *testing.T) {
	t.Parallel()
	object := func(names ...string) string {
		values := []string{`"` + app + `"`, `"s1"`, `"Ada"`, `"ada@contoso.example"`, "1", "2", "3"}
		var members []string
		for i, name := range names {
			if name != "" {
				members = append(members, fmt.Sprintf("%q:%s", name, values[i]))
			}
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	for _, test := range []struct {
		content string
		opt     Options
	}{
		{object("MOBILEAPPID", "Id", "user_name", "User Principal-Name", "installedDevicecount", "FAILED_DEVICE_COUNT",
			"not installed device count"), Options{}},
		{object("ApplicationId", "id", "UserName", "UserPrincipalName", "InstalledCount", "FailedCount", "NotInstalledCount"),
			Options{}},
		{object("ApplicationId", "id", "Name", "User name", "Installations", "Failures", "Not installed"), Options{}},
		{object("App", "Key", "userName", "userPrincipalName", "yes", "failedDeviceCount", "notInstalledDeviceCount"),
			Options{Columns: map[string]string{"mobileAppId": "app", "id": "KEY", "installedDeviceCount": "yes"}}},
		{object("", "id", "userName", "userPrincipalName", "installedDeviceCount", "failedDeviceCount",
			"notInstalledDeviceCount"), Options{App: app}},
		{changed(`"id"`, `"\u0069d"`), Options{}},
		{changed(`"s1"`, `"\u00731"`), Options{}},
		{changed(`:1,`, `:"1",`), Options{}},
		{changed("{", `{"_statussync_line":1,"_statussync_line":"\ud800","_statussync_x":{"a":[`+"\n"+`]},`), Options{}},
		{changed("{", `{"\u005fstatussync_x":1,"_statussync\u005fx":1,`), Options{}},
		{changed("{", `{"@odata.type":"#x","@odata.id":"x","app@odata.context":{"a":1},`), Options{}},
	} {
		got := read(t, test.content, test.opt)
		if diff := cmp.Diff([]row.Status{rowA}, got.rows(t)); diff != "" {
			t.Errorf("%s: %s", test.content, diff)
		}
		if len(got.warnings) > 0 {
			t.Errorf("%s: warned: %+v", test.content, got.warnings)
		}
	}
}
