package reports

import (
	"fmt"
	"strings"
	"time"
)

// Verified tells what reading rows back after the run has found; the zero Verified is that none were.
type Verified struct {
	At        time.Time
	Equal     int64 // rows that the service holds as they were sent
	Resolved  int64 // rows among them of which it was not known before
	Different int64 // rows that the service holds otherwise
	Missing   int64 // rows that the service does not hold
	Unread    int64 // rows that could not be read
	Requests  int64 // that this took; they are among Run.Reads
}

func (v Verified) rows() int64 { return v.Equal + v.Different + v.Missing }

type verifiedDoc struct {
	At        string `json:"at"`
	Rows      int64  `json:"rows"` // read back
	Equal     int64  `json:"equal"`
	Resolved  int64  `json:"resolved"`
	Different int64  `json:"different"`
	Missing   int64  `json:"missing"`
	Unread    int64  `json:"unread"`
	Requests  int64  `json:"requests"`
}

func verification(v Verified) *verifiedDoc {
	if v.At.IsZero() {
		return nil
	}
	return &verifiedDoc{stamp(v.At), v.rows(), v.Equal, v.Resolved, v.Different, v.Missing, v.Unread, v.Requests}
}

// verified adds what reading back has found.
func (s *summary) verified() {
	v := s.run.Verified
	if v.At.IsZero() {
		return
	}
	if s.run.requests()+s.run.reads() == 0 {
		s.blank()
	}
	s.wrap(0, v.sentence())
}

func (v Verified) sentence() string {
	var parts []string
	add := func(n int64, words string) {
		if n > 0 {
			parts = append(parts, grouped(n)+" "+words)
		}
	}
	add(v.Equal, "as sent")
	add(v.Different, "otherwise")
	add(v.Missing, "not there")
	text := fmt.Sprintf("Read %s back with %s", counted(v.rows(), "row"), counted(v.Requests, "request"))
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	if v.Unread > 0 {
		text += fmt.Sprintf("; %s could not be read", counted(v.Unread, "row"))
	}
	if v.Resolved > 0 {
		text += fmt.Sprintf("; %s unknown before", was(v.Resolved))
	}
	return text + "."
}
