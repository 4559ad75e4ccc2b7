package main

import (
	"os"
	"testing"

	"go.uber.org/zap/zapcore"
)

// TestLogFormatOnATerminal opens the near side of a new terminal; Linux counts that as one.
func TestLogFormatOnATerminal(t *testing.T) {
	t.Parallel()
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	pipe, far, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	defer far.Close()
	for _, tt := range []struct {
		format string
		to     *os.File
		json   bool
	}{
		{"auto", terminal, false}, {"auto", far, true}, {"console", far, false}, {"json", terminal, true},
	} {
		line, err := newEncoder(tt.format, tt.to).EncodeEntry(zapcore.Entry{Message: "x"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if (line.Bytes()[0] == '{') != tt.json {
			t.Errorf("%s to %s: %s", tt.format, tt.to.Name(), line)
		}
	}
}
