package main

import (
	"bytes"
	"context"
	"errors"
	"os"

	"go.uber.org/zap"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/run"
)

// publish hands the end of a run to those who watch over it. Whatever becomes of that, the run is recorded.
func publish(s *Settings, c calling, end run.Summary, log *zap.Logger) {
	warn := func(err error) {
		if err != nil {
			log.Warn("the run is recorded, but not published", zap.Error(err))
		}
	}
	if s.MetricsFile != "" {
		warn(reports.WriteMetrics(s.MetricsFile, end.Run))
	}
	if s.PushURL != "" { // a run that was stopped tells of it too; the push has a deadline of its own
		warn(reports.Push(context.Background(), s.PushURL, end.Run))
	}
	if there(s.TerminationLog) {
		message := reports.Termination(end.Run, end.Groups, next(s, c, end), reports.TerminationLimit)
		warn(reports.WriteTermination(s.TerminationLog, message))
	}
}

// lastWords leaves the error of a run that has no end to tell of where Kubernetes looks for the last words of a
// container.
func lastWords(path string, err error) {
	if quiet := exited(0); err == nil || errors.As(err, &quiet) || !there(path) {
		return
	}
	var words bytes.Buffer
	complain(&words, err)
	_ = reports.WriteTermination(path, words.Bytes()) // standard error has them too
}

// there reports whether a file exists; only Kubernetes makes the one for last words.
func there(path string) bool {
	_, err := os.Lstat(path)
	return path != "" && err == nil
}
