package reports

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/statussync/statussync/sync/row"
)

const (
	metricsPrefix = "statussync"
	lastSuccess   = "last_success_timestamp_seconds"
	maxMetrics    = 1 << 20 // bytes of an older file that are searched for the last success
)

// A MetricsError tells that the metrics of a run could not be handed over. Nothing else of the run depends on them.
type MetricsError struct {
	To  string // the file, or the address of the gateway without its user and password
	Err error
}

func (e *MetricsError) Error() string {
	return fmt.Sprintf("the metrics cannot be written to %q: %v", e.To, cause(e.Err))
}

func (e *MetricsError) Unwrap() error { return e.Err }

// Hint says what to do about it.
func (e *MetricsError) Hint() string {
	if errors.Is(e.Err, ErrLink) {
		return "remove the link, or name the file that it leads to; the run itself is recorded and reported"
	}
	return "the run itself is recorded and reported; the next run hands its own metrics over"
}

// WriteMetrics writes what node_exporter's textfile collector may know of a run that has ended, which is no personal
// data: beside path, then renamed, and readable by everybody (0644), since the collector is another user. The time of
// the last success is taken over from the older file when this run was none. The collector reads files whose name ends
// in .prom alone. Errors are of type *MetricsError.
func WriteMetrics(path string, run *Run) error {
	success, err := olderSuccess(path)
	if err == nil {
		err = prometheus.WriteToTextfile(path, metrics(run, success))
	}
	if err != nil {
		return &MetricsError{path, err}
	}
	return nil
}

// olderSuccess returns the time of the last success that the file at path tells of, 0 if it tells of none.
func olderSuccess(path string) (float64, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, nil
	case err != nil:
		return 0, err
	case info.Mode()&fs.ModeSymlink != 0:
		return 0, ErrLink
	case !info.Mode().IsRegular():
		return 0, errors.New("it is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	lines := bufio.NewScanner(io.LimitReader(f, maxMetrics))
	for lines.Scan() {
		if text, ok := strings.CutPrefix(lines.Text(), metricsPrefix+"_"+lastSuccess+" "); ok {
			at, _ := strconv.ParseFloat(text, 64) // what cannot be read tells of none
			return at, nil
		}
	}
	return 0, nil
}

// metrics returns what is told of a run. All of it are gauges: each run replaces what was told of the one before, and
// nothing adds up over runs. Success is when an earlier run succeeded, in seconds of Unix time, 0 if none is known.
func metrics(run *Run, success float64) *prometheus.Registry {
	if run.ExitStatus == 0 {
		success = unix(run.Ended)
	}
	reg := prometheus.NewRegistry()
	gauge := func(name, help string, value float64) {
		vector(reg, name, help, "").WithLabelValues().Set(value)
	}
	gauge("last_run_timestamp_seconds", "Unix time at which the last run ended.", unix(run.Ended))
	if success > 0 {
		gauge(lastSuccess, "Unix time at which the last run ended that left with exit status 0.", success)
	}
	gauge("run_duration_seconds", "Time from the begin of the last run to its end, over all of its sessions.",
		seconds(run.Ended.Sub(run.Started)))
	gauge("exit_status", "Exit status of the last run.", float64(run.ExitStatus))
	gauge("throttled_seconds", "Time for which the last run paused since the service asked for it or was out.",
		seconds(run.Throttling.Paused))
	gauge("retries", "Requests of the last run that sent a row, beyond one for each row.", float64(run.retries()))
	rows := vector(reg, "rows", "Rows of the last run by verdict.", "verdict")
	for _, v := range row.Verdicts() {
		rows.WithLabelValues(v.String()).Set(float64(run.Counts[v]))
	}
	answers := func(name, what string, byStatus map[int]int64) {
		v := vector(reg, name, what+" by HTTP status; none stands for no answer.", "status")
		for status, n := range byStatus {
			v.WithLabelValues(statusName(status)).Set(float64(n))
		}
	}
	answers("requests", "Requests of the last run that sent a row", run.Requests)
	answers("reads", "Requests of the last run that read what the service holds", run.Reads)
	vector(reg, "build_info", "The value is 1; the label is the version of the program.", "version").
		WithLabelValues(run.Version).Set(1)
	return reg
}

// vector registers a gauge; label is "" for one that has none.
func vector(reg *prometheus.Registry, name, help, label string) *prometheus.GaugeVec {
	var labels []string
	if label != "" {
		labels = []string{label}
	}
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: metricsPrefix, Name: name, Help: help}, labels)
	reg.MustRegister(g) // fails for a name that is registered twice
	return g
}

// retries returns the requests that sent a row beyond one for each row that was sent. A row that failed without a
// request, since the service does not know it, counts as one that was sent: where there are such rows, it may be too
// low.
func (r *Run) retries() int64 {
	sent := r.Counts[row.Succeeded] + r.Counts[row.Mismatched] + r.Counts[row.Failed] + r.Counts[row.Unknown]
	return max(0, r.requests()-sent)
}

func statusName(status int) string {
	if status == 0 {
		return "none"
	}
	return strconv.Itoa(status)
}

func unix(t time.Time) float64 { return rounded(float64(t.UnixMilli())/1000, 1000) }
