package reports

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/statussync/statussync/sync/row"
)

// A fact is a figure that the page begins with.
type fact struct {
	Label, Value, Note string
	Of                 string // the member of report.json that it shows; "" = none
}

func (r *Run) facts() []fact {
	facts := []fact{{"Rows", grouped(r.Rows), r.origin(), "rows"}}
	if r.Rows > 0 {
		done := r.done()
		facts = append(facts, fact{"Done", percent(done, r.Rows), counted(done, "row"), ""})
	}
	if r.Retryable > 0 {
		facts = append(facts, fact{"Left", grouped(r.Retryable), "a later run may help", "retryable"})
	}
	if n := r.requests(); n > 0 {
		facts = append(facts, fact{"Requests", grouped(n), r.pace(), "requests.total"})
	}
	if n := r.reads(); n > 0 {
		facts = append(facts, fact{"Reads", grouped(n), "of what the service holds", "reads.total"})
	}
	if !r.Ended.IsZero() {
		facts = append(facts, fact{"Time", span(r.Ended.Sub(r.Started)), r.shifts(), "durationSeconds"})
	}
	if t := r.Throttling; t.Pauses > 0 || t.Answers > 0 {
		note := counted(t.Pauses, "pause") + ", " + counted(t.Answers, "answer") + " 429"
		facts = append(facts, fact{"Paused", span(t.Paused), note, "throttling.pausedSeconds"})
	}
	return facts
}

// done returns the rows that need nothing more.
func (r *Run) done() int64 {
	return r.Counts[row.Succeeded] + r.Counts[row.Unchanged] + r.Counts[row.Duplicate]
}

func (r *Run) origin() string {
	if len(r.Inputs) == 1 {
		name := r.Inputs[0].Name
		return "from " + brief(name[strings.LastIndexAny(name, `/\`)+1:]) // its folder is told further below
	}
	return "from " + counted(int64(len(r.Inputs)), "file")
}

// pace says how fast the requests were made, and how much of the quota that is.
func (r *Run) pace() string {
	if r.Sending <= 0 {
		return ""
	}
	text := decimal(r.perSecond()) + " a second"
	if r.Quota > 0 {
		text += fmt.Sprintf(", %.0f%% of the quota", r.perSecond()/r.Quota*100)
	}
	return text
}

func (r *Run) shifts() string {
	if r.Sessions > 1 {
		return "over " + counted(int64(r.Sessions), "session")
	}
	return "from start to end"
}

// A verdictLine is one verdict in the bar and in the table below it.
type verdictLine struct {
	row.Verdict
	Rows         int64
	Share, Words string
	X, Width     string // in the bar
}

// leastShare is how much of a bar there is at least, so that one row of a million can be seen.
const leastShare = 0.008

func (r *Run) verdictLines(g *Groups) (lines []verdictLine) {
	all := r.Counts.Sum()
	var whole, at float64
	for _, n := range r.Counts {
		if n > 0 {
			whole += max(float64(n)/float64(all), leastShare)
		}
	}
	for _, v := range row.Verdicts() {
		n := r.Counts[v]
		if n <= 0 {
			continue
		}
		wide := max(float64(n)/float64(all), leastShare)
		lines = append(lines, verdictLine{v, n, percent(n, r.Rows), words(r, g, v), share(at, whole), share(wide, whole)})
		at += wide
	}
	return lines
}

// An answerLine is how often the service answered with one status.
type answerLine struct {
	Name, Words, Class string
	Of                 string // the member of report.json that it shows
	Requests           int64
	Width              string
}

// answerLines returns the answers to requests that sent a row, and then those to reads.
func (r *Run) answerLines() (lines []answerLine) {
	var most int64
	add := func(byStatus map[int]int64, of, words string) {
		for _, status := range statuses(byStatus) {
			line := answerLine{Name: statusName(status), Requests: byStatus[status]}
			line.Words, line.Class = meaning(status)
			line.Words, line.Of = words+line.Words, of+".byStatus."+line.Name
			lines, most = append(lines, line), max(most, line.Requests)
		}
	}
	add(r.Requests, "requests", "")
	add(r.Reads, "reads", "reads: ")
	for i := range lines {
		lines[i].Width = share(max(float64(lines[i].Requests)/float64(most), leastShare), 1)
	}
	return lines
}

// maxAnswers is how many statuses of requests, and of reads, the page shows: no more than a sound service has.
const maxAnswers = 40

// statuses returns those that the page shows, in order, silence last.
func statuses(byStatus map[int]int64) []int {
	all := slices.SortedFunc(maps.Keys(byStatus), func(a, b int) int {
		return cmp.Or(cmp.Compare(byStatus[b], byStatus[a]), cmp.Compare(a, b))
	})
	all = all[:min(len(all), maxAnswers)]
	slices.SortFunc(all, func(a, b int) int { return cmp.Compare(uint(a-1), uint(b-1)) })
	return all
}

// meaning says what a status of an answer means, and the class by which the page colours it.
func meaning(status int) (words, class string) {
	switch {
	case status == 0:
		return "no answer came", "lost"
	case status == 429:
		return "told to wait", "throttled"
	case status/100 == 2:
		return "accepted", "confirmed"
	case status/100 == 3:
		return "led elsewhere", "lost"
	case status/100 == 4:
		return "refused", "lost"
	}
	return "the service failed", "lost"
}

// A latencyLine is the time within which a share of the answers came.
type latencyLine struct{ Label, Of, Value, Width string }

func (r *Run) latencyLines() []latencyLine {
	l := r.Latency
	if l == (Latency{}) {
		return nil
	}
	whole := l.P99.Seconds()
	return []latencyLine{
		{"half of the answers", "p50", span(l.P50), share(l.P50.Seconds(), whole)},
		{"95 of 100", "p95", span(l.P95), share(l.P95.Seconds(), whole)},
		{"99 of 100", "p99", span(l.P99), share(l.P99.Seconds(), whole)},
	}
}

// maxGiven is how much of the settings the page shows, in bytes.
const maxGiven = 8 << 10

// given returns the settings for people to read.
func given(settings []byte) string {
	var b bytes.Buffer
	if len(settings) == 0 || json.Indent(&b, settings, "", "  ") != nil {
		return ""
	}
	return bounded(string(escapeJSON(b.Bytes())), maxGiven)
}
