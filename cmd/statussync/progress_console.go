package main

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/vbauerster/mpb/v8"
	"golang.org/x/term"
)

// A console writes what a bar draws to a terminal, in place of mpb's own writer: that one goes up by as many lines as
// were drawn, which leaves pieces of them behind where the terminal was made narrower and has broken them.
type console struct {
	bytes.Buffer
	to    io.Writer
	drawn []string // the lines at the end of the terminal that are drawn again
}

// drawnOn lets a bar be drawn on the terminal to. That of Windows may know no escape sequences: mpb does without.
func drawnOn(to io.Writer) mpb.ContainerOption {
	if runtime.GOOS == "windows" {
		return mpb.WithOutput(to)
	}
	return mpb.WithConsoleWriter(&console{to: to})
}

func (c *console) IsTerminal() bool { return isTerminal(c.to) }

func (c *console) GetTermSize() (width, height int, err error) {
	return term.GetSize(int(fileOf(c.to).Fd()))
}

// Flush writes what is in the buffer in the place of what was drawn before. The last so many lines are drawn.
func (c *console) Flush(lines int) error {
	back := ""
	if up := c.rows(); up > 0 && c.IsTerminal() {
		back = fmt.Sprintf("\r\x1b[%dA\x1b[J", up) // \r: a key may have been pressed
	}
	text := c.String()
	c.Reset()
	all := strings.SplitAfter(text, "\n")
	c.drawn = all[max(0, len(all)-1-lines) : len(all)-1]
	_, err := io.WriteString(c.to, back+text)
	return err
}

// rows returns how many rows of the terminal, as wide as it is now, the drawn lines take.
func (c *console) rows() (rows int) {
	columns := width(c.to, widest)
	for _, line := range c.drawn {
		rows += max(1, (utf8.RuneCountInString(line)-1+columns-1)/columns)
	}
	return rows
}
