package reports

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"unicode/utf8"
)

// TerminationLimit is how many bytes of a container's last message Kubernetes keeps.
const TerminationLimit = 4096

// Termination words the run for whoever asks Kubernetes how a pod has ended: what happened, what to do next, the rows
// by verdict, and what went wrong with advice, the largest group first. It is whole lines of valid UTF-8, at most limit
// bytes of them; what does not fit is left out from the end. Rows are counted, never shown: more people read the state
// of a pod than may read a report.
func Termination(run *Run, g *Groups, next []Step, limit int) []byte {
	s := summary{run: run, groups: g, view: View{Next: next}, width: 100}
	s.wrap(0, Sentence(run))
	if run.Stopped != "" {
		s.wrap(0, visible(run.Stopped))
	}
	s.next()
	s.verdicts()
	groups := g.sorted()
	if len(groups) > 0 {
		s.blank()
	}
	for _, in := range groups {
		s.wrap(0, fmt.Sprintf("%s: %s, %s", in.verdict, title(in), counted(in.rows, "row")))
		if advice := Advice(in.status, in.code, in.verdict); advice != "" {
			s.wrap(2, advice)
		}
	}
	return cutLines(s.b, limit)
}

// cutLines returns what fits into limit bytes, up to the end of a line, or of a character if the first line is longer.
func cutLines(text []byte, limit int) []byte {
	if len(text) <= limit {
		return text
	}
	text = text[:max(limit, 0)]
	if end := bytes.LastIndexByte(text, '\n'); end >= 0 {
		return text[:end+1]
	}
	for len(text) > 0 && !utf8.Valid(text) {
		text = text[:len(text)-1]
	}
	return text
}

// WriteTermination replaces the content of a file such as /dev/termination-log, at most TerminationLimit bytes. It must
// be there already, since only Kubernetes makes it: a file is never created, nor a symbolic link followed. Errors are
// of type *Error.
func WriteTermination(path string, message []byte) error {
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() && info.Mode()&fs.ModeCharDevice == 0 {
		err = fmt.Errorf("it is neither a file nor a device")
	}
	if err != nil {
		return &Error{Op: "write", Name: path, Err: err}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return &Error{Op: "open", Name: path, Err: err}
	}
	_, err = f.Write(cutLines(bytes.ToValidUTF8(message, []byte("?")), TerminationLimit))
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return &Error{Op: "write", Name: path, Err: err}
	}
	return nil
}
