package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"golang.org/x/term"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/run"
)

// width returns the columns of the terminal behind w, otherwise where there is none.
func width(w io.Writer, otherwise int) int {
	if f := fileOf(w); f != nil {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
			return columns
		}
	}
	return otherwise
}

// isTerminal reports whether there is a terminal behind w.
func isTerminal(w io.Writer) bool {
	f := fileOf(w)
	return f != nil && term.IsTerminal(int(f.Fd()))
}

// fileOf returns the file that w writes to in the end, nil if it is none.
func fileOf(w io.Writer) *os.File {
	switch w := w.(type) {
	case *screen:
		return fileOf(w.to)
	case *output:
		return fileOf(w.to)
	case *os.File:
		return w
	}
	return nil
}

// mailWidth is how wide a line of a complaint gets: such lines come by mail from cron.
const mailWidth = 99

// tell writes lines of what is wrong, those after the first indented by two more.
func tell(w io.Writer, indent int, text string) {
	w.Write(reports.Wrap(nil, min(width(w, mailWidth), mailWidth), indent, 2, text))
}

// showFindings prints what is wrong with the input: the first problems with their places, then where the others are,
// and how many of each kind.
func showFindings(w io.Writer, f *run.Findings, quiet bool, others string) {
	if !quiet {
		for _, warning := range f.Warnings {
			tell(w, 0, "warning: "+printable(warning))
		}
	}
	if len(f.Problems) == 0 {
		return
	}
	for _, p := range f.Problems {
		tell(w, 0, printable(p))
	}
	var all int64
	for _, n := range f.Kinds {
		all += n
	}
	if more := all - int64(len(f.Problems)); more > 0 {
		fmt.Fprintf(w, "… and %d more%s\n", more, others)
	}
	for _, kind := range slices.Sorted(maps.Keys(f.Kinds)) {
		fmt.Fprintf(w, "%8d  %s\n", f.Kinds[kind], kind)
	}
}

// colored reports whether what is written to w is coloured.
func (s *Settings) colored(w io.Writer) bool {
	switch s.Color {
	case "always":
		return true
	case "never":
		return false
	}
	return isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
