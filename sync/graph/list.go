package graph

import (
	"context"
	"net/http"
	"net/url"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/statussync/statussync/sync/row"
)

const (
	maxPage     = 16 << 20 // bytes of a page of a list
	maxStatuses = 100_000  // statuses on a page
)

// A Page is one part of the statuses of an app.
type Page struct {
	// Statuses are what the service holds: AppID is the app that was asked for, a field that is missing is null. It may
	// be empty though more pages follow.
	Statuses []row.Status
	Next     string // the address of the next page, not to be looked into; "" on the last
}

// List reads one page of the statuses of an app, with one GET: the first where next is "", otherwise the one that the
// page before called Next. A page has at most 16 MiB and 100,000 statuses.
//
// Its errors are those of Patch. HTTP status 404 says that the service does not know the app. An Unconfirmed one with
// status 200 says why the page is of no use: a member of a status is wrong, or the next page would be elsewhere.
func (c *Client) List(ctx context.Context, appID, next string) (Page, row.Answer, error) {
	answer := row.Answer{ClientRequestID: uuid.NewString()}
	x := &exchange{}
	err := c.route.collection(&x.url, appID)
	if err == nil && next != "" {
		err = c.route.follow(&x.url, next)
	}
	if err != nil {
		answer, err = unsendable(answer, err)
		return Page{}, answer, err
	}
	l := &list{route: c.route, statusReader: statusReader{appID: appID}}
	if answer, err = c.send(ctx, x, http.MethodGet, l, answer); err != nil {
		return Page{}, answer, err
	}
	return l.page, answer, nil
}

// AnyApp returns the id of an app that the service has, "" where it has none, with one GET of the collection that the
// path of the configuration has its apps in. Its errors are those of List; HTTP status 404 says that the service root
// has no such collection.
func (c *Client) AnyApp(ctx context.Context) (string, row.Answer, error) {
	x := &exchange{}
	c.route.apps(&x.url)
	x.url.RawQuery = "$top=1"
	l := &list{route: c.route}
	answer, err := c.send(ctx, x, http.MethodGet, l, row.Answer{ClientRequestID: uuid.NewString()})
	if err != nil || len(l.page.Statuses) == 0 {
		return "", answer, err
	}
	return l.page.Statuses[0].ID, answer, nil
}

// A list is the page that a List expects.
type list struct {
	statusReader
	route *route
	page  Page
	found bool // the member "value"
}

func (l *list) room() int { return maxPage }

func (l *list) read(p *page) (string, error) {
	if err := unmarshal(p.text, l); err != nil {
		return "", err
	}
	switch {
	case !l.found:
		return "", errNoObject
	case l.page.Next != "":
		return "", l.route.follow(new(url.URL), l.page.Next)
	}
	return "", nil
}

// UnmarshalJSONFrom reads {"value":[…],"@odata.nextLink":"…"}.
func (l *list) UnmarshalJSONFrom(dec *jsontext.Decoder) error { return readMembers(dec, l.member) }

func (l *list) member(name []byte, dec *jsontext.Decoder) error {
	switch string(name) {
	case "error":
		return errInside
	case "value":
		l.found = true
		return l.statuses(dec)
	case "@odata.nextLink":
		link, err := readText(dec, nil)
		l.page.Next = string(link)
		if err == errNoText {
			return &faultError{"@odata.nextLink is not a string"}
		}
		return err
	}
	return dec.SkipValue()
}

func (l *list) statuses(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '[' {
		return errNoObject
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != ']' {
		if len(l.page.Statuses) == maxStatuses {
			return &faultError{"the page has more than 100,000 statuses"}
		}
		l.number = len(l.page.Statuses) + 1
		if err := l.readStatus(dec); err != nil {
			return err
		}
		l.page.Statuses = append(l.page.Statuses, l.status)
	}
	_, err := dec.ReadToken()
	return err
}
