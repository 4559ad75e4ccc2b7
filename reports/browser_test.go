package reports

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var pictures = flag.String("pictures", "", "write pictures of the page into this folder")

// startBrowser starts a browser, which ends with the test. Without one the test is skipped, but fails where one is
// required.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	path := findBrowser()
	if path == "" {
		if os.Getenv("CI") != "" || os.Getenv("STATUSSYNC_BROWSER") == "required" {
			t.Fatal("there is no Chromium, and the tests of the page are required")
		}
		t.Skip("there is no Chromium to look at the page with; .ci/test installs Debian's where it can")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.DisableGPU, chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-quic", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

func findBrowser() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// A tab shows one page, and notes what a good page does not do.
type tab struct {
	*testing.T
	ctx    context.Context
	mu     sync.Mutex
	faults []string // what was said on the console, requested, or blocked
}

// noteViolations lets the console tell what the page's policy blocks.
const noteViolations = `addEventListener('securitypolicyviolation',
	(e) => console.error('blocked: ' + e.violatedDirective + ' ' + e.blockedURI))`

// open shows the page at url in a tab of its own; setup goes before.
func open(t *testing.T, browser context.Context, url string, setup ...chromedp.Action[chromedp.Void]) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	tab := &tab{T: t, ctx: ctx}
	if err := chromedp.Listen(ctx, func(event any) { tab.notice(url, event) }); err != nil {
		t.Fatal(err)
	}
	tab.do(call(page.AddScriptToEvaluateOnNewDocument,
		page.AddScriptToEvaluateOnNewDocumentParams{Source: noteViolations}))
	tab.do(setup...)
	tab.do(chromedp.Navigate(url))
	return tab
}

func (t *tab) notice(url string, event any) {
	var fault string
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		for _, arg := range e.Args {
			fault += "console: " + string(arg.Value)
		}
	case *runtime.EventExceptionThrown:
		fault = "exception: " + e.ExceptionDetails.Text
	case *log.EventEntryAdded:
		fault = "log: " + e.Entry.Text
	case *network.EventRequestWillBeSent:
		if e.Request.URL == url || strings.HasPrefix(e.Request.URL, "data:") {
			return
		}
		fault = "request: " + e.Request.URL
	default:
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults = append(t.faults, fault)
}

// noticed returns what the page has done that a good one does not.
func (t *tab) noticed() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.faults
}

// quiet fails if the page did anything that it should not.
func (t *tab) quiet() {
	t.Helper()
	for _, fault := range t.noticed() {
		t.Error(fault)
	}
}

func (t *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := t.try(actions...); err != nil {
		t.Fatal(err)
	}
}

func (t *tab) try(actions ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(t.ctx, time.Minute)
	defer cancel()
	return chromedp.Do(ctx, actions...)
}

// get returns what an action comes to.
func get[T any](t *tab, action chromedp.Action[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, time.Minute)
	defer cancel()
	result, err := chromedp.Run(ctx, action)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// eval returns what a JavaScript expression comes to.
func eval[T any](t *tab, expression string) T {
	t.Helper()
	return get(t, chromedp.Evaluate[T](expression))
}

// call makes an action of a command of the browser.
func call[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}

// scheme sets whether people want dark pages.
func scheme(value string) chromedp.Action[chromedp.Void] {
	return call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}},
	})
}

// saved writes the page where a tab can open it, and returns its address.
func saved(t *testing.T, run *Run, g *Groups) string {
	t.Helper()
	dir := t.TempDir()
	if err := WritePage(dir, run, g); err != nil {
		t.Fatal(err)
	}
	return "file://" + filepath.ToSlash(filepath.Join(dir, PageName))
}

// keep writes a picture, if pictures are wanted.
func keep(t *testing.T, name string, picture []byte) {
	t.Helper()
	if *pictures == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*pictures, name), picture, 0o666); err != nil {
		t.Fatal(err)
	}
}
