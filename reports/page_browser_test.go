package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestPageInBrowser opens pages in a real browser.
func TestPageInBrowser(t *testing.T) {
	browser := startBrowser(t)
	for name, test := range map[string]func(*testing.T, context.Context){
		"looks": looks, "figures": figures, "search": search, "sort": sorts, "quiets": quiets, "evil": evils,
		"without script": withoutScript, "huge": huge, "accessible": accessible,
	} {
		t.Run(name, func(t *testing.T) { test(t, browser) })
	}
}

// A figure is an element that names the member of report.json that it shows.
type figure struct {
	Of, Text string
	Cells    []string
}

const allFigures = `Array.from(document.querySelectorAll('[data-of]'), (e) => ({
	Of: e.dataset.of, Text: e.textContent.trim(), Cells: Array.from(e.cells ?? [], (c) => c.textContent.trim()),
}))`

// figures holds every figure of the page against report.json of the same run.
func figures(t *testing.T, browser context.Context) {
	run, groups := pageRun()
	text, err := render(run, groups)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	tab := open(t, browser, saved(t, run, groups))
	shown := make(map[string]bool)
	for _, f := range eval[[]figure](tab, allFigures) {
		got := f.Text
		if strings.HasPrefix(f.Of, "timeline.") {
			got = strings.Join(f.Cells, " | ")
		}
		if want := wording(f.Of, member(doc, f.Of)); got != want {
			t.Errorf("%s: the page says %q, report.json %q", f.Of, got, want)
		}
		shown[f.Of] = true
	}
	wanted := []string{"rows", "retryable", "requests.total", "reads.total", "durationSeconds", "throttling.pausedSeconds",
		"balance.accounted", "timings.latencyMs.p50", "timings.latencyMs.p95", "timings.latencyMs.p99", "run", "target"}
	for i := range doc["errors"].([]any) {
		wanted = append(wanted, fmt.Sprintf("errors.%d.rows", i), fmt.Sprintf("errors.%d.advice", i))
	}
	for i := range doc["timeline"].([]any) {
		wanted = append(wanted, fmt.Sprintf("timeline.%d", i))
	}
	for _, of := range []string{"requests", "reads"} {
		for status := range doc[of].(map[string]any)["byStatus"].(map[string]any) {
			wanted = append(wanted, of+".byStatus."+status)
		}
	}
	for verdict, n := range doc["counts"].(map[string]any) {
		if n != 0.0 {
			wanted = append(wanted, "counts."+verdict)
		}
	}
	for _, of := range wanted {
		if !shown[of] {
			t.Errorf("%s is not on the page", of)
		}
	}
	appFigures(tab, doc["counts"].(map[string]any))
	tab.quiet()
}

// appFigures holds the columns of the table of apps against the counts by verdict, and the rows against all trouble.
func appFigures(t *tab, counts map[string]any) {
	heads := eval[[]string](t, `Array.from(document.querySelectorAll('.apps thead th'), (e) => e.textContent)`)
	sums := eval[[]int64](t, fmt.Sprintf(`Array.from(document.querySelectorAll('.apps tbody tr')).reduce((sums, row) =>
		sums.map((n, i) => n + (+row.cells[i].textContent.replaceAll(',', '') || 0)), Array(%d).fill(0))`, len(heads)))
	seen := 0
	for i, head := range heads {
		if n, ok := counts[head]; ok {
			seen++
			if float64(sums[i]) != n {
				t.Errorf("the apps have %d rows that are %s, report.json %v", sums[i], head, n)
			}
		}
	}
	if seen < 5 {
		t.Errorf("the table of apps has the columns %q", heads)
	}
	troubled := counts["failed"].(float64) + counts["unknown"].(float64) + counts["mismatched"].(float64) +
		counts["invalid"].(float64)
	if n := eval[float64](t, `document.querySelectorAll('#table tbody tr').length`); n != troubled {
		t.Errorf("%v rows need attention, report.json has %v", n, troubled)
	}
}

// member returns the member of a JSON document at a path.
func member(doc any, path string) any {
	for _, name := range strings.Split(path, ".") {
		switch in := doc.(type) {
		case map[string]any:
			doc = in[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(in) {
				return nil
			}
			doc = in[i]
		}
	}
	return doc
}

// wording words a member of report.json as the page does.
func wording(path string, value any) string {
	switch v := value.(type) {
	case string:
		return v
	case float64:
		switch {
		case strings.HasSuffix(path, "Seconds"):
			return span(time.Duration(v * float64(time.Second)).Round(time.Millisecond))
		case strings.Contains(path, "latencyMs"):
			return span(time.Duration(v * float64(time.Millisecond)))
		}
		return grouped(int64(v))
	case map[string]any:
		return spanWording(v)
	}
	return fmt.Sprintf("nothing (%v)", value)
}

// spanWording words a member of the timeline as the page's table does.
func spanWording(in map[string]any) string {
	start, _ := time.Parse(timeLayout, in["start"].(string))
	length := in["seconds"].(float64)
	var all, throttled, silent, good float64
	for status, n := range in["requests"].(map[string]any) {
		all += n.(float64)
		switch {
		case status == "429":
			throttled = n.(float64)
		case status == "none":
			silent = n.(float64)
		case status[0] == '2':
			good += n.(float64)
		}
	}
	var reads, held float64
	read, _ := in["reads"].(map[string]any)
	for status, n := range read {
		reads += n.(float64)
		if status == "429" {
			held = n.(float64)
		}
	}
	whole := func(n float64) string { return grouped(int64(n)) }
	cells := []string{
		start.Format("2006-01-02 15:04:05 UTC"), wording("Seconds", length), whole(all), decimal(all / length),
		whole(throttled + held), whole(all - throttled - silent - good), whole(silent), whole(reads), "",
	}
	if paused, ok := in["pausedSeconds"]; ok {
		cells[8] = wording("Seconds", paused)
	}
	return strings.Join(cells, " | ")
}

// quiets serves the page: the browser asks for nothing else, and nothing is blocked. What is put into the page later
// does not run.
func quiets(t *testing.T, browser context.Context) {
	run, groups := pageRun()
	content, err := renderPage(run, groups)
	if err != nil {
		t.Fatal(err)
	}
	var requests atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		w.Write(content)
	}))
	defer server.Close()
	tab := open(t, browser, server.URL+"/"+PageName)
	tab.do(chromedp.SendKeys(chromedp.ID("search"), "failed"))
	tab.quiet()
	if n := requests.Load(); n != 1 {
		t.Errorf("%d requests", n)
	}
	hacked := eval[bool](tab, `(() => {
		const script = document.createElement('script');
		script.textContent = 'window.hacked = true';
		document.body.append(script);
		const image = document.createElement('img');
		image.src = '/elsewhere.png';
		document.body.append(image);
		return window.hacked === true;
	})()`)
	blocked := strings.Join(tab.noticed(), "\n")
	if hacked || requests.Load() != 1 || !strings.Contains(blocked, "script-src") {
		t.Errorf("hacked: %v, %d requests, noticed: %s", hacked, requests.Load(), blocked)
	}
}

// evils opens a page whose every text is an attack.
func evils(t *testing.T, browser context.Context) {
	run, groups := evilRun()
	tab := open(t, browser, saved(t, run, groups))
	if got := eval[string](tab, `String(window.hacked) + document.querySelectorAll('img, iframe, object, embed').length +
		document.scripts.length + document.querySelectorAll('a[href]').length`); got != "undefined011" {
		t.Errorf("hacked, images, scripts and links: %s", got)
	}
	got := eval[string](tab, `document.querySelector('#table tbody td:nth-child(4)').textContent`)
	if !strings.Contains(got, `<script>window.hacked=1</script>`) || !strings.Contains(got, `\u202e`) {
		t.Errorf("the text is %q", got)
	}
	tab.quiet()
}

// withoutScript reads the page in a browser that runs no scripts.
func withoutScript(t *testing.T, browser context.Context) {
	run, groups := pageRun()
	tab := open(t, browser, saved(t, run, groups),
		call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	tab.do(chromedp.WaitNotVisible(chromedp.ID("search"))) // what would do nothing is not there
	tab.do(chromedp.WaitVisible(chromedp.CSS("#table tbody tr:last-child")))
	text := get(tab, chromedp.Text(chromedp.CSS("main")))
	for _, want := range []string{Sentence(run), "quota 5/s", "Check app, id and tenant", "ResourceNotFound"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

// huge opens the page of a million rows.
func huge(t *testing.T, browser context.Context) {
	run, groups := hugeRun(strings.Repeat("adele.vance ", 90))
	start := time.Now()
	url := saved(t, run, groups)
	written := time.Since(start)
	tab := open(t, browser, url, chromedp.EmulateViewport(1280, 900))
	took := eval[float64](tab, `performance.getEntriesByType('navigation')[0].loadEventEnd`)
	t.Logf("written in %v, loaded in %.0f ms", written.Round(time.Millisecond), took)
	if n := eval[int](tab, `document.querySelectorAll('#table tbody tr').length`); n != maxAttention {
		t.Errorf("%d rows", n)
	}
	if wide := eval[int](tab, `document.documentElement.scrollWidth`); wide > 1280 {
		t.Errorf("the page is %d pixels wide", wide)
	}
	for medium, want := range map[string]string{"screen": "auto", "print": "visible"} { // laid out when it is in view
		tab.do(call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: medium}))
		got := eval[string](tab, `getComputedStyle(document.querySelector('.long')).contentVisibility`)
		if got != want {
			t.Errorf("on %s the long table is %q", medium, got)
		}
	}
	tab.quiet()
}
