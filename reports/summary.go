package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/statussync/statussync/sync/row"
)

// View tells Summary what it cannot know from the run.
type View struct {
	Width   int    // columns of the terminal, held within 60 to 200; 0 stands for 80
	Folder  string // where the report lies; "" = nowhere
	Pending bool   // the files with a line per row could not be finished before the end
	Next    []Step // what to type next
	Color   bool   // the verdicts are coloured, as a terminal does it
}

// A Step is a command to type next.
type Step struct {
	Why     string // what it does, such as "Send the 12 rows again"; may be empty
	Command string // a whole command, quoted for a shell where it needs to be; it may have several lines
}

// maxShown is how many groups a terminal gets; report.json has them all.
const maxShown = 8

// Summary words the run for a terminal: what happened, the rows by verdict, what went wrong in groups and what to do
// about each, where the report lies and what to type next. It is plain text of printable characters and line ends,
// handed to w in one call; only a command, a path or another word that is longer than a line goes beyond the width.
func Summary(w io.Writer, run *Run, g *Groups, v View) error {
	s := summary{run: run, groups: g, view: v, width: min(max(v.Width, 60), 200)}
	if v.Width == 0 {
		s.width = 80
	}
	s.wrap(0, Sentence(run))
	if run.Stopped != "" {
		s.wrap(0, visible(run.Stopped))
	}
	s.verdicts()
	s.requests()
	s.verified()
	s.troubles()
	s.files()
	s.next()
	_, err := w.Write(s.b)
	return err
}

type summary struct {
	run    *Run
	groups *Groups
	view   View
	width  int
	b      []byte
}

// wrap adds a paragraph of printable text.
func (s *summary) wrap(indent int, text string) { s.b = Wrap(s.b, s.width, indent, 2, text) }

func (s *summary) blank() { s.b = append(s.b, '\n') }

var verdictWords = map[row.Verdict]string{
	row.Succeeded:  "confirmed by the service",
	row.Unchanged:  "needed no request",
	row.Duplicate:  "another row with the same key stands for it",
	row.Mismatched: "accepted, but did not come back as it was sent",
	row.Failed:     "refused by the service",
	row.Unknown:    "may have been sent, not confirmed",
	row.Unsent:     "not sent",
	row.Invalid:    "refused before sending",
}

// verdictColors are the sequences with which a terminal writes in green, yellow and red.
var verdictColors = map[string]string{
	row.Succeeded.String(): "\x1b[32m", row.Unchanged.String(): "\x1b[32m",
	row.Unknown.String(): "\x1b[33m", row.Unsent.String(): "\x1b[33m",
	row.Failed.String(): "\x1b[31m", row.Mismatched.String(): "\x1b[31m", row.Invalid.String(): "\x1b[31m",
}

const plainAgain = "\x1b[0m"

// verdicts adds the table of the verdicts that have rows, with a last line over all of them.
func (s *summary) verdicts() {
	if s.run.Counts.Sum() == 0 {
		return
	}
	s.blank()
	lines := 0
	for _, v := range row.Verdicts() {
		if n := s.run.Counts[v]; n > 0 {
			s.line(v.String(), n, percent(n, s.run.Rows), words(s.run, s.groups, v))
			lines++
		}
	}
	if lines > 1 && s.run.Counts.Sum() == s.run.Rows {
		s.line("in all", s.run.Rows, "100%", "every row is accounted for")
	}
}

// words says what the verdict means for the rows that have it.
func words(run *Run, g *Groups, v row.Verdict) string {
	if v != row.Failed {
		return verdictWords[v]
	}
	again, missing := g.failed()
	var all []string
	for _, part := range []struct {
		rows         int64
		among, alone string
	}{
		{run.Counts[v] - again - missing, "refused", verdictWords[v]},
		{missing, "not in Graph", "not in Graph, nothing was sent"},
		{again, "not accepted yet", "not accepted yet, a later run may help"},
	} {
		if part.rows == run.Counts[v] {
			return part.alone
		}
		if part.rows > 0 {
			all = append(all, part.among)
		}
	}
	last := len(all) - 1
	return strings.Join(all[:last], ", ") + ", or " + all[last]
}

// line adds one line of the table; the words are left out where they do not fit.
func (s *summary) line(name string, n int64, share, words string) {
	number := grouped(n)
	wide := max(5, len(grouped(s.run.Rows)))
	line := fmt.Sprintf("  %-10s  %*s  %6s", name, wide, number, share)
	if len(line)+2+len(words) <= s.width {
		line += "  " + words
	}
	if color := verdictColors[name]; color != "" && s.view.Color {
		line = "  " + color + name + plainAgain + line[2+len(name):]
	}
	s.b = append(s.b, line...)
	s.blank()
}

func (s *summary) requests() {
	r := s.run
	text, what := r.made()
	if text == "" {
		return
	}
	s.blank()
	s.wrap(0, text+".")
	if t := r.Throttling; t.Pauses > 0 {
		text := fmt.Sprintf("%s paused %s, %s in all", what, counted(t.Pauses, "time"), span(t.Paused))
		if t.Answers > 0 {
			text += fmt.Sprintf("; the service answered 429 to %s", counted(t.Answers, "request"))
		}
		s.wrap(0, text+".")
	}
	if r.Resent > 0 {
		s.wrap(0, fmt.Sprintf("%s sent again, since an earlier session ended without an answer.", was(r.Resent)))
	}
}

// made says how many requests were made, "" for none, and what a pause kept waiting.
func (r *Run) made() (text, waiting string) {
	total, reads := r.requests(), r.reads()
	switch {
	case total == 0 && reads == 0:
		return "", ""
	case total == 0:
		return counted(reads, "read"), "Reading"
	}
	text = counted(total, "request")
	if r.Sending > 0 {
		text += " in " + span(r.Sending) + ", " + decimal(r.perSecond()) + " a second"
	}
	if reads > 0 {
		text += ", and " + counted(reads, "read")
	}
	return text, "Sending"
}

func (s *summary) files() {
	if s.view.Folder == "" {
		return
	}
	s.blank()
	text := "Report: " + named(s.view.Folder, 4096)
	if len(s.run.Files) > 0 {
		text += " (" + strings.Join(s.run.Files, ", ") + ")"
	}
	s.wrap(0, text)
	if s.view.Pending {
		s.wrap(0, "The files with a line per row are not written yet.")
	}
}

func (s *summary) next() {
	if len(s.view.Next) == 0 {
		return
	}
	s.blank()
	s.b = append(s.b, "Next:\n"...)
	for _, step := range s.view.Next {
		if step.Why != "" {
			s.wrap(2, visible(step.Why)+":")
		}
		for line := range strings.SplitSeq(step.Command, "\n") {
			s.b = append(s.b, "    "+visible(line)+"\n"...)
		}
	}
}
