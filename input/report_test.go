package input

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/row"
)

// Intune's report UserInstallStatusAggregateByApp, as its export and as the answer of its service. UserName is the name
// to display; UserId is the user's own, and no id of a status.
const (
	reportTable = "UserName,UserPrincipalName,FailedCount,InstalledCount,NotInstalledCount,PendingInstallCount," +
		"NotApplicableCount,ApplicationId,UserId\r\n" +
		`"Ada","ada@contoso.example","2","1","3","8","9","` + app + `","5d1f0c5e-0000-4000-8000-000000000001"` + "\r\n" +
		`"Bob","bob@contoso.example","5","4","6","8","9","` + app + `","5d1f0c5e-0000-4000-8000-000000000002"` + "\r\n"
	reportAnswer = `{"TotalRowCount":2,"Schema":[{"Column":"UserName","PropertyType":"String"},` +
		`{"Column":"UserPrincipalName","PropertyType":"String"},{"Column":"FailedCount","PropertyType":"Int64"},` +
		`{"PropertyType":"Int64","Column":"InstalledCount"},{"Column":"NotInstalledCount"},` +
		`{"Column":"PendingInstallCount"},{"Column":"NotApplicableCount"},{"Column":"ApplicationId"},` +
		`{"Column":"UserId"}],"Values":[` + "\n" +
		`["Ada","ada@contoso.example",2,1,3,8,9,"` + app + `","5d1f0c5e-0000-4000-8000-000000000001"],` + "\n" +
		` ["Bob", "bob@contoso.example", 5, 4, 6, 8, 9, "` + app + `", null]` + "\n" +
		`],"SessionId":"x"}`
)

// reported returns the rows of the report.
func reported() []row.Status {
	a, b := rowA, rowB
	a.ID, b.ID = "", ""
	return []row.Status{a, b}
}

func TestIntunesReport(t *testing.T) {
	t.Parallel()
	const uncounted = " has no field in Microsoft Graph: it is left out, and not added to another count"
	for name, content := range map[string]string{
		"table": reportTable, "answer": reportAnswer, "answer of Windows": utf16Text(reportAnswer),
		"a list of objects": `[{"UserName":"Ada","UserPrincipalName":"ada@contoso.example","FailedCount":2,` +
			`"InstalledCount":1,"NotInstalledCount":3,"PendingInstallCount":8,"NotApplicableCount":9,"ApplicationId":"` +
			app + `","UserId":"5d1f0c5e"},` + strings.Replace(objectB, `"id":"s2",`, "", 1) + "]",
	} {
		got := read(t, content, Options{IDOptional: true})
		if diff := cmp.Diff(reported(), got.rows(t)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		var texts []string
		for _, w := range got.warnings {
			texts = append(texts, w.Text)
		}
		want := []string{`"PendingInstallCount"` + uncounted, `"NotApplicableCount"` + uncounted,
			`"UserId" is not a field that is sent`}
		if diff := cmp.Diff(want, texts); diff != "" {
			t.Errorf("%s: warnings: %s", name, diff)
		}
	}
}

func TestIntunesReportWithoutLeave(t *testing.T) {
	t.Parallel()
	for content, text := range map[string]string{
		reportTable:  "the header lacks id (Intune's reports have no id",
		reportAnswer: "this is a report of Intune, which has no id for its rows",
	} {
		refusal := read(t, content, Options{}).refusal(t)
		if !strings.Contains(refusal.Text, text) || !strings.Contains(refusal.Hint(), "--compare remote") {
			t.Errorf("%v / %s", refusal, refusal.Hint())
		}
	}
	columns := map[string]string{"id": "UserId"}
	for _, content := range []string{reportTable, strings.Replace(reportAnswer, "null", `"x"`, 1)} {
		got := read(t, content, Options{Columns: columns}).rows(t)
		if len(got) != 2 || got[0].ID != "5d1f0c5e-0000-4000-8000-000000000001" {
			t.Errorf("where the user says that it is the id: %+v", got)
		}
	}
}

// TestReportsRowsAsObjects: what is written out of a report can be read again.
func TestReportsRowsAsObjects(t *testing.T) {
	t.Parallel()
	got := read(t, reportAnswer, Options{IDOptional: true})
	want := `{"UserName":"Bob","UserPrincipalName":"bob@contoso.example","FailedCount":5,"InstalledCount":4,` +
		`"NotInstalledCount":6,"PendingInstallCount":8,"NotApplicableCount":9,"ApplicationId":"` + app + `","UserId":null}`
	if diff := cmp.Diff(want, string(got.records[1].Raw)); diff != "" {
		t.Error(diff)
	}
	if line := got.records[1].Line; line != 3 {
		t.Errorf("it stands on line %d", line)
	}
	again := read(t, string(got.records[0].Raw)+"\n"+string(got.records[1].Raw), Options{IDOptional: true})
	if diff := cmp.Diff(reported(), again.rows(t)); diff != "" {
		t.Error(diff)
	}
}

func TestReportsRowsThatAreInvalid(t *testing.T) {
	t.Parallel()
	got := read(t, `{"Schema":[{"Column":"id"},{"Column":"userPrincipalName"}],"Values":[`+"\n"+
		`["a"],["a","b","c"],7,["a",{"b":"\ud800"}],`+"\n"+` [ "a" , [1] ]]}`, Options{App: app})
	var problems []string
	for _, rec := range got.records {
		p := rec.Problems[0]
		problems = append(problems, p.Text)
		if p.Line != rec.Line || p.Column < 1 {
			t.Errorf("%s at %d:%d", p.Text, p.Line, p.Column)
		}
	}
	if diff := cmp.Diff([]string{
		`the row has 1 cells, "Schema" has 2 columns`, `the row has 3 cells, "Schema" has 2 columns`,
		"the row is a number, not an object", "userPrincipalName is an object, not a string",
		"userPrincipalName is an array, not a string",
	}, problems); diff != "" || got.err != nil {
		t.Error(got.err, diff)
	}
	if raw := string(got.records[1].Raw); raw != `["a","b","c"]` {
		t.Errorf("raw is %s", raw)
	}
}

func TestReportsThatAreRefused(t *testing.T) {
	t.Parallel()
	many := strings.Repeat(`{"Column":"x"},`, maxCells) + `{"Column":"id"}`
	checkRefused(t, []refused{
		{"{\n  \"Values\": [[\"Ada\"]],\n  \"Schema\": []}", 2, 3, `"Values" stand before their "Schema"`, 0},
		{`{"Schema":[{"Column":"id"}]}`, 1, 2, `no list "Values" follows`, 0},
		{`{"Schema":[{"Column":"id"},{"Name":"x"}],"Values":[]}`, 1, 2, `column 2 of "Schema" cannot be used`, 0},
		{`{"Schema":["id"],"Values":[]}`, 1, 2, `column 1 of "Schema" cannot be used`, 0},
		{`{"Schema":[{"Column":7}],"Values":[]}`, 1, 2, `column 1 of "Schema" cannot be used`, 0},
		{`{"Schema":[{"Column":"\ud800"}],"Values":[]}`, 1, 2, `column 1 of "Schema" cannot be used`, 0},
		{`{"Schema":[` + many + `],"Values":[]}`, 1, 2, `column 1001 of "Schema" cannot be used`, 0},
		{`{"Schema":[{"Column":"id"}],"Values":[["a"]],"Values":[]}`, 1, 46, `a second "Values" follows`, 1},
		{`{"Schema":[{"Column":"id"}],"Values":[["a"]`, 1, 44, "ends before its JSON", 1},
	})
}

func TestAPartOfAReport(t *testing.T) {
	t.Parallel()
	for _, content := range []string{
		strings.Replace(reportAnswer, `"TotalRowCount":2`, `"TotalRowCount":120`, 1),
		strings.Replace(reportAnswer, `"SessionId":"x"`, `"TotalRowCount":120`, 1),
	} {
		got := read(t, content, Options{IDOptional: true})
		if !got.warned("the report has 120 rows, this file only 2 of them") {
			t.Errorf("warned: %+v", got.warnings)
		}
	}
}

func TestIDsThatAreMissing(t *testing.T) {
	t.Parallel()
	blank := rowA
	blank.ID = ""
	for name, content := range map[string]string{
		"no column":      strings.NewReplacer(",id,", ",", ",s1,", ",").Replace(names+cellsA) + "\n",
		"an empty cell":  names + strings.Replace(cellsA, "s1", "", 1) + "\n",
		"a blank cell":   names + strings.Replace(cellsA, "s1", "\" \t\"", 1) + "\n",
		"no member":      changed(`"id":"s1",`, ""),
		"an empty value": changed(`"s1"`, `""`),
		"a blank value":  changed(`"s1"`, `"\t "`),
		"null":           changed(`"s1"`, "null"),
	} {
		got := read(t, content, Options{IDOptional: true})
		if diff := cmp.Diff([]row.Status{blank}, got.rows(t)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if again := read(t, content, Options{}); again.err == nil && len(again.records[0].Problems) != 1 {
			t.Errorf("%s without leave: %+v", name, again.records)
		}
	}
	for name, content := range map[string]string{
		"reserved":      names + strings.Replace(cellsA, "s1", "$x", 1) + "\n",
		"a line end":    names + strings.Replace(cellsA, "s1", "\"\r\n\"", 1) + "\n",
		"a number":      changed(`"s1"`, "7"),
		"half a pair":   changed(`"s1"`, `"\ud800"`),
		"named twice":   changed(`"id":"s1"`, `"id":"","ID":""`),
		"no UPN either": changed(`"id":"s1","userName":"Ada","userPrincipalName":"ada@contoso.example"`, `"id":""`),
	} {
		if got := read(t, content, Options{IDOptional: true}); len(got.kinds()) != 1 || got.err != nil {
			t.Errorf("%s: %v, %+v", name, got.err, got.records)
		}
	}
	if rows := read(t, objectA, Options{IDOptional: true}); rows.records[0].ID != "s1" {
		t.Errorf("an id that is there: %+v", rows.records)
	}
}
