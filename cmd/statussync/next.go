package main

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/row"
	"github.com/statussync/statussync/sync/run"
)

// A calling is how the user called run: what is suggested next is worded like it. The zero calling is not known.
type calling struct{ flags, files []string }

// once are flags that belong to one input or one moment, so that they are not part of what is suggested.
var once = []string{"expect-rows", "format", "fresh", "limit"}

// givenFlags returns the flags as they could be typed again.
func givenFlags(cmd *cobra.Command) (words []string) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		switch {
		case slices.Contains(once, f.Name):
		case f.Value.Type() == "bool" && f.Value.String() == "true":
			words = append(words, "--"+f.Name)
		default:
			words = append(words, "--"+f.Name+"="+f.Value.String())
		}
	})
	return words
}

// command words a call of run with other files.
func (c calling) command(files ...string) string {
	words := slices.Concat([]string{"statussync", "run"}, c.flags, files)
	for i, w := range words {
		words[i] = shellQuote(w)
	}
	return strings.Join(words, " ")
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// shellQuote returns the word as a POSIX shell reads it.
func shellQuote(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// next suggests what to type after a run.
func next(s *Settings, c calling, end run.Summary) (steps []reports.Step) {
	r := end.Run
	files := func(stem string) (paths []string) {
		for _, name := range r.Files {
			if strings.HasPrefix(name, stem) {
				paths = append(paths, filepath.Join(s.Runs, "latest", name))
			}
		}
		return paths
	}
	if end.Pending {
		steps = append(steps, reports.Step{Why: "Write the files with a line per row", Command: "statussync report " + r.ID})
	}
	if r.Retryable > 0 && r.State == "open" && len(c.files) > 0 {
		steps = append(steps, reports.Step{Why: "Send the rows that are left", Command: c.command(c.files...)})
	} else if failed := files("failed"); len(failed) > 0 && r.State == "finished" {
		why := "Mend what was refused, then send these rows again"
		steps = append(steps, reports.Step{Why: why, Command: c.command(failed...)})
	}
	if invalid := files("invalid"); len(invalid) > 0 && r.State != "refused" {
		steps = append(steps, reports.Step{Why: "Mend the invalid rows, then send them", Command: c.command(invalid...)})
	}
	if r.State == "refused" && r.Counts[row.Invalid] < r.Rows && len(c.files) > 0 {
		skip := calling{flags: append(slices.Clone(c.flags), "--on-invalid=skip")}
		steps = append(steps, reports.Step{Why: "Mend the rows, or send the others alone", Command: skip.command(c.files...)})
	}
	return steps
}
