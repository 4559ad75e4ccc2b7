package reports

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/statussync/statussync/sync/row"
)

const (
	maxApps     = 200  // apps that a Run names
	countedApps = 4096 // apps whose rows are counted while they pass by
)

// An App tells what became of the rows of one app.
type App struct {
	ID     string // the mobileAppId in lower case; "" stands for rows whose app is not a GUID
	Counts Counts
}

// Apps tells what became of the rows app by app.
type Apps struct {
	Listed []App  // at most 200, those with the most trouble first, then those with the most rows
	Others Counts // the rows of all other apps
	More   int64  // how many other apps there are; 4,096 apps at most are told apart
}

// trouble reports whether a row with the verdict needs somebody's attention for its own sake.
func trouble(v row.Verdict) bool {
	switch v {
	case row.Mismatched, row.Failed, row.Unknown, row.Invalid:
		return true
	}
	return false
}

// An appCounter counts rows by app and verdict.
type appCounter struct {
	apps   map[appKey]*verdictCounts
	others verdictCounts

	app    string // that of the last row; often the next row has the same
	counts *verdictCounts
}

// An appKey is a GUID in lower case; the zero key stands for what is none.
type appKey [36]byte

type verdictCounts [row.Unknown + 1]int64

func (c *appCounter) add(e *Entry) {
	if c.counts == nil || e.AppID != c.app {
		c.app, c.counts = e.AppID, c.find(e.AppID)
	}
	c.counts[e.Outcome.Verdict]++
}

func (c *appCounter) find(app string) *verdictCounts {
	var key appKey
	if row.IsGUID(app) {
		copy(key[:], app)
		for i, b := range key {
			if 'A' <= b && b <= 'F' {
				key[i] = b | 0x20
			}
		}
	}
	counts := c.apps[key]
	switch {
	case counts != nil:
		return counts
	case len(c.apps) == countedApps:
		return &c.others
	case c.apps == nil:
		c.apps = make(map[appKey]*verdictCounts)
	}
	counts = new(verdictCounts)
	c.apps[key] = counts
	return counts
}

// result returns the apps in the order in which people want to read them.
func (c *appCounter) result() Apps {
	type line struct {
		key           appKey
		counts        *verdictCounts
		troubled, all int64
	}
	var lines []line
	for key, counts := range c.apps {
		l := line{key: key, counts: counts}
		for v, n := range counts {
			l.all += n
			if trouble(row.Verdict(v)) {
				l.troubled += n
			}
		}
		lines = append(lines, l)
	}
	slices.SortFunc(lines, func(a, b line) int {
		return cmp.Or(cmp.Compare(b.troubled, a.troubled), cmp.Compare(b.all, a.all), bytes.Compare(a.key[:], b.key[:]))
	})
	apps := Apps{Others: c.others.counts(), More: int64(max(len(lines)-maxApps, 0))}
	for i, l := range lines {
		if i >= maxApps {
			apps.Others.add(l.counts.counts())
			continue
		}
		apps.Listed = append(apps.Listed, App{string(bytes.Trim(l.key[:], "\x00")), l.counts.counts()})
	}
	return apps
}

func (c *verdictCounts) counts() Counts {
	counts := make(Counts)
	for v, n := range c {
		if n > 0 {
			counts[row.Verdict(v)] = n
		}
	}
	return counts
}

func (c Counts) add(other Counts) {
	for v, n := range other {
		c[v] += n
	}
}
