package reports

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// looks draws the page of a night as people see it, and takes pictures.
func looks(t *testing.T, browser context.Context) {
	run, groups := pageRun()
	url := saved(t, run, groups)
	papers := make(map[string]string)
	for _, view := range []struct {
		name, scheme string
		width        int64
	}{
		{"light", "light", 1280}, {"dark", "dark", 1280}, {"narrow", "light", 400}, {"narrow-dark", "dark", 400},
		{"small", "light", 320},
	} {
		tab := open(t, browser, url, chromedp.EmulateViewport(view.width, 900), scheme(view.scheme))
		if wide := eval[int64](tab, `document.documentElement.scrollWidth`); wide > view.width {
			t.Errorf("%s: the page is %d pixels wide, its window %d", view.name, wide, view.width)
		}
		papers[view.name] = eval[string](tab, `getComputedStyle(document.body).backgroundColor`)
		if *pictures != "" {
			photograph(tab, view.name, view.width)
		}
		tab.quiet()
	}
	if papers["light"] == papers["dark"] || papers["light"] != papers["narrow"] {
		t.Errorf("the papers are %v", papers)
	}
	tab := open(t, browser, url, scheme("dark"))
	printed := get(tab, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4)))
	if len(printed) < 10_000 {
		t.Errorf("the printed page has %d bytes", len(printed))
	}
	keep(t, "print.pdf", printed)
}

// photograph takes pictures of the whole page, in pieces that a person can look at: four are enough.
func photograph(t *tab, name string, width int64) {
	const piece = 1400
	high := eval[float64](t, `document.documentElement.scrollHeight`)
	for i := 0; float64(i*piece) < high && i < 4; i++ {
		beyond := true
		clip := page.CaptureScreenshotParams{CaptureBeyondViewport: &beyond, Clip: &page.Viewport{
			Y: float64(i * piece), Width: float64(width), Height: min(piece, high-float64(i*piece)), Scale: 1,
		}}
		picture := get(t, func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
			result, err := cdp.Call(ctx, t, page.CaptureScreenshot, clip)
			return result.Data, err
		})
		keep(t.T, fmt.Sprintf("%s-%d.png", name, i+1), picture)
	}
}
