package reports

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/row"
)

func TestVerified(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 15, 41, 0, 0, time.UTC)
	for want, v := range map[string]Verified{
		"Read 9,000 rows back with 9 requests: 9,000 as sent.\n": {At: at, Equal: 9000, Requests: 9},
		"Read 1 row back with 1 request: 1 not there.\n":         {At: at, Missing: 1, Requests: 1},
		"Read 0 rows back with 12 requests; 3 rows could not be read.\n": {
			At: at, Unread: 3, Requests: 12},
		"Read 8 rows back with 2 requests: 5 as sent, 2 otherwise, 1 not there; 1 row\n" +
			"  could not be read; 2 rows were unknown before.\n": {
			At: at, Equal: 5, Resolved: 2, Different: 2, Missing: 1, Unread: 1, Requests: 2},
		"": {},
	} {
		run := finished(0, 9, Counts{row.Succeeded: 9})
		before := summarize(t, run, nil, View{})
		if run.Verified = v; want != "" {
			want = before + "\n" + want
		} else {
			want = before
		}
		if d := cmp.Diff(want, summarize(t, run, nil, View{})); d != "" {
			t.Error(d)
		}
	}
}

func TestVerification(t *testing.T) {
	t.Parallel()
	run := finished(0, 9, Counts{row.Succeeded: 9})
	run.Verified = Verified{At: time.Unix(0, 0), Equal: 5, Resolved: 4, Different: 3, Missing: 2, Unread: 1, Requests: 6}
	b, err := render(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Verification map[string]any }
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"at": "1970-01-01T00:00:00.000Z", "rows": 10.0, "equal": 5.0, "resolved": 4.0, "different": 3.0, "missing": 2.0,
		"unread": 1.0, "requests": 6.0,
	}
	if d := cmp.Diff(want, got.Verification); d != "" {
		t.Error(d)
	}
}
