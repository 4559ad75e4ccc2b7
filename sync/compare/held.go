// Package compare tells rows from what the service holds.
//
// Start with [New]. [Held.App] notes an app, [Held.Add] takes in the statuses of its list page by page, [Held.Seal]
// ends that. From then on [Held.Find] and [Held.FindUser] look statuses up, and [Differences] says what sending a row
// would change. [AppendJSON] writes a status as a line that the program reads as a row.
//
// A status takes 24 bytes of memory. They hold hashes and no values: those lie in a file, the spool. A hash asks, and
// the spool answers, so that no status is ever taken for another.
package compare

import (
	"hash/maphash"
	"os"
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode"

	"github.com/statussync/statussync/sync/row"
)

// A Held is what the service holds of the apps that were listed, at most 2^32 statuses.
type Held struct {
	hash func(a, b string) uint64

	mu    sync.Mutex // guards all below, and until Seal has returned the fields of both
	apps  map[string]bool
	spool spool
	index index
}

// New returns a Held without statuses. The spool is the caller's: an empty file, open for reading and writing, to be
// closed and removed when the Held is done with.
func New(file *os.File) *Held {
	seed := maphash.MakeSeed()
	return &Held{
		hash:  func(a, b string) uint64 { return maphash.Comparable(seed, [2]string{a, b}) },
		apps:  map[string]bool{},
		spool: spool{file: file},
	}
}

// App notes whether the service knows an app. It is safe for concurrent use.
func (h *Held) App(appID string, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.apps[strings.ToLower(appID)] = known
}

// AppKnown reports whether App has noted that the service knows an app.
func (h *Held) AppKnown(appID string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.apps[strings.ToLower(appID)]
}

// Add takes statuses in. It is safe for concurrent use. After an error, a *SpoolError, the Held is of no use.
func (h *Held) Add(statuses []row.Status) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range statuses {
		s := &statuses[i]
		h.index.add(entry{hash: h.key(s.AppID, s.ID), at: h.spool.put(s)}, h.user(s.AppID, s.UserPrincipalName))
	}
	return h.spool.flush()
}

// Seal ends the adding. Of statuses with the same app and id, the one that was added last stays. From here on Find and
// FindUser may be called, several at the same time. After an error, a *SpoolError, the Held is of no use.
func (h *Held) Seal() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.spool.buf = nil
	x := &h.index
	sort.Sort(byKey{x})
	kept := 0
	for first, next := range x.runs() {
		stay := []int{first}
		if next-first > 1 {
			var err error
			if stay, err = h.latest(first, next); err != nil {
				return err
			}
		}
		for _, i := range stay {
			x.move(i, kept)
			kept++
		}
	}
	x.cut(kept)
	x.sortUsers()
	return nil
}

// latest returns in order those of the entries from first to next, all of one hash, that no later one supersedes.
func (h *Held) latest(first, next int) (stay []int, err error) {
	var seen []row.Status
	for i := next - 1; i >= first; i-- {
		s, err := h.spool.get(h.index.key(i).at)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(seen, func(t row.Status) bool { return sameApp(s.AppID, t.AppID) && s.ID == t.ID }) {
			stay, seen = append(stay, i), append(seen, s)
		}
	}
	slices.Reverse(stay)
	return stay, nil
}

// Len returns the number of statuses. Before Seal, one that was added twice counts twice.
func (h *Held) Len() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return int64(h.index.n)
}

// Find returns the status of an app with an id. Apps are the same without regard to case, ids that are GUIDs too. The
// error is a *SpoolError.
func (h *Held) Find(appID, id string) (s row.Status, found bool, err error) {
	for at := range h.index.withKey(h.key(appID, id)) {
		switch other, err := h.spool.get(at); {
		case err != nil:
			return row.Status{}, false, err
		case !sameApp(other.AppID, appID):
		case other.ID == id:
			return other, true, nil
		case sameID(other.ID, id): // unless one follows that is the same to the letter
			s, found = other, true
		}
	}
	return s, found, nil
}

// FindUser returns a status of an app with a userPrincipalName, without regard to the case of either, and how many
// there are: 0, 1, or 2 for several. The error is a *SpoolError.
func (h *Held) FindUser(appID, upn string) (s row.Status, matches int, err error) {
	for at := range h.index.withUser(h.user(appID, upn)) {
		other, err := h.spool.get(at)
		switch {
		case err != nil:
			return row.Status{}, 0, err
		case !sameApp(other.AppID, appID) || !strings.EqualFold(other.UserPrincipalName, upn):
		case matches == 1:
			return s, 2, nil
		default:
			s, matches = other, 1
		}
	}
	return s, matches, nil
}

func (h *Held) key(appID, id string) uint64 {
	if row.IsGUID(id) {
		id = strings.ToLower(id)
	}
	return h.hash(strings.ToLower(appID), id)
}

func (h *Held) user(appID, upn string) uint32 {
	return uint32(h.hash(strings.ToLower(appID), strings.Map(folded, upn)))
}

// folded returns one rune for all those that strings.EqualFold takes for the same.
func folded(r rune) rune {
	least := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		least = min(least, other)
	}
	return unicode.ToLower(least) // what is in lower case already is then not written anew
}

func sameID(a, b string) bool { return a == b || row.IsGUID(a) && strings.EqualFold(a, b) }

func sameApp(a, b string) bool { return strings.EqualFold(a, b) }
