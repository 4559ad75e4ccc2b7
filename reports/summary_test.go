package reports

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/row"
)

var sampleView = View{
	Folder: "runs/20261123T154100Z-3f9a",
	Next: []Step{
		{"Go on with the 4 rows that are left", "statussync run users.csv 'more users.jsonl'"},
		{"Send the failed rows again", "statussync run runs/latest/failed-1.csv runs/latest/failed-2.jsonl"},
	},
}

func summarize(t *testing.T, run *Run, g *Groups, v View) string {
	t.Helper()
	var b bytes.Buffer
	if err := Summary(&b, run, g, v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSummaryGolden(t *testing.T) {
	t.Parallel()
	for _, width := range []int{60, 80, 140} {
		view := sampleView
		view.Width = width
		run := sampleRun()
		run.Stopped = "--limit 10: ten rows were sent, the others wait for the next run with the same command."
		golden(t, fmt.Sprintf("summary-%d.txt", width), []byte(summarize(t, run, sampleGroups(), view)))
	}
}

func TestSummaryOfSuccess(t *testing.T) {
	t.Parallel()
	run := finished(0, 9000, Counts{row.Succeeded: 9000})
	run.Requests, run.Sending = map[int]int64{204: 9000}, 2000*time.Second
	golden(t, "summary-success.txt", []byte(summarize(t, run, nil, View{Folder: "runs/latest"})))
}

func TestSummaryOfCrash(t *testing.T) {
	t.Parallel()
	run := finished(0, 100, Counts{row.Succeeded: 80, row.Unknown: 8, row.Unsent: 12})
	run.Ended, run.State, run.Retryable = time.Time{}, "open", 20
	golden(t, "summary-crash.txt", []byte(summarize(t, run, new(Groups), View{Folder: "runs/latest", Pending: true,
		Next: []Step{{Command: "statussync report 20261123T154100Z-3f9a"}}})))
}

func TestSummaryOfManyGroups(t *testing.T) {
	t.Parallel()
	g := new(Groups)
	run := finished(4, 1000, Counts{row.Invalid: 1000})
	for i := range 20 {
		for n := range i + 1 {
			o := row.Outcome{Verdict: row.Invalid, Row: int64(i*100 + n + 1), Line: int64(i*100 + n + 2), Reason: "why"}
			o.Code = fmt.Sprint("kind-", i)
			g.Add(o)
		}
	}
	got := summarize(t, run, g, View{})
	if n := strings.Count(got, "invalid: kind-"); n != maxShown {
		t.Errorf("%d groups are shown", n)
	}
	if want := "12 groups with 78 rows more, all of them in report.json"; !strings.Contains(got, want) {
		t.Errorf("%q is missing in:\n%s", want, got)
	}
}

// TestSummaryOfFailures compares the words for failed rows with what a later run may do for them.
func TestSummaryOfFailures(t *testing.T) {
	t.Parallel()
	late, gone := answered(row.Failed, 429, "TooManyRequests", ""), answered(row.Failed, 404, "NotFound", "")
	late.Retryable = true
	unknown, nobody := answered(row.Failed, 0, "id-unknown", ""), answered(row.Failed, 0, "app-unknown", "")
	for _, test := range []struct {
		outcomes []row.Outcome
		want     string
	}{
		{[]row.Outcome{late, late}, "100%  not accepted yet, a later run may help"},
		{[]row.Outcome{late, gone}, "100%  refused, or not accepted yet"},
		{[]row.Outcome{gone, gone}, "100%  refused by the service"},
		{[]row.Outcome{unknown, nobody}, "100%  not in Graph, nothing was sent"},
		{[]row.Outcome{unknown, gone}, "100%  refused, or not in Graph"},
		{[]row.Outcome{unknown, late}, "100%  not in Graph, or not accepted yet"},
		{[]row.Outcome{nobody, gone, late}, "100%  refused, not in Graph, or not accepted yet"},
	} {
		g, n := new(Groups), int64(len(test.outcomes))
		for _, o := range test.outcomes {
			g.Add(o)
		}
		if got := summarize(t, finished(4, n, Counts{row.Failed: n}), g, View{}); !strings.Contains(got, test.want+"\n") {
			t.Errorf("%q is missing in:\n%s", test.want, got)
		}
	}
}

// TestSummaryWithoutTime has requests whose time was not recorded.
func TestSummaryWithoutTime(t *testing.T) {
	t.Parallel()
	run := finished(0, 3, Counts{row.Succeeded: 3})
	run.Requests = map[int]int64{204: 3}
	if got := summarize(t, run, nil, View{}); !strings.Contains(got, "\n3 requests.\n") {
		t.Errorf("got:\n%s", got)
	}
}

// TestSummaryOfReads has reads beside requests, and alone.
func TestSummaryOfReads(t *testing.T) {
	t.Parallel()
	run := finished(0, 3, Counts{row.Unchanged: 3})
	run.Throttling = Throttling{Answers: 1, Pauses: 1, Paused: 5 * time.Second}
	run.Reads = map[int]int64{200: 1}
	for _, want := range []string{"1 read", "3 requests, and 2 reads"} {
		got := summarize(t, run, nil, View{})
		what := map[bool]string{true: "Reading", false: "Sending"}[len(run.Requests) == 0]
		want = "\n\n" + want + ".\n" + what + " paused 1 time, 5s in all; the service answered 429 to 1 request.\n"
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in:\n%s", want, got)
		}
		run.Requests, run.Reads[429] = map[int]int64{204: 3}, 1
	}
}

// TestSummaryIsPrintable gives every text that comes from outside what a terminal would obey.
func TestSummaryIsPrintable(t *testing.T) {
	t.Parallel()
	evil := "\x1b[31m a\u009b \u202e\r\n\x7f\xff" + strings.Repeat(" 漢字", 500)
	for width := 0; width < 300; width += 7 {
		run := sampleRun()
		run.Stopped, run.Inputs[0].Name, run.Inputs[1].Name = evil, evil, strings.Repeat("x", 300)
		g := new(Groups)
		g.Add(answered(row.Failed, 400, evil, evil))
		o := answered(row.Unknown, 0, strings.Repeat("long ", 100), "")
		o.Reason, o.Input = evil, 1
		g.Add(o)
		got := summarize(t, run, g, View{Width: width, Folder: "runs/a  b\x1b", Next: []Step{{evil, "run \x1b"}}})
		limit := min(max(width, 60), 200)
		if width == 0 {
			limit = 80
		}
		for line := range strings.Lines(got) {
			line = strings.TrimSuffix(line, "\n")
			if !printable(line) {
				t.Errorf("width %d: %q", width, line)
			}
			if cells(line) > limit {
				t.Errorf("width %d: %d cells: %q", width, cells(line), line)
			}
		}
		if !strings.Contains(got, `"runs/a  b\x1b"`) {
			t.Errorf("the folder lost a blank:\n%s", got)
		}
	}
}

func finished(exit int, rows int64, c Counts) *Run {
	start := time.Date(2026, 11, 23, 15, 41, 0, 0, time.UTC)
	return &Run{
		ID: "20261123T154100Z-3f9a", State: "finished", ExitStatus: exit,
		Started: start, Ended: start.Add(2000 * time.Second),
		Rows: rows, Counts: c, Retryable: c[row.Unknown] + c[row.Unsent],
	}
}

func TestSentence(t *testing.T) {
	t.Parallel()
	open := finished(0, 10, Counts{row.Succeeded: 4, row.Unsent: 6})
	open.State, open.Ended = "open", time.Time{}
	abandoned := finished(130, 10, Counts{row.Succeeded: 4, row.Unsent: 6})
	abandoned.State = "abandoned"
	resumed := finished(0, 5, Counts{row.Succeeded: 5})
	resumed.Sessions = 3
	unread := func(exit int, counts Counts) *Run {
		run := finished(exit, 9, counts)
		run.Verified = Verified{At: run.Ended, Unread: 9}
		return run
	}
	tests := []struct {
		run  *Run
		want string
	}{
		{finished(0, 0, nil), "There was nothing to do: the input has no rows."},
		{finished(0, 1, Counts{row.Succeeded: 1}), "Finished in 33m20s: the only row is done."},
		{finished(0, 9000, Counts{row.Succeeded: 8999, row.Duplicate: 1}),
			"Finished in 33m20s: all 9,000 rows are done."},
		{finished(0, 9000, Counts{row.Unchanged: 9000}), "Nothing had to be sent: all 9,000 rows are done already."},
		{finished(1, 5, Counts{row.Unsent: 5}),
			"Stopped by an unexpected error (exit status 1); nothing was sent."},
		{finished(2, 0, nil), "The usage or the configuration is wrong; nothing was sent."},
		{finished(3, 9000, Counts{row.Unsent: 8588, row.Invalid: 412}),
			"Nothing was sent: 412 of 9,000 rows are invalid."},
		{finished(3, 0, nil), "Nothing was sent: the input was refused."},
		{finished(4, 412, Counts{row.Succeeded: 400, row.Failed: 9, row.Mismatched: 2, row.Invalid: 1}),
			"Finished in 33m20s, but 12 of 412 rows did not succeed."},
		{finished(4, 6, Counts{row.Failed: 5, row.Invalid: 1}),
			"Finished in 33m20s, but none of the 6 rows succeeded."},
		{finished(4, 1, Counts{row.Failed: 1}), "Finished in 33m20s, but the only row did not succeed."},
		{resumed, "Finished in 33m20s over 3 sessions: all 5 rows are done."},
		{finished(5, 412, Counts{row.Succeeded: 411, row.Unknown: 1}),
			"Not finished; 1 of 412 rows is left for a later run."},
		{finished(6, 412, Counts{row.Failed: 1, row.Unsent: 411}),
			"Stopped, since the sign-in or a permission was refused; 411 of 412 rows were not sent."},
		{finished(7, 412, Counts{row.Failed: 20, row.Unsent: 392}),
			"Stopped early, since what was sent was refused; 392 of 412 rows were not sent."},
		{finished(8, 0, nil), "Another run holds the lock; nothing was sent."},
		{finished(9, 412, Counts{row.Succeeded: 12, row.Unsent: 400}),
			"Stopped, since the journal or a report could not be written; 400 of 412 rows were not sent."},
		{finished(9, 412, Counts{row.Succeeded: 412}),
			"Stopped, since the journal or a report could not be written; no row was left unsent."},
		{finished(9, 412, Counts{row.Succeeded: 411}),
			"The books do not balance: 412 rows were read, 411 accounted for."},
		{finished(0, 1, nil), "The books do not balance: 1 row was read, 0 accounted for."},
		{finished(129, 10, Counts{row.Succeeded: 10}), "Stopped by SIGHUP; none of 10 rows is left for a later run."},
		{finished(130, 10, Counts{row.Succeeded: 4, row.Unsent: 6}),
			"Stopped by SIGINT; 6 of 10 rows are left for a later run."},
		{finished(143, 1, Counts{row.Unsent: 1}), "Stopped by SIGTERM; the only row is left for a later run."},
		{unread(5, Counts{row.Succeeded: 9}), "Not finished; nothing is left to be sent, but 9 rows were not read back."},
		{unread(5, Counts{row.Succeeded: 8, row.Unsent: 1}), "Not finished; 1 of 9 rows is left for a later run."},
		{unread(6, Counts{row.Succeeded: 9}), "Stopped, since the sign-in or a permission was refused; nothing is left " +
			"to be sent, but 9 rows were not read back."},
		{unread(7, Counts{row.Succeeded: 9}),
			"Graph does not serve reading; nothing is left to be sent, but 9 rows were not read back."},
		{unread(143, Counts{row.Succeeded: 9}),
			"Stopped by SIGTERM; nothing is left to be sent, but 9 rows were not read back."},
		{open, "The run has not come to its end; 6 of 10 rows are left for a later run."},
		{abandoned, "The run was given up before its end; 6 of 10 rows are left."},
	}
	for _, test := range tests {
		if got := Sentence(test.run); got != test.want {
			t.Errorf("exit %d:\n got %q\nwant %q", test.run.ExitStatus, got, test.want)
		}
	}
}

func TestTitle(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		key  groupKey
		want string
	}{
		{groupKey{row.Failed, 404, "NotFound"}, "404 NotFound"},
		{groupKey{row.Mismatched, 200, ""}, "200"},
		{groupKey{row.Unknown, 0, ""}, "no answer"},
		{groupKey{row.Unknown, 0, "reset"}, "no answer, reset"},
		{groupKey{row.Invalid, 0, "id-reserved"}, "id-reserved"},
		{groupKey{row.Invalid, 0, ""}, "no code"},
	} {
		if got := title(&group{groupKey: test.key}); got != test.want {
			t.Errorf("%v: got %q, want %q", test.key, got, test.want)
		}
	}
}
