package input

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/statussync/statussync/sync/row"
)

const (
	notInteger = "is not a whole number in plain digits"
	typeName   = "is the name of a type that PowerShell wrote instead"
	cutOff     = "was cut off by Format-Table"
)

// cells holds the texts of one record by field.
type cells [fieldCount]string

// A fieldSet is a set of field numbers.
type fieldSet uint8

func (s fieldSet) has(f int) bool { return s&(1<<f) != 0 }
func (s *fieldSet) add(f int)     { *s |= 1 << f }

// convert turns texts into the row of a record and appends a Problem for each field that will not do; the decoder fills
// in their places by the field's name. Fields in skip are passed over: the decoder has said what is wrong with them. A
// record with problems has its counts at 0.
func convert(c *cells, skip fieldSet, rec *Record) {
	rec.AppID, rec.ID = c[fieldApp], c[fieldID]
	rec.UserName, rec.UserPrincipalName = c[fieldUserName], c[fieldUPN]
	rec.Installed, rec.Failed, rec.NotInstalled = 0, 0, 0
	for f := fieldApp; f <= fieldUPN; f++ {
		if skip.has(f) {
			continue
		}
		if kind, why := checkText(f, c[f]); kind != "" && !rec.excuses(kind) {
			rec.refuse(f, kind, c[f], why)
		}
	}
	counts := [...]*int32{&rec.Installed, &rec.Failed, &rec.NotInstalled}
	for i, into := range counts {
		f := fieldInstalled + i
		if skip.has(f) {
			continue
		}
		n, kind, why := parseCount(c[f])
		if kind != "" && !rec.excuses(kind) {
			if left, name := leftover(c[f]); left != "" {
				kind, why = left, name
			}
			rec.refuse(f, kind, c[f], why)
		}
		*into = n
	}
	if len(rec.Problems) > 0 {
		rec.Installed, rec.Failed, rec.NotInstalled = 0, 0, 0
	}
}

// excuses reports whether a problem is none of a record: what Graph held goes back as it was.
func (r *Record) excuses(kind string) bool {
	switch kind {
	case "upn-empty", "id-reserved", "cut-off", "placeholder", "count-negative":
		return r.held
	}
	return false
}

// excuseID adds the id to skip when there is none.
func excuseID(c *cells, skip *fieldSet) {
	if strings.TrimSpace(c[fieldID]) == "" {
		c[fieldID] = ""
		skip.add(fieldID)
	}
}

// refuse appends a problem with a field, without its place.
func (r *Record) refuse(field int, kind, value, why string) {
	text := Fields[field] + " " + why
	if value != "" {
		text = fmt.Sprintf("%s %s %s", Fields[field], quote(value), why)
	}
	r.Problems = append(r.Problems, Problem{Field: Fields[field], Kind: kind, Text: text})
}

// whole returns a problem with the whole record.
func (r *Record) whole(kind, text string) Problem {
	return Problem{Line: r.Line, Column: 1, Kind: kind, Text: text}
}

const notUTF8 = "is not valid UTF-8; a file from Windows may need --encoding windows-1252"

// checkText returns why a text will not do for a field, or "".
func checkText(f int, s string) (kind, why string) {
	if !utf8.ValidString(s) {
		return "not-utf8", notUTF8
	}
	switch f {
	case fieldApp:
		if !row.IsGUID(s) {
			return "app-not-guid", "is not a GUID of the form 8-4-4-4-12"
		}
		return "", ""
	case fieldID:
		switch {
		case strings.TrimSpace(s) == "":
			return "id-empty", "is empty"
		case s == "." || s == ".." || s[0] == '$':
			return "id-reserved", "cannot stand as one segment of an address"
		}
	case fieldUPN:
		if strings.TrimSpace(s) == "" {
			return "upn-empty", "is empty"
		}
	}
	return leftover(s)
}

// leftover recognises what PowerShell writes in the place of a value: the name of a type for a list, and an ellipsis
// where Format-Table cut a text off.
func leftover(s string) (kind, why string) {
	n := len(s)
	if n < 3 {
		return "", ""
	}
	switch s[n-1] {
	case '.':
		if strings.HasSuffix(s, "...") {
			return "cut-off", cutOff
		}
	case 0xA6:
		if strings.HasSuffix(s, "…") {
			return "cut-off", cutOff
		}
	}
	switch s[0] {
	case 'S':
		if strings.HasPrefix(s, "System.") && (s[n-1] == ']' || strings.HasPrefix(s, "System.Collections.")) {
			return "placeholder", typeName
		}
	case 'M':
		if strings.HasPrefix(s, "Microsoft.PowerShell.") {
			return "placeholder", typeName
		}
	}
	return "", ""
}

// parseCount reads an Int32: ASCII digits, with blanks around them at most. One that is negative comes with a problem.
func parseCount(s string) (n int32, kind, why string) {
	if len(s) > 0 && (s[0] <= ' ' || s[len(s)-1] <= ' ') {
		s = strings.Trim(s, " \t")
	}
	if s == "" {
		return 0, "count-empty", "is empty"
	}
	digits := strings.TrimPrefix(s, "-")
	total := int64(0)
	for i := range len(digits) {
		c := digits[i] - '0'
		if c > 9 {
			return 0, "count-not-integer", notInteger
		}
		if total <= -math.MinInt32 {
			total = total*10 + int64(c)
		}
	}
	switch {
	case digits == "":
		return 0, "count-not-integer", notInteger
	case len(digits) < len(s) && total > -math.MinInt32:
		return 0, "count-too-small", "is less than -2147483648, the smallest Int32"
	case len(digits) < len(s):
		return int32(-total), "count-negative", "is negative"
	case total > math.MaxInt32:
		return 0, "count-too-large", "is more than 2147483647, the largest Int32"
	}
	return int32(total), "", ""
}
