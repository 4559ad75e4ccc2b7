package graph

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/statussync/statussync/sync/row"
)

const (
	appHole = "{mobileAppId}"
	idHole  = "{id}"
)

// A SettingError says which setting cannot be used. It never quotes what may hold a secret.
type SettingError struct{ Setting, Text, HintText string }

func (e *SettingError) Error() string { return "the " + e.Setting + " " + e.Text }

// Hint says what to do about it, or is empty.
func (e *SettingError) Hint() string { return e.HintText }

// CheckBaseURL reports, as a *SettingError, why s cannot be the service root. It must be an https URL, or an http
// URL of this machine (localhost or a loopback address), without user name, password, query or fragment.
func CheckBaseURL(s string) error {
	_, err := parseBase(s)
	return err
}

func parseBase(s string) (*url.URL, error) {
	refuse := func(text string) (*url.URL, error) {
		return nil, &SettingError{Setting: "base URL", Text: text, HintText: "it looks like " + DefaultBaseURL}
	}
	u, err := url.Parse(s) // its error quotes passwords
	switch {
	case err != nil || u.Opaque != "":
		return refuse("is not a URL")
	case u.Scheme != "https" && u.Scheme != "http":
		return refuse("must begin with https://")
	case u.User != nil:
		return refuse("must not hold a user name or password")
	case strings.ContainsAny(s, "?#"):
		return refuse("must not have a query or fragment")
	case u.Hostname() == "" || !validPort(u):
		return refuse("has no valid host")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return refuse("must begin with https://, since a token would be sent to it; http is for this machine alone")
	}
	for part := range strings.SplitSeq(u.Path, "/") {
		if part == "." || part == ".." {
			return refuse("must not have . or .. in its path")
		}
	}
	u.RawPath = strings.TrimRight(u.EscapedPath(), "/")
	u.Path = strings.TrimRight(u.Path, "/")
	return u, nil
}

func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && n > 0
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// CheckPath reports, as a *SettingError, why template cannot be the path below the service root. It must begin with
// "/", hold {mobileAppId} exactly once and {id} at most once, in this order, each as a whole segment; all else must
// be segments that need no escaping.
func CheckPath(template string) error {
	refuse := func(text string) error {
		return &SettingError{Setting: "path", Text: text, HintText: "it looks like " + DefaultPath}
	}
	rest, ok := strings.CutPrefix(template, "/")
	if !ok {
		return refuse("must begin with /")
	}
	apps, ids := 0, 0
	for part := range strings.SplitSeq(rest, "/") {
		switch {
		case part == appHole:
			apps++
		case part == idHole && apps == 0:
			return refuse("must have {mobileAppId} before {id}")
		case part == idHole:
			ids++
		case part == "", part == ".", part == "..", url.PathEscape(part) != part:
			return refuse("holds " + strconv.Quote(clip(part, 64)) + ", which is no plain segment")
		}
	}
	if apps != 1 {
		return refuse("must hold {mobileAppId} exactly once")
	}
	if ids > 1 {
		return refuse("must not hold {id} twice")
	}
	return nil
}

// A route is the way to a status: the service root and the template, cut at its holes.
type route struct {
	base    url.URL // without a path
	toApp   string  // from the root's path to {mobileAppId}
	escaped string  // toApp as it is sent
	toID    string  // "/userStatuses/" where the template has {id}, "/userStatuses" where not
	hasID   bool
	behind  string // what follows {id}
}

func newRoute(base, template string) (*route, error) {
	u, err := parseBase(base)
	if err != nil {
		return nil, err
	}
	if err := CheckPath(template); err != nil {
		return nil, err
	}
	head, rest, _ := strings.Cut(template, appHole)
	r := &route{base: url.URL{Scheme: u.Scheme, Host: u.Host}, toApp: u.Path + head, escaped: u.RawPath + head}
	r.toID, r.behind, r.hasID = strings.Cut(rest, idHole)
	return r, nil
}

var (
	errApp = errors.New("the app's id is not a GUID")
	errID  = errors.New("the id cannot be a segment of a path")
)

// status writes the address of s to u.
func (r *route) status(u *url.URL, s *row.Status) error {
	if !row.IsGUID(s.AppID) {
		return errApp
	}
	if !r.hasID {
		r.fill(u, s.AppID, r.toID, "", "")
		return nil
	}
	return r.entity(u, s.AppID, s.ID)
}

// entity writes the address of one status to u, also where the template has none for it.
func (r *route) entity(u *url.URL, appID, id string) error {
	switch {
	case !row.IsGUID(appID):
		return errApp
	case id == "" || id == "." || id == ".." || id[0] == '$':
		return errID
	}
	r.fill(u, appID, strings.TrimSuffix(r.toID, "/")+"/", id, r.behind)
	return nil
}

// collection writes the address of the statuses of an app to u.
func (r *route) collection(u *url.URL, appID string) error {
	if !row.IsGUID(appID) {
		return errApp
	}
	r.fill(u, appID, strings.TrimSuffix(r.toID, "/"), "", "")
	return nil
}

// apps writes the address of the collection of apps to u.
func (r *route) apps(u *url.URL) {
	*u = r.base
	u.Path, u.RawPath = strings.TrimSuffix(r.toApp, "/"), strings.TrimSuffix(r.escaped, "/")
}

// follow writes to u the address that the service gave of a next page. It fails where that is on another server; the
// server's own name stands in u whatever the link says.
func (r *route) follow(u *url.URL, link string) error {
	to, err := url.Parse(link) // its error quotes the link
	switch {
	case err != nil || to.Host == "":
		return &faultError{"the link to the next page is not an address"}
	case to.User != nil:
		return &faultError{"the link to the next page holds a user name"}
	case to.Scheme != r.base.Scheme || !strings.EqualFold(to.Hostname(), r.base.Hostname()) || port(to) != port(&r.base):
		return &faultError{"the link to the next page leads to another server, " + to.Scheme + "://" + to.Host}
	}
	*u = url.URL{Scheme: r.base.Scheme, Host: r.base.Host, Path: to.Path, RawPath: to.RawPath, RawQuery: to.RawQuery}
	return nil
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "http":
		return "80"
	}
	return "443"
}

// fill sets both forms of the path: net/url sends RawPath if it is an escaped form of Path.
func (r *route) fill(u *url.URL, app, toID, id, behind string) {
	*u = r.base
	u.Path = r.toApp + app + toID + id + behind
	if escaped := url.PathEscape(id); escaped != id || r.escaped != r.toApp {
		u.RawPath = r.escaped + app + toID + escaped + behind
	}
}
