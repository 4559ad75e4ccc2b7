package input

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/row"
)

// table returns a table with these columns in this order and rowA beneath them, by field name.
func table(columns ...string) string {
	values := map[string]string{
		"app": app, "id": "s1", "name": "Ada", "upn": "ada@contoso.example", "yes": "1", "no": "2", "not": "3", "": "x",
	}
	var head, cells []string
	for _, c := range columns {
		name, field, _ := strings.Cut(c, "=")
		head, cells = append(head, name), append(cells, values[field])
	}
	return strings.Join(head, ",") + "\n" + strings.Join(cells, ",") + "\n"
}

func TestHeaderNames(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		columns []string
		opt     Options
	}{
		{"any order", []string{"notInstalledDeviceCount=not", "userPrincipalName=upn", "id=id", "failedDeviceCount=no",
			"mobileAppId=app", "installedDeviceCount=yes", "userName=name"}, Options{}},
		{"case, spaces, _ and -", []string{"MOBILE_APP-ID=app", " Id =id", "user name=name", "User_Principal_Name=upn",
			"installed-device-count=yes", "Failed Device Count=no", "NotInstalled\u00a0DeviceCount=not"}, Options{}},
		{"Intune's report", []string{"ApplicationId=app", "id=id", "UserId=", "UserName=name", "UserPrincipalName=upn",
			"FailedCount=no", "InstalledCount=yes", "PendingInstallCount=", "NotInstalledCount=not",
			"NotApplicableCount="}, Options{}},
		{"Intune's portal", []string{"ApplicationId=app", "id=id", "Name=name", "User name=upn",
			"Installations=yes", "Failures=no", "Not installed=not"}, Options{}},
		{"UPN", []string{"mobileAppId=app", "id=id", "Name=name", "UPN=upn",
			"Installations=yes", "Failures=no", "Not installed=not"}, Options{}},
		{"a missing app", []string{"id=id", "userName=name", "UPN=upn", "Installations=yes", "Failures=no",
			"Not installed=not"}, Options{App: app}},
		{"names of one's own", []string{"Anwendung=app", "Schlüssel=id", "Anzeige Name=name", "Konto=upn", "ja=yes",
			"nein=no", "nicht=not", "id=", "Name=", "User name="}, Options{Columns: map[string]string{
			"mobileAppId": "anwendung", "id": "Schlüssel", "userName": "anzeigename", "userPrincipalName": "Konto",
			"installedDeviceCount": "ja", "failedDeviceCount": "nein", "notInstalledDeviceCount": "nicht"}}},
		{"a name that means another field", []string{"mobileAppId=app", "id=id", "Name=upn", "User name=name",
			"Installations=yes", "Failures=no", "Not installed=not"},
			Options{Columns: map[string]string{"userPrincipalName": "Name"}}},
		{"the display name given", []string{"mobileAppId=app", "id=id", "Display=name", "User name=upn",
			"Installations=yes", "Failures=no", "Not installed=not"},
			Options{Columns: map[string]string{"userName": "Display"}}},
		{"our own columns", []string{"_statussync_line=", "_statussync_reason=", "_statussync_line=", "mobileAppId=app",
			"id=id", "_statussync_x=", "userName=name", "UPN=upn", "Installations=yes", "Failures=no",
			"Not installed=not", "_statussync_verdict=", "_statussync_reason="}, Options{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := read(t, table(test.columns...), test.opt)
			if diff := cmp.Diff([]row.Status{rowA}, got.rows(t)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHeadersThatAreRefused(t *testing.T) {
	t.Parallel()
	all := []string{"mobileAppId=app", "id=id", "userName=name", "userPrincipalName=upn", "installedDeviceCount=yes",
		"failedDeviceCount=no", "notInstalledDeviceCount=not"}
	without := func(drop ...string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(c string) bool {
			return slices.ContainsFunc(drop, func(d string) bool { return strings.HasPrefix(c, d+"=") })
		})
	}
	with := func(more ...string) []string { return append(slices.Clone(all), more...) }
	for _, test := range []struct {
		name       string
		columns    []string
		opt        Options
		column     int64
		text, hint string
	}{
		{"twice", with("ID="), Options{}, 106, `"id" and "ID" may both be id`, "input.columns"},
		{"two names of one", with("UPN="), Options{}, 106, `"userPrincipalName" and "UPN" may both be`, "rename"},
		{"Name beside User name and UPN", with("Name="), Options{}, 106, `"userName" and "Name" may both be`, ""},
		{"no id", without("id"), Options{}, 1, "lacks id (Intune's reports have no id", ""},
		{"no app", without("mobileAppId"), Options{}, 1, "lacks mobileAppId", "--app GUID"},
		{"no UPN", without("userPrincipalName"), Options{}, 1, "lacks userPrincipalName", "name to sign in with"},
		{"several", without("failedDeviceCount", "installedDeviceCount"), Options{}, 1,
			"lacks installedDeviceCount, failedDeviceCount", ""},
		{"misspelt", append(without("failedDeviceCount"), "failedDevicesCount="), Options{}, 1,
			"lacks failedDeviceCount", `is "failedDevicesCount" meant to be "failedDeviceCount"?`},
		{"mapped, not there", all, Options{Columns: map[string]string{"id": "Key"}}, 1,
			`lacks id ("Key" in input.columns)`, ""},
		{"no header", []string{app + "=id", "s1=", "x="}, Options{}, 1, "lacks mobileAppId, id, userPrincipalName",
			"first line has to name the columns"},
		{"wrong delimiter", all, Options{Delimiter: ";"}, 1, "lacks", `";" between them (--delimiter)`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := read(t, table(test.columns...), test.opt).refusal(t)
			if !strings.Contains(got.Text, test.text) || !strings.Contains(got.Hint(), test.hint) {
				t.Errorf("got %v / %s", got, got.Hint())
			}
			if got.Line != 1 || got.Column != test.column {
				t.Errorf("at %d:%d", got.Line, got.Column)
			}
		})
	}
}

func TestColumnsThatAreNotSent(t *testing.T) {
	t.Parallel()
	columns := []string{"mobileAppId=app", "id=id", "userPrincipalName=upn", "installedDeviceCount=yes",
		"failedDeviceCount=no", "notInstalledDeviceCount=not", "usrName=", "Department=", "PendingInstallCount=", "=",
		"_statussync_verdict="}
	got := read(t, table(columns...), Options{App: app})
	want := []Warning{
		{1, 97, `"usrName" is not a field that is sent; did you mean "userName"?`},
		{1, 105, `"Department" is not a field that is sent`},
		{1, 116, `"PendingInstallCount" has no field in Microsoft Graph: it is left out, ` +
			"and not added to another count"},
		{1, 0, "the table has a column for mobileAppId, so --app is not used"},
		{1, 0, "the column userName is missing: it is sent empty"},
	}
	if diff := cmp.Diff(want, got.warnings); diff != "" {
		t.Error(diff)
	}
	without := rowA
	without.UserName = ""
	if diff := cmp.Diff([]row.Status{without}, got.rows(t)); diff != "" {
		t.Error(diff)
	}
	for range 30 {
		columns = append(columns, "x=")
	}
	if n := len(read(t, table(columns...), Options{}).warnings); n != 22 {
		t.Errorf("%d warnings for 33 columns", n)
	}
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{
		"AppId": fieldApp, "mobilAppId": fieldApp, "ids": fieldID, "principalName": fieldUPN, "user": fieldUserName,
		"installed": fieldInstalled, "FailedDeviceCont": fieldFailed, "not_installed_count": fieldNotInstalled,
		"department": none, "UserId": none, "x": none, "": none,
	} {
		m, _ := resolve([]string{name}, nil)
		if m.field[0] == none {
			if got := m.similar(name); got != want {
				t.Errorf("%q: got %d, want %d", name, got, want)
			}
		}
	}
}
