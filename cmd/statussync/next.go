package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/row"
	"github.com/statussync/statussync/sync/run"
)

// A calling is how the user called run, or report, which has no files: what is suggested next is worded like it.
type calling struct{ flags, files []string }

// Flags that are not part of what is suggested.
var (
	onlyNow  = []string{"fresh", "limit"}                               // they belong to one moment
	onlyHere = []string{"expect-rows", "format", "run", "max-plan-age"} // they belong to these rows, and not to others
)

// givenFlags returns the flags as they could be typed again.
func givenFlags(cmd *cobra.Command) (words []string) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		switch {
		case slices.Contains(onlyNow, f.Name):
		case f.Value.Type() == "bool" && f.Value.String() == "true":
			words = append(words, "--"+f.Name)
		default:
			words = append(words, "--"+f.Name+"="+f.Value.String())
		}
	})
	return words
}

// without leaves flags out.
func (c calling) without(names ...string) calling {
	return c.where(func(name string) bool { return !slices.Contains(names, name) })
}

// where keeps the flags whose names fit.
func (c calling) where(fits func(name string) bool) calling {
	var kept []string
	for _, word := range c.flags {
		if name, _, _ := strings.Cut(strings.TrimPrefix(word, "--"), "="); fits(name) {
			kept = append(kept, word)
		}
	}
	return calling{kept, c.files}
}

// among keeps the flags that belong to the groups.
func (c calling) among(groups ...group) calling {
	return c.where(func(name string) bool {
		return slices.ContainsFunc(table, func(st setting) bool {
			return st.flag == name && slices.Contains(groups, st.group)
		})
	})
}

// command words a call with these flags and other arguments, in several lines where it is long.
func (c calling) command(name string, args ...string) string {
	words := append([]string{"statussync", name}, c.flags...)
	if slices.ContainsFunc(args, func(a string) bool { return len(a) > 1 && a[0] == '-' }) {
		words = append(words, "--")
	}
	words = append(words, args...)
	line, column := "", 0
	for _, w := range words {
		w = shellQuote(w)
		switch n := utf8.RuneCountInString(w); {
		case column == 0:
			column = n
		case column+1+n > commandWidth:
			line += " \\\n  "
			column = 2 + n
		default:
			line += " "
			column += 1 + n
		}
		line += w
	}
	return line
}

// commandWidth is how wide a line of a command gets, so that it may be indented by four in a mail.
const commandWidth = mailWidth - len("    ") - len(` \`)

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// shellQuote returns the word as a POSIX shell reads it; a word that does not print, as bash, zsh and ksh do.
func shellQuote(word string) string {
	switch {
	case plainWord.MatchString(word):
		return word
	case !strings.ContainsFunc(word, unprintable):
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for rest := word; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case unprintable(r):
			for _, c := range []byte(rest[:size]) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		case r == '\'' || r == '\\':
			b.WriteString(`\` + rest[:size])
		default:
			b.WriteString(rest[:size])
		}
		rest = rest[size:]
	}
	return b.String() + "'"
}

// next suggests what to type after a run.
func next(s *Settings, c calling, end run.Summary) (steps []reports.Step) {
	r := end.Run
	suggest := func(why, command string) { steps = append(steps, reports.Step{Why: why, Command: command}) }
	if r.ExitStatus == run.ExitStopped {
		c = c.without("max-errors")
	}
	others := c.without(onlyHere...)
	if len(c.files) == 0 { // a report has no flags of the run: what was rehearsed must not be sent to a tenant
		others.flags = append(others.flags, sameTarget(s, r)...)
	}
	if end.Pending {
		places := c.where(func(name string) bool { return name == "runs" || name == "config" })
		suggest("Write the files with a line per row", places.command("report", r.ID))
	}
	if (r.Retryable > 0 || r.Verified.Unread > 0) && r.State == "open" && (len(c.files) > 0 || s.SavedRun != "") {
		why := "Send the rows that are left"
		if r.Retryable == 0 {
			why = "Read back the rows that are left"
		}
		if r.ExitStatus == run.ExitSignIn || r.ExitStatus == run.ExitStopped {
			why = "When that is mended, " + strings.ToLower(why[:1]) + why[1:]
		}
		suggest(why, c.command("run", c.files...))
	} else if failed := paths(s, c, r, "failed"); len(failed) > 0 && r.State == "finished" {
		suggest("Mend what was refused, then send these rows again", others.command("run", failed...))
	}
	if r.Counts[row.Mismatched] > 0 && r.State == "finished" && len(c.files) > 0 && r.Target != simulated {
		again := c.without("compare", "skip-unchanged")
		again.flags = append(again.flags, "--compare=remote")
		look := again.among(common, reading, deciding, sparing, target, signing, asking)
		suggest("See which rows Graph does not hold as they were sent", look.command("plan", c.files...))
		suggest("Send only these", again.command("run", c.files...))
	}
	switch invalid := paths(s, c, r, "invalid"); {
	case len(invalid) == 0:
	case r.State != "refused":
		suggest("Mend the invalid rows, then send them", others.command("run", invalid...))
	case r.Counts[row.Invalid] == r.Rows:
		why := "Mend the rows in " + strings.Join(invalid, " and ") + ", or in the input, then give the command again"
		suggest(why, others.command("run", invalid...))
	case len(c.files) > 0:
		skip := c.without("on-invalid")
		skip.flags = append(skip.flags, "--on-invalid=skip")
		suggest("Mend the rows, or send the others alone", skip.command("run", c.files...))
	}
	return steps
}

// sameTarget returns the flags with which the settings s send to where the run did.
func sameTarget(s *Settings, r *reports.Run) []string {
	var was struct {
		Effective map[string]string `json:"effective"`
	}
	if r.Target == simulated {
		return []string{"--simulate"}
	}
	if err := json.Unmarshal(r.Settings, &was); err != nil { // none, or of another version
		return nil
	}
	if root := was.Effective["graph.base_url"]; root != "" && root != s.BaseURL {
		return []string{"--base-url=" + root}
	}
	return nil
}

// paths returns the files of the run whose names begin with stem. Right after a run, that is the latest.
func paths(s *Settings, c calling, r *reports.Run, stem string) (paths []string) {
	folder := r.ID
	if len(c.files) > 0 || s.SavedRun != "" {
		folder = "latest"
	}
	for _, name := range r.Files {
		if strings.HasPrefix(name, stem) {
			paths = append(paths, filepath.Join(s.Runs, folder, name))
		}
	}
	return paths
}
