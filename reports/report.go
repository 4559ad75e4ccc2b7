package reports

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/statussync/statussync/sync/row"
)

// Schema names the form of report.json. A form that would break a careful reader of this one gets the next number;
// members may be added without.
const Schema = "statussync.report/1"

const reportName = "report.json"

// WriteJSON writes report.json into the folder dir of the run, which is made when it is missing, in place of an older
// one. Errors are of type *Error.
func WriteJSON(dir string, run *Run, g *Groups) error {
	content, err := render(run, g)
	if err != nil {
		return &Error{Op: "render", Name: reportName, Err: err}
	}
	d, err := openRun(dir)
	if err != nil {
		return err
	}
	defer d.close()
	return writeWhole(d, reportName, content)
}

// writeWhole writes a file in place of an older one, but not of a link.
func writeWhole(d folder, name string, content []byte) error {
	if err := refuseLinks(d, name); err != nil {
		return err
	}
	return replace(d, name, content)
}

// PrintJSON writes to w, in one call, what WriteJSON writes to report.json.
func PrintJSON(w io.Writer, run *Run, g *Groups) error {
	content, err := render(run, g)
	if err == nil {
		_, err = w.Write(content)
	}
	return err
}

type reportDoc struct {
	Schema          string          `json:"schema"`
	Run             string          `json:"run"`
	Version         string          `json:"version,omitempty"`
	State           string          `json:"state"`
	ExitStatus      *int            `json:"exitStatus,omitempty"`
	Exit            string          `json:"exit,omitempty"`
	Stopped         string          `json:"stopped,omitempty"`
	Started         string          `json:"started,omitempty"`
	Ended           string          `json:"ended,omitempty"`
	DurationSeconds *float64        `json:"durationSeconds,omitempty"`
	Sessions        int             `json:"sessions"`
	Target          string          `json:"target"`
	Settings        json.RawMessage `json:"settings,omitempty"`
	Inputs          []sourceDoc     `json:"inputs"`
	Rows            int64           `json:"rows"`
	Counts          countsDoc       `json:"counts"`
	Retryable       int64           `json:"retryable"`
	Resent          int64           `json:"resent"`
	Balance         balanceDoc      `json:"balance"`
	Errors          []groupDoc      `json:"errors"`
	Requests        requestsDoc     `json:"requests"`
	Reads           requestsDoc     `json:"reads"`
	Timings         timingsDoc      `json:"timings"`
	Throttling      throttlingDoc   `json:"throttling"`
	Timeline        []spanDoc       `json:"timeline"`
	Verification    *verifiedDoc    `json:"verification,omitempty"`
	Files           []string        `json:"files"`
}

type sourceDoc struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
	Rows   int64  `json:"rows"`
}

type balanceDoc struct {
	Rows      int64 `json:"rows"`
	Accounted int64 `json:"accounted"`
	Balanced  bool  `json:"balanced"`
}

type requestsDoc struct {
	Total    int64            `json:"total"`
	ByStatus map[string]int64 `json:"byStatus"` // "none" stands for no answer
}

type timingsDoc struct {
	SendingSeconds    float64     `json:"sendingSeconds"`
	RequestsPerSecond float64     `json:"requestsPerSecond"`
	QuotaPerSecond    float64     `json:"quotaPerSecond,omitempty"`
	LatencyMs         *latencyDoc `json:"latencyMs,omitempty"`
}

type latencyDoc struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
}

type throttlingDoc struct {
	Answers       int64   `json:"answers429"`
	Pauses        int64   `json:"pauses"`
	PausedSeconds float64 `json:"pausedSeconds"`
	RateChanges   int64   `json:"rateChanges"`
}

// A countsDoc has a member for every verdict, in the order in which people want to read them.
type countsDoc Counts

func (c countsDoc) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, v := range row.Verdicts() {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendJSON(b, v.String()), ':')
		b = strconv.AppendInt(b, c[v], 10)
	}
	return append(b, '}'), nil
}

// render returns the content of report.json: the same for the same run.
func render(run *Run, g *Groups) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(document(run, g)); err != nil {
		return nil, err
	}
	return escapeJSON(b.Bytes()), nil
}

func document(run *Run, g *Groups) *reportDoc {
	accounted := run.Counts.Sum()
	doc := &reportDoc{
		Schema: Schema, Run: run.ID, Version: run.Version, State: run.State, Stopped: run.Stopped,
		Started: stamp(run.Started), Ended: stamp(run.Ended), Sessions: run.Sessions,
		Target: run.Target, Settings: run.Settings, Inputs: []sourceDoc{},
		Rows: run.Rows, Counts: countsDoc(run.Counts), Retryable: run.Retryable, Resent: run.Resent,
		Balance:    balanceDoc{run.Rows, accounted, accounted == run.Rows},
		Errors:     groupDocs(run, g),
		Requests:   requestsDoc{run.requests(), byStatus(run.Requests)},
		Reads:      requestsDoc{run.reads(), byStatus(run.Reads)},
		Timings:    timings(run),
		Throttling: throttling(run.Throttling),
		Timeline:   spanDocs(run),
		Files:      append([]string{}, run.Files...),
	}
	doc.Verification = verification(run.Verified)
	for _, s := range run.Inputs {
		doc.Inputs = append(doc.Inputs, sourceDoc(s))
	}
	if !run.Ended.IsZero() {
		took := seconds(run.Ended.Sub(run.Started))
		doc.ExitStatus, doc.Exit, doc.DurationSeconds = &run.ExitStatus, ExitWord(run.ExitStatus), &took
	}
	return doc
}

func timings(run *Run) timingsDoc {
	return timingsDoc{
		seconds(run.Sending), rounded(run.perSecond(), 100), rounded(run.Quota, 100), latency(run.Latency),
	}
}

// byStatus returns requests by the names of their statuses.
func byStatus(requests map[int]int64) map[string]int64 {
	named := make(map[string]int64, len(requests))
	for status, n := range requests {
		named[statusName(status)] = n
	}
	return named
}

func throttling(t Throttling) throttlingDoc {
	return throttlingDoc{t.Answers, t.Pauses, seconds(t.Paused), t.RateChanges}
}

func latency(l Latency) *latencyDoc {
	if l == (Latency{}) {
		return nil
	}
	ms := func(d time.Duration) float64 { return rounded(d.Seconds()*1000, 10) }
	return &latencyDoc{ms(l.P50), ms(l.P95), ms(l.P99)}
}

// seconds returns d in seconds, to the millisecond.
func seconds(d time.Duration) float64 { return rounded(d.Seconds(), 1000) }

func rounded(x, parts float64) float64 { return math.Round(x*parts) / parts }

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeLayout)
}
