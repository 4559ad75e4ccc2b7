package reports

import (
	"cmp"
	"strings"

	"github.com/statussync/statussync/sync/row"
)

const (
	maxAttention = 2000 // rows that a page shows
	maxValue     = 400  // bytes that are kept of each of their values
)

// Attention holds rows that went wrong, for people to look through.
type Attention struct {
	Rows []Trouble // the first 2,000 in row order
	All  int64     // how many there are
}

// A Trouble is one row that went wrong. Its texts are cut to 400 bytes.
type Trouble struct {
	Row        int64
	Input      int
	Line       int64
	Verdict    row.Verdict
	HTTPStatus int
	Code       string
	AppID, ID  string
	User       string // the user principal name, or else the user name
	Text       string // what the service said, or else the reason
}

func (a *Attention) add(e *Entry) {
	o := &e.Outcome
	if !trouble(o.Verdict) {
		return
	}
	if a.All++; a.All > maxAttention {
		return
	}
	a.Rows = append(a.Rows, Trouble{
		Row: e.Number, Input: e.Input, Line: e.Line, Verdict: o.Verdict, HTTPStatus: o.HTTPStatus, Code: kept(o.Code),
		AppID: kept(e.AppID), ID: kept(e.ID), User: kept(cmp.Or(e.UserPrincipalName, e.UserName)),
		Text: kept(cmp.Or(o.Message, reason(o))),
	})
}

// kept returns a copy of the beginning of s that holds nothing else in memory.
func kept(s string) string { return strings.Clone(bounded(s, maxValue)) }
