package main

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
)

// An emulator shows what a terminal without an end below would show. It knows line ends, cursor up (CSI A), erase to
// the end (CSI J) and colours (CSI m), and it breaks its lines anew when it is resized, as tmux does.
type emulator struct {
	columns  int
	rows     []emulated
	at, cell int    // the cursor
	rest     []byte // the beginning of a sequence or a character
	unknown  []string
}

// An emulated row is one of the screen; it goes on in the next one where a line did not fit.
type emulated struct {
	text []rune
	on   bool
}

func newEmulator(columns int) *emulator {
	return &emulator{columns: columns, rows: make([]emulated, 1)}
}

func (e *emulator) Write(b []byte) (int, error) {
	e.rest = append(e.rest, b...)
	for len(e.rest) > 0 {
		n := 1
		switch c := e.rest[0]; {
		case c == '\r':
			e.cell = 0
		case c == '\n':
			e.down()
		case c == '\x1b':
			end := bytes.IndexFunc(e.rest, func(r rune) bool { return r >= 'A' && r <= 'z' && r != '[' })
			if end < 0 {
				return len(b), nil
			}
			e.obey(string(e.rest[1:end]), e.rest[end])
			n = end + 1
		default:
			e.put(rune(c)) // each byte of a character beyond ASCII counts as one: nothing here draws such
		}
		e.rest = e.rest[n:]
	}
	return len(b), nil
}

func (e *emulator) down() {
	if e.at++; e.at == len(e.rows) {
		e.rows = append(e.rows, emulated{})
	}
}

func (e *emulator) put(r rune) {
	if e.cell == e.columns {
		e.rows[e.at].on = true
		e.down()
		e.cell = 0
	}
	row := &e.rows[e.at]
	row.text = append(row.text[:e.cell], r)
	e.cell++
}

func (e *emulator) obey(arguments string, command byte) {
	n, _ := strconv.Atoi(strings.TrimPrefix(arguments, "["))
	switch command {
	case 'A':
		e.at = max(0, e.at-max(1, n))
	case 'J':
		e.rows[e.at] = emulated{text: e.rows[e.at].text[:e.cell]}
		e.rows = e.rows[:e.at+1]
	case 'm':
	default:
		e.unknown = append(e.unknown, arguments+string(command))
	}
}

// lines returns the lines, however many rows they take.
func (e *emulator) lines() (lines []string) {
	line := ""
	for _, row := range e.rows {
		if line += string(row.text); !row.on {
			lines, line = append(lines, line), ""
		}
	}
	return lines
}

// resize breaks the lines anew. The cursor is at the end, as programs leave it between two writes.
func (e *emulator) resize(columns int) {
	lines := e.lines()
	*e = *newEmulator(columns)
	e.Write([]byte(strings.Join(lines, "\r\n")))
}

func TestEmulator(t *testing.T) {
	t.Parallel()
	e := newEmulator(5)
	e.Write([]byte("one\r\n12345\r\n1234567\r\nover\x1b[32m!\x1b[0m\r\n\x1b[3"))
	e.Write([]byte("A\x1b[Jtwo\r\n"))
	if got := strings.Join(e.lines(), "|"); got != "one|12345|two|" || len(e.rows) != 4 {
		t.Errorf("%q in %d rows", got, len(e.rows))
	}
	e.resize(2)
	if got := strings.Join(e.lines(), "|"); got != "one|12345|two|" || len(e.rows) != 8 {
		t.Errorf("%q in %d rows", got, len(e.rows))
	}
	e.Write([]byte("\x1b[2A\x1b[J\x1b[5X"))
	if got := strings.Join(e.lines(), "|"); got != "one|12345|" || strings.Join(e.unknown, "") != "[5X" {
		t.Errorf("%q, %q", got, e.unknown)
	}
}
