package reports

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// flaws lists what people who do not see the page, or have no mouse, would stumble over.
const flaws = `(() => {
	const flaws = [];
	const all = (selector) => Array.from(document.querySelectorAll(selector));
	const name = (e) => e.outerHTML.slice(0, 90);
	if (document.documentElement.lang !== 'en') flaws.push('no language');
	if (!document.title) flaws.push('no title');
	if (all('h1').length !== 1 || all('main').length !== 1) flaws.push('not one h1 and main');
	let level = 1;
	for (const e of all('h1, h2, h3')) {
		if (+e.tagName[1] > level + 1) flaws.push('a level is left out: ' + name(e));
		level = +e.tagName[1];
	}
	for (const e of all('th')) if (!['row', 'col'].includes(e.scope)) flaws.push('no scope: ' + name(e));
	for (const e of all('svg')) {
		if (e.getAttribute('aria-hidden') !== 'true' && !(e.getAttribute('role') === 'img' && e.getAttribute('aria-label')))
			flaws.push('a picture without words: ' + name(e));
	}
	for (const e of all('input')) if (!e.labels.length) flaws.push('no label: ' + name(e));
	for (const e of all('[aria-labelledby], [aria-describedby]')) {
		const ids = (e.getAttribute('aria-labelledby') ?? '') + ' ' + (e.getAttribute('aria-describedby') ?? '');
		for (const id of ids.split(/\s+/).filter(Boolean))
			if (!document.getElementById(id)) flaws.push('it points to nothing: ' + name(e));
	}
	for (const e of all('[role=region], section'))
		if (!e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby')) flaws.push('no name: ' + name(e));
	for (const e of all('a[href^="#"]')) if (!document.querySelector(e.hash)) flaws.push('a link to nothing: ' + name(e));
	const ids = all('[id]').map((e) => e.id);
	for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) flaws.push('twice: ' + id);
	return flaws;
})()`

func accessible(t *testing.T, browser context.Context) {
	run, groups := pageRun()
	tab := open(t, browser, saved(t, run, groups))
	for _, flaw := range eval[[]string](tab, flaws) {
		t.Error(flaw)
	}
	const focused = `(() => {
		const e = document.activeElement, style = getComputedStyle(e);
		return e.textContent.trim().slice(0, 20) + (e.id ? '#' + e.id : '') +
			(style.outlineStyle === 'none' ? ' unseen' : '');
	})()`
	var way []string
	for range 14 {
		tab.do(chromedp.KeyEvent(kb.Tab))
		way = append(way, eval[string](tab, focused))
	}
	walked := strings.Join(way, "|")
	if !strings.HasPrefix(walked, "Skip to the rows tha|The same as a table|") || !strings.Contains(walked, "|#search|") ||
		!strings.Contains(walked, "|Verdict|Answer|User|") || strings.Contains(walked, "unseen") {
		t.Errorf("the keys lead along %q", way)
	}
	tab.do(chromedp.Focus(chromedp.CSS(".skip")), chromedp.KeyEvent(kb.Enter))
	if got := eval[string](tab, `document.activeElement.id`); got != "rows" {
		t.Errorf("the skip link leads to %q", got)
	}
	tab.quiet()
}

// TestPalette holds the colours of the style against WCAG AA: 4.5 to 1 for text, 3 to 1 for what a figure is read from.
func TestPalette(t *testing.T) {
	t.Parallel()
	roots := regexp.MustCompile(`:root \{([^}]*)\}`).FindAllStringSubmatch(pageStyle, -1)
	if len(roots) != 2 {
		t.Fatalf("%d palettes", len(roots))
	}
	for i, root := range roots {
		colours := make(map[string]string)
		for _, c := range regexp.MustCompile(`--(\w+): (#\w{6});`).FindAllStringSubmatch(root[1], -1) {
			colours[c[1]] = c[2]
		}
		if len(colours) != 16 {
			t.Errorf("%d colours: %v", len(colours), colours)
		}
		for name, colour := range colours {
			least := 3.0
			switch name {
			case "paper", "wash", "rule": // a rule only helps the eye along
				continue
			case "ink", "soft", "accent":
				least = 4.5
			}
			for _, ground := range []string{"paper", "wash"} {
				if got := contrast(t, colour, colours[ground]); got < least {
					t.Errorf("palette %d: %s on %s is %.2f to 1, less than %v", i, name, ground, got, least)
				}
			}
		}
	}
	if rest := regexp.MustCompile(`:root \{[^}]*\}`).ReplaceAllString(pageStyle, ""); strings.Contains(rest, "#0") ||
		regexp.MustCompile(`:[^;{]*#[0-9a-f]{3}`).MatchString(rest) {
		t.Error("there are colours beside the palettes")
	}
}

// contrast returns how much lighter one of two colours is, as WCAG 2 counts it.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	luminance := func(colour string) (sum float64) {
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
			if err != nil {
				t.Fatal(fmt.Errorf("%s: %w", colour, err))
			}
			x := float64(n) / 255
			if x <= 0.04045 {
				x /= 12.92
			} else {
				x = math.Pow((x+0.055)/1.055, 2.4)
			}
			sum += weight * x
		}
		return sum
	}
	light, dark := luminance(a), luminance(b)
	return (max(light, dark) + 0.05) / (min(light, dark) + 0.05)
}
