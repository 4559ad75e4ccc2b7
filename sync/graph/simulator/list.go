package simulator

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// A page is one part of a list.
type page struct {
	statuses []Status
	next     string // the address of the next page; "" on the last
}

// A cursor says where a page begins.
type cursor struct{ page, from int }

// String returns the token that stands in a link. Clients must not look into it.
func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "page %d from %d", c.page, c.from))
}

func parseCursor(token string) (cursor, bool) {
	var c cursor
	plain, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return c, false
	}
	_, err = fmt.Sscanf(string(plain), "page %d from %d", &c.page, &c.from)
	return c, err == nil && c.page > 0 && c.from >= 0 && c.String() == token
}

// list answers with one page. $top is its size, as Graph's own lists take it, and not the size of the whole.
func (s *Server) list(x *exchange, name string) {
	top, at := s.cfg.PageSize, cursor{page: 1}
	for option, values := range x.query {
		good := len(values) == 1
		switch option {
		case "$top":
			n, err := strconv.Atoi(values[0])
			good = good && err == nil && n > 0
			top = min(top, n)
		case "$skiptoken":
			var read bool
			at, read = parseCursor(values[0])
			good = good && read
		default:
			good = false
		}
		if !good {
			x.refuse(*badRequest(fmt.Sprintf("The query option %.80q is not served with this value.", option)))
			return
		}
	}
	next := cursor{page: at.page + 1, from: at.from}
	more := true
	if s.cfg.EmptyEvery == 0 || at.page%s.cfg.EmptyEvery != 0 {
		x.page.statuses, more = s.store.list(name, at.from, top)
		next.from += len(x.page.statuses)
	}
	x.status = http.StatusOK
	if more {
		x.page.next = cmp.Or(s.cfg.LinkRoot, x.host) + x.route.root + collection + url.PathEscape(x.route.app) +
			"/userStatuses?$top=" + strconv.Itoa(top) + "&$skiptoken=" + next.String()
	}
}
