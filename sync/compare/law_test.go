package compare

import (
	"hash/maphash"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/statussync/statussync/sync/row"
)

// TestHeldIsAMap holds a Held, whose hashes collide often, against a map.
func TestHeldIsAMap(t *testing.T) {
	t.Parallel()
	file, seed := newSpool(t), maphash.MakeSeed()
	for n := range uint64(1000) {
		chance := rand.New(rand.NewPCG(1, n))
		file.Truncate(0)
		file.Seek(0, 0)
		h := New(file)
		h.hash = func(a, b string) uint64 { return maphash.Comparable(seed, [2]string{a, b}) % 3 }
		want := map[[2]string]row.Status{}
		for range chance.IntN(5) {
			page := make([]row.Status, chance.IntN(6))
			for i := range page {
				page[i] = anyStatus(chance)
				want[[2]string{strings.ToLower(page[i].AppID), page[i].ID}] = page[i]
			}
			if err := h.Add(page); err != nil {
				t.Fatal(err)
			}
		}
		if err := h.Seal(); err != nil || h.Len() != int64(len(want)) {
			t.Fatalf("%d: %d statuses, want %d, %v", n, h.Len(), len(want), err)
		}
		for range 5 {
			checkAgainst(t, h, want, anyStatus(chance))
		}
		if t.Failed() {
			t.Fatal(n)
		}
	}
}

func anyStatus(chance *rand.Rand) row.Status {
	text := func() string {
		return []string{"", "a", "A", "k", "K", "\u212a", "ak", "aK"}[chance.IntN(8)]
	}
	return row.Status{
		AppID: []string{appA, strings.ToUpper(appA), appB}[chance.IntN(3)], ID: text(), UserPrincipalName: text(),
		UserName: strings.Repeat("n", 600*chance.IntN(2)), Failed: chance.Int32(),
	}
}

func checkAgainst(t *testing.T, h *Held, want map[[2]string]row.Status, ask row.Status) {
	s, found, err := h.Find(ask.AppID, ask.ID)
	if w, ok := want[[2]string{strings.ToLower(ask.AppID), ask.ID}]; s != w || found != ok || err != nil {
		t.Errorf("%q: found %v: %+v, want %+v, %v", ask.ID, found, s, w, err)
	}
	users := 0
	for key, w := range want {
		if key[0] == strings.ToLower(ask.AppID) && strings.EqualFold(w.UserPrincipalName, ask.UserPrincipalName) {
			users++
		}
	}
	if _, n, err := h.FindUser(ask.AppID, ask.UserPrincipalName); n != min(users, 2) || err != nil {
		t.Errorf("%q: %d users, want %d, %v", ask.UserPrincipalName, n, users, err)
	}
}
