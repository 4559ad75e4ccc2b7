package reports

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the parts of the page
	"encoding/base64"
	"html/template"
	"strconv"
	"strings"
	"time"
)

// PageName is the name of the page for people among the files of a run.
const PageName = "report.html"

var (
	//go:embed page.html.tmpl
	pageText string
	//go:embed page.css
	pageStyle string
	//go:embed page.js
	pageScript string

	pageTemplate = template.Must(template.New(PageName).Funcs(template.FuncMap{
		"count": grouped, "seen": visible, "brief": brief, "when": when, "stamp": stamp,
	}).Parse(strings.ReplaceAll(pageText, "\t", "")))

	// pagePolicy lets the page's own style and script in, by what they are, and nothing else.
	pagePolicy = "default-src 'none'; style-src '" + source(pageStyle) + "'; script-src '" + source(pageScript) +
		"'; img-src data:; base-uri 'none'; form-action 'none'"
)

// source names an inline style or script as a content security policy does.
func source(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// WritePage writes report.html into the folder dir of the run, which is made when it is missing, in place of an older
// one. It is one page of less than a megabyte, whatever the run. Errors are of type *Error.
func WritePage(dir string, run *Run, g *Groups) error {
	content, err := renderPage(run, g)
	if err != nil {
		return &Error{Op: "render", Name: PageName, Err: err}
	}
	d, err := openRun(dir)
	if err != nil {
		return err
	}
	defer d.close()
	return writeWhole(d, PageName, content)
}

func renderPage(run *Run, g *Groups) ([]byte, error) {
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, newPage(run, g))
	return b.Bytes(), err
}

// A pageView is what the template is told.
type pageView struct {
	*Run
	Policy    string
	Style     template.CSS
	Script    template.JS
	Sentence  string
	RunState  string
	Beside    string // the names of the other files
	Facts     []fact
	Verdicts  []verdictLine
	Chart     *chart
	Answers   []answerLine
	Latencies []latencyLine
	Groups    []groupCard
	Beyond    groupsBeyond
	AppLines  []appLine
	Troubles  troubleTable
	Sources   []Source
	Unnamed   int // inputs that are not among Sources
	Given     string
}

const maxSources = 20 // inputs that the page names

func newPage(run *Run, g *Groups) *pageView {
	p := &pageView{
		Run: run, Policy: pagePolicy, Style: template.CSS(pageStyle), Script: template.JS(pageScript),
		Sentence: Sentence(run), RunState: runState(run), Facts: run.facts(), Verdicts: run.verdictLines(g),
		Chart: newChart(run), Answers: run.answerLines(), Latencies: run.latencyLines(),
		AppLines: run.appLines(), Troubles: run.troubleTable(), Given: given(run.Settings),
	}
	p.Groups, p.Beyond = run.groupCards(g)
	p.Sources = run.Inputs[:min(len(run.Inputs), maxSources)]
	p.Unnamed = len(run.Inputs) - len(p.Sources)
	p.Beside = beside(run.Files)
	return p
}

const maxBeside = 40 // files that the page names

// beside names the files of the report but the page.
func beside(names []string) string {
	others := []string{reportName}
	for _, name := range names {
		if name != PageName && name != reportName {
			others = append(others, brief(name))
		}
	}
	if more := len(others) - maxBeside; more > 0 {
		others = append(others[:maxBeside], counted(int64(more), "other"))
	}
	return strings.Join(others, ", ")
}

// runState says in a few words how the run stands.
func runState(run *Run) string {
	if run.Ended.IsZero() {
		return run.State
	}
	return run.State + ", exit status " + strconv.Itoa(run.ExitStatus) + " (" + ExitWord(run.ExitStatus) + ")"
}

// when returns a time for people, to the second.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// share returns a part of a whole as an SVG length.
func share(part, whole float64) string {
	if whole <= 0 {
		return "0%"
	}
	return strconv.FormatFloat(rounded(part/whole*100, 100), 'f', -1, 64) + "%"
}

// decimal returns x with one digit behind the point at most.
func decimal(x float64) string { return strconv.FormatFloat(rounded(x, 10), 'f', -1, 64) }
