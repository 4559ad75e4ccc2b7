package compare

import (
	"fmt"
	"runtime"
	"strconv"
	"testing"

	"github.com/statussync/statussync/sync/row"
)

// pageOf fills page with the statuses from n on.
func pageOf(page []row.Status, n int) {
	for i := range page {
		id := strconv.Itoa(n + i)
		page[i] = row.Status{AppID: appA, ID: id, UserPrincipalName: id + "@contoso.example", Installed: 1}
	}
}

// fill adds n statuses in pages of a thousand.
func fill(t testing.TB, h *Held, n int) {
	page := make([]row.Status, 1000)
	for i := 0; i < n; i += len(page) {
		pageOf(page, i)
		if err := h.Add(page); err != nil {
			t.Fatal(err)
		}
	}
}

func heap() (live, allocated uint64) {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc, m.TotalAlloc
}

// TestMemory holds that a status takes 24 bytes, when it is added and ever after: what is sorted is sorted in place.
func TestMemory(t *testing.T) {
	const statuses = 500_000
	h := New(newSpool(t))
	before, _ := heap()
	fill(t, h, statuses)
	added, allocated := heap()
	if err := h.Seal(); err != nil {
		t.Fatal(err)
	}
	sealed, more := heap()
	for name, grown := range map[string]uint64{"before Seal": added - before, "after it": sealed - before} {
		if each := float64(grown) / statuses; each > 24.5 {
			t.Errorf("%s: %.2f bytes a status", name, each)
		}
	}
	if more -= allocated; more > 1<<20 {
		t.Errorf("Seal has allocated %d bytes on its way", more)
	}
	for _, n := range []int{0, 1, statuses / 3, statuses - 1} {
		id := strconv.Itoa(n)
		if s, found, err := h.Find(appA, id); s.ID != id || !found || err != nil {
			t.Errorf("%d: %+v, %v", n, s, err)
		}
		if s, matches, err := h.FindUser(appA, id+"@contoso.example"); s.ID != id || matches != 1 || err != nil {
			t.Errorf("%d: %+v, %d, %v", n, s, matches, err)
		}
	}
}

// BenchmarkHeld takes statuses in and seals: time a status, and the memory that one holds.
//
//	go test -run xxx -bench Held -benchtime 1x ./sync/compare
func BenchmarkHeld(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				h := New(newSpool(b))
				before, _ := heap()
				fill(b, h, n)
				if err := h.Seal(); err != nil {
					b.Fatal(err)
				}
				after, _ := heap()
				b.ReportMetric(float64(after-before)/float64(n), "heap-B/status")
				runtime.KeepAlive(h)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/status")
		})
	}
}

func BenchmarkFind(b *testing.B) {
	const statuses = 1_000_000
	h := New(newSpool(b))
	fill(b, h, statuses)
	if err := h.Seal(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n = (n + 7919) % statuses
		if _, found, err := h.Find(appA, strconv.Itoa(n)); !found || err != nil {
			b.Fatal(n, err)
		}
	}
}
