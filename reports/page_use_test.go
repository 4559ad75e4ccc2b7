package reports

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const visibleRows = `Array.from(document.querySelectorAll('#table tbody tr:not([hidden])'))`

// search types into the field: words are looked for in all columns, wherever they stand.
func search(t *testing.T, browser context.Context) {
	run, groups := pageRun()
	tab := open(t, browser, saved(t, run, groups))
	all := len(run.Attention.Rows)
	for _, test := range []struct {
		typed string
		want  func(in Trouble) bool
	}{
		{"ResourceNotFound", func(in Trouble) bool { return in.Code == "ResourceNotFound" }},
		{" FAILED  forb", func(in Trouble) bool { return in.HTTPStatus == 403 }},
		{run.Attention.Rows[7].User, func(in Trouble) bool { return in.User == run.Attention.Rows[7].User }},
		{"late.csv", func(in Trouble) bool { return in.Input == 1 }},
		{"no such thing", func(in Trouble) bool { return false }},
		{"failed404", func(in Trouble) bool { return false }}, // words do not go from one cell to the next
	} {
		tab.do(chromedp.SendKeys(chromedp.ID("search"), test.typed))
		want := 0
		for _, in := range run.Attention.Rows {
			if test.want(in) {
				want++
			}
		}
		if got := eval[int](tab, visibleRows+`.length`); got != want {
			t.Errorf("%q finds %d rows, not %d", test.typed, got, want)
		}
		if got, want := eval[string](tab, `found.textContent`), fmt.Sprintf("%d of %d rows", want, all); got != want {
			t.Errorf("%q: it says %q, not %q", test.typed, got, want)
		}
		tab.do(chromedp.KeyEvent(kb.Escape))
		if got := eval[int](tab, visibleRows+`.length`); got != all {
			t.Errorf("Escape shows %d of %d rows", got, all)
		}
	}
	tab.quiet()
}

// sorts presses the heads of columns, with the mouse and with keys.
func sorts(t *testing.T, browser context.Context) {
	run, groups := pageRun()
	tab := open(t, browser, saved(t, run, groups))
	column := func(i int) []string {
		return eval[[]string](tab, fmt.Sprintf(visibleRows+`.map((row) => row.cells[%d].textContent.trim())`, i))
	}
	press := map[string]chromedp.Action[chromedp.Void]{
		"click": nil, "enter": chromedp.KeyEvent(kb.Enter), "space": chromedp.KeyEvent(" "),
	}
	before := column(0)
	for name, key := range press {
		button := chromedp.CSS("#table thead th:nth-child(2) button")
		for _, want := range []string{"ascending", "descending"} {
			if key == nil {
				tab.do(chromedp.Click(button))
			} else {
				tab.do(chromedp.Focus(button), key)
			}
			got := column(1)
			up := slices.IsSorted(got)
			slices.Reverse(got)
			if down := slices.IsSorted(got); up == down || up != (want == "ascending") {
				t.Errorf("%s: %s, but up is %v and down %v", name, want, up, down)
			}
			sorted := eval[[]string](tab, `Array.from(document.querySelectorAll('#table th'), (e) => e.ariaSort)`)
			if sorted[1] != want || sorted[0] != "none" {
				t.Errorf("%s: aria-sort is %q", name, sorted)
			}
		}
		tab.do(chromedp.Click(chromedp.CSS("#table thead th:nth-child(1) button"))) // numbers count as numbers
		if got := column(0); slices.Index(got, "users.csv:98") > slices.Index(got, "users.csv:1068") {
			t.Errorf("%s: sorted as text: %q", name, got[:20])
		}
		if got := column(0); len(got) != len(before) {
			t.Errorf("%s: %d rows became %d", name, len(before), len(got))
		}
		tab.do(chromedp.Click(chromedp.CSS("#table thead th:nth-child(1) button"))) // so that the next finds another order
	}
	tab.quiet()
}
