package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
)

const hostile = "a\nb\r\x1b[31m\x00\x7f\u0085\u009b\u202e\u2028\xff\U000e0041é"

// TestLogIsEscaped logs hostile text in every place that an entry has.
func TestLogIsEscaped(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"console", "json"} {
		var out bytes.Buffer
		log := newLogger(&Settings{LogLevel: "debug", LogFormat: format}, &out)
		log.Named(hostile).Error("message "+hostile, zap.String("key"+hostile, hostile), zap.Error(errors.New(hostile)),
			zap.ByteString("bytes", []byte(hostile)), zap.Any("any", map[string]string{hostile: hostile}),
			zap.Strings("list", []string{hostile}), zap.Duration("took", 1500*time.Millisecond))
		text, ok := strings.CutSuffix(out.String(), "\n")
		if !ok || strings.ContainsFunc(text, func(r rune) bool { return !strconv.IsPrint(r) }) {
			t.Errorf("%s: %q", format, out.String())
		}
		if !strings.Contains(text, `message a\nb`) || !strings.Contains(strings.ReplaceAll(text, " ", ""), `"took":"1.5s"`) {
			t.Errorf("%s lacks what was logged: %s", format, text)
		}
	}
}

func TestLogJSONIsJSON(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	newLogger(&Settings{LogLevel: "info", LogFormat: "auto"}, &out).Info(hostile, zap.String("value", hostile))
	var entry struct {
		TS                time.Time
		Level, Msg, Value string
	}
	if err := json.Unmarshal(out.Bytes(), &entry); err != nil {
		t.Fatalf("%v in %s", err, out.Bytes())
	}
	want := strings.ToValidUTF8(hostile, "\ufffd")
	if entry.Msg != want || entry.Value != want || entry.Level != "info" || time.Since(entry.TS) > time.Hour {
		t.Errorf("got %+q", entry)
	}
}

func TestLogLevels(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "info warn error"},
		{[]string{"--log-level=debug"}, "debug info warn error"},
		{[]string{"--log-level=error"}, "error"},
		{[]string{"--quiet"}, "error"},
		{[]string{"--quiet", "--log-level=info"}, "info warn error"},
	} {
		var out bytes.Buffer
		log := newLogger(mustLoad(t, nil, append([]string{"run", "--log-format=console"}, tt.args...)...), &out)
		log.Debug("debug")
		log.Info("info")
		log.Warn("warn")
		log.Error("error")
		var got []string
		for line := range strings.Lines(out.String()) {
			fields := strings.Fields(line)
			got = append(got, fields[len(fields)-1])
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%q logs %q, want %q", tt.args, got, tt.want)
		}
	}
}

// brokenWriter fails, as a closed standard error does.
type brokenWriter struct{ calls int }

func (w *brokenWriter) Write([]byte) (int, error) { w.calls++; return 0, errors.New("closed") }

func TestLogSurvivesAClosedStderr(t *testing.T) {
	t.Parallel()
	w := &brokenWriter{}
	newLogger(&Settings{LogLevel: "info", LogFormat: "json"}, w).Error("lost")
	if w.calls != 1 {
		t.Errorf("%d writes", w.calls)
	}
}
