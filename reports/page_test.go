package reports

import (
	"fmt"
	"html/template"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/row"
)

func rendered(t *testing.T, run *Run, g *Groups) string {
	t.Helper()
	b, err := renderPage(run, g)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestPageOfNothing renders runs of which little is known.
func TestPageOfNothing(t *testing.T) {
	t.Parallel()
	gone := finished(0, 9, Counts{row.Succeeded: 5, row.Unknown: 4})
	gone.State, gone.Ended = "open", time.Time{}
	for name, test := range map[string]struct {
		run  *Run
		want string
	}{
		"nothing":       {&Run{}, "There are none."},
		"no rows":       {finished(0, 0, nil), "There was nothing to do"},
		"lost":          {finished(9, 9, Counts{row.Succeeded: 5}), "of 9 that were read: the books do not balance"},
		"killed":        {gone, "no answer was recorded before the process ended"},
		"odd settings":  {&Run{Settings: []byte("{")}, "There are none."},
		"odd inputs":    {&Run{Attention: Attention{Rows: []Trouble{{Input: 7}}, All: 1}}, "It is here."},
		"time and none": {&Run{Timeline: []Span{{Length: time.Second}}}, "Requests over time"},
	} {
		if got := rendered(t, test.run, nil); !strings.Contains(got, test.want) {
			t.Errorf("%s: %q is missing in:\n%s", name, test.want, got)
		}
	}
}

// TestPagePolicy holds the one style and the one script against the policy that lets them in.
func TestPagePolicy(t *testing.T) {
	t.Parallel()
	run, groups := pageRun()
	got := rendered(t, run, groups)
	for _, element := range []string{"style", "script"} {
		inline := regexp.MustCompile(`(?s)<`+element+`>(.*?)</`+element+`>`).FindAllStringSubmatch(got, -1)
		if len(inline) != 1 || !strings.Contains(pagePolicy, element+"-src '"+source(inline[0][1])+"'") {
			t.Errorf("%d elements %s, and the policy %s", len(inline), element, pagePolicy)
		}
	}
	if !strings.Contains(pagePolicy, "default-src 'none'") || strings.Contains(pagePolicy, "unsafe") {
		t.Errorf("the policy is %s", pagePolicy)
	}
	if attributes := regexp.MustCompile(`<[^>]* (style|on\w+|src)=`).FindAllString(got, -1); len(attributes) > 0 {
		t.Errorf("the policy blocks %q", attributes)
	}
}

const evil = "\"'><script>window.hacked=1</script><img src=x onerror=window.hacked=1>" +
	"</style></title></q></pre><!-- {{.ID}} javascript:hacked() \x1b\u202e\r\n\x00\xff"

// evilRun has a text in every place that comes from a row, a file, a setting or a server.
func evilRun() (*Run, *Groups) {
	run, _ := pageRun()
	run.ID, run.Version, run.State, run.Stopped, run.Target = evil, evil, evil, evil, evil
	run.Inputs[0] = Source{Name: evil, SHA256: evil}
	run.Settings = []byte(`{"a":` + strconv.QuoteToASCII(strings.ToValidUTF8(evil[:len(evil)-2], "")) + `}`)
	run.Settings = []byte(strings.NewReplacer(`\x1b`, `\u001b`).Replace(string(run.Settings)))
	run.Files = append(run.Files, "failed"+evil)
	run.Apps.Listed[0].ID = evil
	groups := new(Groups)
	for i, v := range []row.Verdict{row.Failed, row.Unknown, row.Mismatched, row.Invalid} {
		o := answered(v, 400, evil, evil)
		o.Row, o.Reason, o.RequestID = int64(i+1), evil, evil
		groups.Add(o)
	}
	for i := range run.Attention.Rows {
		in := &run.Attention.Rows[i]
		in.Code, in.AppID, in.ID, in.User, in.Text = evil, evil, evil, evil, evil
	}
	return run, groups
}

// TestPageEscapes finds nothing of what rows and servers say unescaped.
func TestPageEscapes(t *testing.T) {
	t.Parallel()
	run, groups := evilRun()
	got := rendered(t, run, groups)
	for _, bad := range []string{"<script>window", "<img", "<!--", "</style></title>", "\x1b", "\u202e", "\x00", "\r"} {
		if strings.Contains(got, bad) {
			t.Errorf("%q is on the page", bad)
		}
	}
	if n := strings.Count(got, "&lt;script&gt;window.hacked=1&lt;/script&gt;"); n < 5*len(run.Attention.Rows) {
		t.Errorf("%d texts are there, escaped", n)
	}
	if want := "<pre>{\n  &#34;a&#34;: &#34;\\&#34;&#39;&gt;&lt;script"; !strings.Contains(got, want) {
		t.Errorf("%q is missing among the settings", want)
	}
}

// hugeRun is the worst of 1,000,000 rows: each of its texts, its apps, its groups and its hours is one too many.
func hugeRun(text string) (*Run, *Groups) {
	run, groups := pageRun()
	run.Rows = 1_000_000
	run.Counts = Counts{row.Failed: 250_000, row.Invalid: 250_000}
	for _, v := range row.Verdicts() {
		run.Counts[v] += 62_500
	}
	run.Ended = run.Started.Add(36 * time.Hour)
	run.Inputs, run.Timeline = nil, nil
	run.Apps, run.Attention = Apps{More: 3000, Others: run.Counts}, Attention{All: 700_000}
	for i := range 300 {
		run.Inputs = append(run.Inputs, Source{Name: text, SHA256: strings.Repeat("a", 64), Rows: 3000, Bytes: 1 << 30})
		run.Files = append(run.Files, fmt.Sprintf("failed-%d.csv", i+1))
		run.Requests[200+i] = 123_456
	}
	for at := run.Started; at.Before(run.Ended); at = at.Add(20 * time.Second) {
		run.Timeline = append(run.Timeline, Span{Start: at, Length: 20 * time.Second, Pauses: 3, Paused: 9 * time.Second,
			Requests: map[int]int64{204: 12_345, 429: 678, 503: 90, 0: 12}, Rate: float64(at.Minute()) + 1})
	}
	for i := range uint64(maxApps) {
		run.Apps.Listed = append(run.Apps.Listed, App{guid(i), run.Counts})
	}
	for i := range maxAttention {
		run.Attention.Rows = append(run.Attention.Rows, Trouble{
			Row: 999_999, Input: 1, Line: math.MaxInt64, Verdict: row.Mismatched, HTTPStatus: 503, Code: kept(text),
			AppID: kept(text), ID: kept(text), User: kept(text), Text: kept(text),
		})
		o := answered(row.Failed, 400, fmt.Sprint(text, i), text)
		o.RequestID = text
		groups.Add(o)
	}
	return run, groups
}

// TestPageIsSmall holds the page of a huge run under a megabyte, whatever its texts are made of. All rows are there.
func TestPageIsSmall(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"short", strings.Repeat("adele.vance", 90), strings.Repeat(`"`, 1000),
		strings.Repeat("漢", 400), strings.Repeat("\x1b", 1000), strings.Repeat("\U000e0001", 300)} {
		run, groups := hugeRun(text)
		start := time.Now()
		got := rendered(t, run, groups)
		t.Logf("%.10q: %d bytes in %v", text, len(got), time.Since(start).Round(time.Millisecond))
		if len(got) >= 1_000_000 {
			t.Errorf("%.10q: %d bytes", text, len(got))
		}
		if n := strings.Count(got, "<tr><td>"); n != maxAttention {
			t.Errorf("%.10q: %d rows that need attention", text, n)
		}
		if want := "The first 2,000 of 700,000 rows are here; rows.csv has all of them"; !strings.Contains(got, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

// TestPageCutsEvenly gives values of which each takes its part of the page: none is longer than the others may be.
func TestPageCutsEvenly(t *testing.T) {
	t.Parallel()
	run, _ := hugeRun(strings.Repeat("x", 300))
	for _, line := range run.troubleTable().Rows {
		if n := len(line.User); n < 30 || n > 60 || !strings.HasSuffix(line.User, "x…") || len(line.Text) != n {
			t.Fatalf("got %+v", line)
		}
	}
	run.Attention.Rows = run.Attention.Rows[:100]
	if line := run.troubleTable().Rows[0]; line.User != strings.Repeat("x", 300) {
		t.Errorf("there is room for all of it: %+v", line)
	}
}

// TestEscapedLen holds the sizes against html/template itself.
func TestEscapedLen(t *testing.T) {
	t.Parallel()
	for b := range 256 {
		var out strings.Builder
		s := "a" + string([]byte{byte(b)})
		if err := template.Must(template.New("").Parse("<td>{{.}}")).Execute(&out, s); err != nil {
			t.Fatal(err)
		}
		if got, want := escapedLen(s), out.Len()-len("<td>"); got != want {
			t.Errorf("%q takes %d bytes, not %d", s, want, got)
		}
	}
}

func TestClipEscaped(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in    string
		limit int
		want  string
	}{
		{"short", 5, "short"}, {"longer", 5, "lo…"}, {"<<<<", 16, "<<<<"},
		{"<<<<<", 16, "<<<…"}, {"漢字漢字", 11, "漢字…"},
		{"", 0, ""},
	} {
		if got := clipEscaped(test.in, test.limit); got != test.want {
			t.Errorf("%q in %d: %q, want %q", test.in, test.limit, got, test.want)
		}
	}
}

// TestChart draws one span of every kind.
func TestChart(t *testing.T) {
	t.Parallel()
	run := &Run{Started: midnight, Ended: midnight.Add(time.Minute), Quota: 5, Timeline: steady(midnight, 3, 50)}
	run.Timeline[1].Requests = map[int]int64{204: 20, 429: 10, 503: 4, 0: 6}
	run.Timeline[1].Paused, run.Timeline[1].Rate = 5*time.Second, 2
	run.Timeline[2].Paused, run.Timeline[2].Reads = 10*time.Second, map[int]int64{200: 3, 429: 2}
	c := newChart(run)
	var titles []string
	for _, b := range c.Bars {
		titles = append(titles, b.Title)
	}
	want := []string{
		"00:00:00 to 00:00:20: 50 requests, 2.5 a second",
		"00:00:20 to 00:00:40: 40 requests, 2 a second; 10 told to wait; 4 refused; 6 without an answer; paused for 5s",
		"00:00:40 to 00:01:00: 50 requests, 2.5 a second; 5 reads, 2 told to wait; paused for 10s",
	}
	if !slices.Equal(titles, want) {
		t.Errorf("got %q", titles)
	}
	// A request a second is 32 pixels high.
	parts := []layer{{"146", "32", "confirmed"}, {"130", "16", "lost"}, {"114", "16", "throttled"}}
	if b := c.Bars[1]; !slices.Equal(b.Parts, parts) || !b.Throttled || b.Paused != "2.08%" || b.PausedAt != "14.58%" {
		t.Errorf("got %+v", b)
	}
	if b := c.Bars[2]; !b.Throttled || len(b.Parts) != 1 || c.Lines[2].Throttled != 2 || c.Lines[2].Lost != 0 {
		t.Errorf("with a throttled read: %+v, %+v", b, c.Lines[2])
	}
	if c.Quota == nil || c.Quota.Y != "18" || c.Ticks[0].Text != "5" || !c.Throttled || !c.Lost || !c.Paused {
		t.Errorf("got %+v", c)
	}
	if want := []step{{"8.33%", "25%", "114"}}; !slices.Equal(c.Allowed, want) {
		t.Errorf("the rate in force: %+v", c.Allowed)
	}
}

func TestCeiling(t *testing.T) {
	t.Parallel()
	for x, want := range map[float64]float64{
		0: 0.01, 0.9: 1, 1: 1, 1.1: 2, 4.9: 5, 5: 5, 5.01: 6, 7: 8, 9: 10, 99: 100, 101: 200,
	} {
		if got := ceiling(x); math.Abs(got-want) > 1e-9 {
			t.Errorf("%v: %v, want %v", x, got, want)
		}
	}
}
