package reports

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/statussync/statussync/sync/row"
)

func appEntry(id string, v row.Verdict) *Entry {
	return &Entry{Row: row.Row{Status: row.Status{AppID: id}}, Outcome: row.Outcome{Verdict: v}}
}

// TestApps puts apps with trouble first, and takes an app in capitals for the same.
func TestApps(t *testing.T) {
	t.Parallel()
	var c appCounter
	for range 5 {
		c.add(appEntry(guid(1), row.Succeeded))
	}
	c.add(appEntry(guid(2), row.Succeeded))
	c.add(appEntry(guid(0xab), row.Failed))
	c.add(appEntry(strings.ToUpper(guid(0xab)), row.Unsent))
	c.add(appEntry("no GUID", row.Invalid))
	c.add(appEntry("", row.Invalid))
	want := Apps{Others: Counts{}, Listed: []App{
		{"", Counts{row.Invalid: 2}},
		{guid(0xab), Counts{row.Failed: 1, row.Unsent: 1}},
		{guid(1), Counts{row.Succeeded: 5}},
		{guid(2), Counts{row.Succeeded: 1}},
	}}
	if diff := cmp.Diff(want, c.result()); diff != "" {
		t.Error(diff)
	}
}

// TestAppsAreBounded has more apps than are told apart: no row is lost.
func TestAppsAreBounded(t *testing.T) {
	t.Parallel()
	var c appCounter
	for i := range uint64(10_000) {
		v := row.Succeeded
		if i == 4000 {
			v = row.Failed
		}
		c.add(appEntry(guid(i), v))
	}
	got := c.result()
	var sum int64
	for _, app := range got.Listed {
		sum += app.Counts.Sum()
	}
	if len(got.Listed) != maxApps || got.More != countedApps-maxApps || sum+got.Others.Sum() != 10_000 {
		t.Errorf("%d apps and %d more with %d and %v rows", len(got.Listed), got.More, sum, got.Others)
	}
	if got.Listed[0].ID != guid(4000) {
		t.Errorf("the app with trouble is not the first: %v", got.Listed[0])
	}
}

// TestAttention keeps the first rows that went wrong, and little of each.
func TestAttention(t *testing.T) {
	t.Parallel()
	var a Attention
	for n := range int64(5000) {
		o := answered([]row.Verdict{row.Succeeded, row.Failed}[n%2], 404, "NotFound", strings.Repeat("ü", 9000))
		e := entry(n+1, 0, n+2, "u", "", o)
		a.add(&e)
	}
	if len(a.Rows) != maxAttention || a.All != 2500 {
		t.Fatalf("%d of %d rows", len(a.Rows), a.All)
	}
	want := Trouble{
		Row: 4000, Line: 4001, Verdict: row.Failed, HTTPStatus: 404, Code: "NotFound", AppID: app, ID: "u",
		User: "u@contoso.example", Text: strings.Repeat("ü", 200),
	}
	if diff := cmp.Diff(want, a.Rows[maxAttention-1]); diff != "" {
		t.Error(diff)
	}
}

// TestAttentionSpeaks looks for a name where there is no principal name, and for a reason where nothing was said.
func TestAttentionSpeaks(t *testing.T) {
	t.Parallel()
	e := entry(1, 0, 2, "", "", row.Outcome{Verdict: row.Invalid, Reason: "2:1: userPrincipalName is empty"})
	e.UserPrincipalName = ""
	var a Attention
	a.add(&e)
	if got := a.Rows[0]; got.User != "Ann" || got.Text != "2:1: userPrincipalName is empty" {
		t.Errorf("got %+v", got)
	}
}
