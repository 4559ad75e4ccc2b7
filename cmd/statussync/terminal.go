package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"golang.org/x/term"

	"github.com/statussync/statussync/sync/run"
)

// width returns the columns of the terminal behind w, 80 where there is none.
func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
			return columns
		}
	}
	return 80
}

// showFindings prints what is wrong with the input: the first problems with their places, then where the others are,
// and how many of each kind.
func showFindings(w io.Writer, f *run.Findings, quiet bool, others string) {
	if !quiet {
		for _, warning := range f.Warnings {
			fmt.Fprintf(w, "warning: %s\n", printable(warning))
		}
	}
	if len(f.Problems) == 0 {
		return
	}
	for _, p := range f.Problems {
		fmt.Fprintln(w, printable(p))
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
