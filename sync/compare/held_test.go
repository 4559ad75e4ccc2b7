package compare

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/row"
)

const (
	appA = "0f1e2d3c-0000-4000-8000-00000000000a"
	appB = "0f1e2d3c-0000-4000-8000-00000000000b"
	guid = "c76ec0f0-c0f0-4c76-80c0-6ec7f0c06ec7"
)

func newSpool(t testing.TB) *os.File {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(t.TempDir(), "spool"), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// colliding makes all keys ask the same question, and all users.
func colliding(h *Held) { h.hash = func(_, _ string) uint64 { return 7 } }

// sealed returns what holds these statuses.
func sealed(t testing.TB, change func(*Held), statuses ...row.Status) *Held {
	t.Helper()
	h := New(newSpool(t))
	if change != nil {
		change(h)
	}
	for len(statuses) > 0 { // pages of two
		n := min(2, len(statuses))
		if err := h.Add(statuses[:n]); err != nil {
			t.Fatal(err)
		}
		statuses = statuses[n:]
	}
	if err := h.Seal(); err != nil {
		t.Fatal(err)
	}
	return h
}

func status(app, id, upn string) row.Status {
	return row.Status{AppID: app, ID: id, UserName: "Näme of " + id, UserPrincipalName: upn, Installed: 2147483647,
		Failed: -1, NotInstalled: int32(len(id))}
}

func TestFind(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ü", 1<<16)
	a, b := status(appA, "a", "ann@contoso.example"), status(appB, "a", "ann@contoso.example")
	g, l := status(appA, guid, "g"), status(appA, long, long)
	for name, change := range map[string]func(*Held){"hashes": nil, "colliding": colliding} {
		h := sealed(t, change, l, g, a, b)
		if h.Len() != 4 {
			t.Errorf("%s: %d statuses", name, h.Len())
		}
		for _, test := range []struct {
			name, app, id string
			want          row.Status
		}{
			{"as listed", appA, "a", a},
			{"another app", appB, "a", b},
			{"case of the app", strings.ToUpper(appB), "a", b},
			{"a GUID", appA, guid, g},
			{"case of a GUID", strings.ToUpper(appA), strings.ToUpper(guid), g},
			{"a GUID in another app", appB, guid, row.Status{}},
			{"case of an id", appA, "A", row.Status{}},
			{"no id", appA, "", row.Status{}},
			{"an app that is not there", guid, "a", row.Status{}},
			{"long", appA, long, l},
			{"long, one letter less", appA, long[2:], row.Status{}},
		} {
			got, found, err := h.Find(test.app, test.id)
			if diff := cmp.Diff(test.want, got); diff != "" || found != (test.want != row.Status{}) || err != nil {
				t.Errorf("%s, %s: found %v, %v\n%s", name, test.name, found, err, diff)
			}
		}
	}
}

// TestFindOfTwoGUIDs: when a service tells two ids apart that differ in case alone, so does Find.
func TestFindOfTwoGUIDs(t *testing.T) {
	t.Parallel()
	lower, upper := status(appA, guid, "l"), status(appA, strings.ToUpper(guid), "u")
	h := sealed(t, nil, upper, lower, status(appA, strings.ToUpper(guid), "u"))
	for _, want := range []row.Status{lower, upper} {
		if got, _, err := h.Find(appA, want.ID); got != want || err != nil || h.Len() != 2 {
			t.Errorf("found %q, %v among %d", got.UserPrincipalName, err, h.Len())
		}
	}
}

func TestTheLastListedStays(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Held){"hashes": nil, "colliding": colliding} {
		var all []row.Status
		for _, upn := range []string{"first", "second", "third"} {
			for _, id := range []string{"a", "b", "c"} {
				all = append(all, status(appA, id, upn+id))
			}
		}
		all = append(all, status(strings.ToUpper(appA), "b", "last"), status(appB, "b", "other"))
		h := sealed(t, change, all...)
		if h.Len() != 4 {
			t.Errorf("%s: %d statuses", name, h.Len())
		}
		for id, want := range map[string]string{"a": "thirda", "b": "last", "c": "thirdc"} {
			if got, _, err := h.Find(appA, id); got.UserPrincipalName != want || err != nil {
				t.Errorf("%s: %s is %q, %v", name, id, got.UserPrincipalName, err)
			}
		}
		if _, n, err := h.FindUser(appA, "firsta"); n != 0 || err != nil {
			t.Errorf("%s: what was superseded is found %d times, %v", name, n, err)
		}
	}
}

func TestFindUser(t *testing.T) {
	t.Parallel()
	all := []row.Status{
		status(appA, "1", "Ann@Contoso.example"), status(appB, "2", "ann@contoso.example"),
		status(appA, "3", "JÜRGEN@x"), status(appA, "4", "jürgen@x"), status(appA, "5", "Jürgen@X"),
		status(appA, "6", "ſtraße\u212a"), status(appA, "7", ""),
	}
	for name, change := range map[string]func(*Held){"hashes": nil, "colliding": colliding} {
		h := sealed(t, change, all...)
		for _, test := range []struct {
			app, upn, id string
			matches      int
		}{
			{appA, "Ann@Contoso.example", "1", 1},
			{strings.ToUpper(appA), "aNN@cONTOSO.EXAMPLE", "1", 1},
			{appB, "Ann@Contoso.example", "2", 1},
			{appA, "jürgen@x", "", 2},
			{appA, "STRAẞEk", "6", 1},
			{appA, "ann@contoso.exampl", "", 0},
			{guid, "ann@contoso.example", "", 0},
			{appA, "", "7", 1},
			{appB, "", "", 0},
		} {
			s, n, err := h.FindUser(test.app, test.upn)
			if n != test.matches || err != nil || n < 2 && s.ID != test.id {
				t.Errorf("%s, %q: %q, %d matches, %v", name, test.upn, s.ID, n, err)
			}
			if n > 0 && !strings.EqualFold(s.UserPrincipalName, test.upn) {
				t.Errorf("%s, %q: found %q", name, test.upn, s.UserPrincipalName)
			}
		}
	}
}

// TestFolded: what strings.EqualFold takes for the same has the same hash.
func TestFolded(t *testing.T) {
	t.Parallel()
	for r := range rune(unicode.MaxRune + 1) {
		if other := unicode.SimpleFold(r); folded(other) != folded(r) {
			t.Errorf("%q and %q differ", r, other)
		}
	}
}

func TestApps(t *testing.T) {
	t.Parallel()
	h := New(newSpool(t))
	h.App(strings.ToUpper(appA), true)
	h.App(appB, false)
	if !h.AppKnown(appA) || h.AppKnown(appB) || h.AppKnown(guid) {
		t.Errorf("known: %v, %v, %v", h.AppKnown(appA), h.AppKnown(appB), h.AppKnown(guid))
	}
	if err := h.Seal(); err != nil {
		t.Fatal(err)
	}
	if _, found, err := h.Find(appA, "a"); found || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
	if !h.AppKnown(appA) {
		t.Error("an app without statuses is not known")
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	h := New(newSpool(t))
	apps := []string{appA, appB, guid}
	ids := make([]string, 2000)
	for i := range ids {
		ids[i] = strings.Repeat("i", i%700) + string(rune('a'+i))
	}
	var wg sync.WaitGroup
	for _, app := range apps {
		for part := range 4 {
			wg.Go(func() {
				h.App(app, true)
				for i := part * 500; i < part*500+500; i += 100 {
					var page []row.Status
					for _, id := range ids[i : i+100] {
						page = append(page, status(app, id, app+id))
					}
					if err := h.Add(page); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	if err := h.Seal(); err != nil || h.Len() != 6000 {
		t.Fatalf("%d, %v", h.Len(), err)
	}
	for _, app := range apps {
		wg.Go(func() {
			for _, id := range ids {
				if s, _, err := h.Find(app, id); s != status(app, id, app+id) || err != nil {
					t.Errorf("%q: %v", id, err)
				}
				if s, n, err := h.FindUser(app, app+id); s.ID != id || n != 1 || err != nil {
					t.Errorf("%q: %q, %d, %v", id, s.ID, n, err)
				}
			}
		})
	}
	wg.Wait()
}
