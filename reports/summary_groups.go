package reports

import (
	"fmt"
	"strconv"

	"github.com/statussync/statussync/sync/row"
)

// troubles adds what went wrong, the largest group first.
func (s *summary) troubles() {
	groups := s.groups.sorted()
	silent := s.run.silent(s.groups)
	if len(groups) == 0 && silent <= 0 {
		return
	}
	s.blank()
	s.b = append(s.b, "What went wrong:\n"...)
	for _, in := range groups[:min(len(groups), maxShown)] {
		s.group(in)
	}
	if silent > 0 {
		s.wrap(2, fmt.Sprintf("unknown: %s, no answer was recorded before the process ended", counted(silent, "row")))
	}
	if len(groups) > maxShown {
		var rows int64
		for _, in := range groups[maxShown:] {
			rows += in.rows
		}
		s.wrap(2, fmt.Sprintf("%s with %s more, all of them in %s",
			counted(int64(len(groups)-maxShown), "group"), counted(rows, "row"), reportName))
	}
}

// group adds a line that names the group, a line with one sample of it, and what to do.
func (s *summary) group(in *group) {
	text := fmt.Sprintf("%s: %s, %s, %s", in.verdict, title(in), counted(in.rows, "row"), s.run.spot(in.first))
	if in.last != in.first {
		text += " to " + s.run.spot(in.last)
	}
	s.wrap(2, text)
	first := in.samples[0]
	message := first.message
	if message == "" {
		message = first.reason
	}
	if message != "" {
		s.b = append(s.b, "    "+clipped(message, s.width-4)+"\n"...)
	}
	if advice := in.advice(); advice != "" {
		s.wrap(4, "-> "+advice)
	}
}

// title names a group by its status and code.
func title(in *group) string {
	code := named(in.code, 40)
	switch {
	case in.status != 0 && in.code == "":
		return strconv.Itoa(in.status)
	case in.status != 0:
		return strconv.Itoa(in.status) + " " + code
	case in.code == "" && in.verdict == row.Unknown:
		return "no answer"
	case in.code == "":
		return "no code"
	case in.verdict == row.Unknown:
		return "no answer, " + code
	}
	return code
}

// spot names a row as editors do, file:line.
func (r *Run) spot(p place) string {
	doc := r.place(p)
	return named(doc.File, 40) + ":" + strconv.FormatInt(doc.Line, 10)
}
