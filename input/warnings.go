package input

import (
	"fmt"
	"strings"
)

// suspects counts user names in which letters were probably lost before we saw them.
type suspects struct {
	count int64
	line  int64 // of the first
}

// see looks at the user name of a record.
func (s *suspects) see(rec *Record) {
	if strings.IndexByte(rec.UserName, '?') < 0 && !strings.Contains(rec.UserName, "\uFFFD") {
		return
	}
	if s.count == 0 {
		s.line = rec.Line
	}
	s.count++
}

// warn returns what to say about them.
func (s *suspects) warn() []Warning {
	if s.count == 0 {
		return nil
	}
	return []Warning{{Line: s.line, Text: fmt.Sprintf("%d user names hold a question mark, this one the first: Windows"+
		" PowerShell's Export-Csv writes it for letters outside ASCII unless it is told -Encoding UTF8", s.count)}}
}
