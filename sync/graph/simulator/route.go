package simulator

import (
	"net/url"
	"strings"
)

// collection is the path between the service root and the app.
const collection = "/deviceAppManagement/mobileApps/"

// A route is what a path means.
type route struct {
	known  bool   // the path leads to a list of statuses or to one status
	apps   bool   // the path leads to the apps
	root   string // what stands before the collection, such as /beta
	app    string // as given
	id     string // of one status; "" for a list
	single bool
}

// parseRoute splits a path. As in OData, a trailing slash after a list changes nothing: so an empty id names the list.
func parseRoute(u *url.URL) route {
	path := u.EscapedPath()
	if u.RawPath == "" {
		path = u.Path // nothing was escaped that matters to the split
	}
	before, after, found := strings.Cut(path, collection)
	if !found {
		root, apps := strings.CutSuffix(path, strings.TrimSuffix(collection, "/"))
		return route{apps: apps, root: root}
	}
	app, after, _ := strings.Cut(after, "/")
	name, id, _ := strings.Cut(after, "/")
	known := name == "userStatuses" && !strings.Contains(id, "/")
	r := route{known: known, root: before, app: app, id: id, single: id != ""}
	if u.RawPath == "" {
		return r
	}
	for _, part := range []*string{&r.root, &r.app, &r.id} {
		*part, _ = url.PathUnescape(*part) // does not fail: EscapedPath is well-formed
	}
	return r
}

// isGUID reports whether s is written as 8-4-4-4-12 hexadecimal digits.
func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i] | 0x20
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default:
			if (c < 'a' || c > 'f') && (s[i] < '0' || s[i] > '9') {
				return false
			}
		}
	}
	return true
}
