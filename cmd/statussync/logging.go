package main

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// newLogger returns a logger to w as the settings want it. Each entry is one line, and whatever came from data is
// escaped in it. With --quiet, only errors are logged unless a level was asked for.
func newLogger(s *Settings, w io.Writer) *zap.Logger {
	level, err := zapcore.ParseLevel(s.LogLevel)
	if err != nil {
		level = zapcore.InfoLevel
	}
	if s.Quiet && !s.Given("log.level") {
		level = zapcore.ErrorLevel
	}
	core := zapcore.NewCore(newEncoder(s.LogFormat, w), zapcore.Lock(zapcore.AddSync(entryWriter{w})), level)
	return zap.New(core, zap.ErrorOutput(zapcore.AddSync(io.Discard))) // a closed stderr is no reason to write to it again
}

func newEncoder(format string, w io.Writer) zapcore.Encoder {
	c := zapcore.EncoderConfig{
		TimeKey: "ts", LevelKey: "level", MessageKey: "msg", NameKey: "logger", LineEnding: "\n",
		EncodeDuration: zapcore.StringDurationEncoder,
		EncodeName:     zapcore.FullNameEncoder,
	}
	if format == "console" || format == "auto" && isTerminal(w) {
		c.EncodeTime = zapcore.TimeEncoderOfLayout(time.TimeOnly)
		c.EncodeLevel = zapcore.CapitalLevelEncoder
		c.ConsoleSeparator = "  "
		return zapcore.NewConsoleEncoder(c)
	}
	c.EncodeTime = func(t time.Time, to zapcore.PrimitiveArrayEncoder) {
		to.AppendString(t.UTC().Format(time.RFC3339Nano))
	}
	c.EncodeLevel = zapcore.LowercaseLevelEncoder
	return zapcore.NewJSONEncoder(c)
}

// An entryWriter writes log entries, one a call, with everything escaped that a terminal might obey: zap's console
// encoder leaves messages as they are, and both encoders leave DEL, C1 and bidirectional controls in values.
type entryWriter struct{ to io.Writer }

func (w entryWriter) Write(entry []byte) (int, error) {
	line := printable(string(bytes.TrimSuffix(entry, []byte("\n")))) + "\n"
	if _, err := io.WriteString(w.to, line); err != nil {
		return 0, err
	}
	return len(entry), nil
}

// printable escapes each character of text that is not printable, as JSON would: no line ends and no control characters
// are left, and JSON stays JSON.
func printable(text string) string {
	if !strings.ContainsFunc(text, unprintable) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case !unprintable(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// unprintable holds for invalid UTF-8 too, which a range over text yields as utf8.RuneError.
func unprintable(r rune) bool { return !strconv.IsPrint(r) || r == utf8.RuneError }
