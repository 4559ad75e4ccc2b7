package graph

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/statussync/statussync/sync/row"
)

// BenchmarkPage reads a page of 1,000 statuses, held against encoding/json.
//
//	go test -run xxx -bench Page ./sync/graph
func BenchmarkPage(b *testing.B) {
	const statuses = 1000
	text := pageText(statuses)
	each := func(b *testing.B, read func() int) {
		b.ReportAllocs()
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if n := read(); n != statuses {
				b.Fatal(n)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/statuses, "ns/status")
	}
	b.Run("encoding-json", func(b *testing.B) {
		each(b, func() int {
			var page struct {
				Next  string `json:"@odata.nextLink"`
				Value []struct {
					ID, UserName, UserPrincipalName                                  string
					InstalledDeviceCount, FailedDeviceCount, NotInstalledDeviceCount int32
				}
			}
			if err := json.Unmarshal(text, &page); err != nil {
				b.Fatal(err)
			}
			return len(page.Value)
		})
	})
	b.Run("list", func(b *testing.B) {
		each(b, func() int {
			l := &list{statusReader: statusReader{appID: appID}}
			if _, err := l.read(&page{text: text}); err != nil {
				b.Fatal(err)
			}
			return len(l.page.Statuses)
		})
	})
}

// BenchmarkList lists pages of 1,000 statuses over loopback.
func BenchmarkList(b *testing.B) {
	text := pageText(1000)
	c := newServer(b, func(w http.ResponseWriter, _ *http.Request) { w.Write(text) })
	b.ReportAllocs()
	for b.Loop() {
		if page, _, err := c.List(b.Context(), appID, ""); err != nil || len(page.Statuses) != 1000 {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/status")
}

func pageText(n int) []byte {
	all := make([]string, n)
	for i := range all {
		id := strconv.Itoa(i)
		object := objectOf(&row.Status{ID: "c76ec0f0-c0f0-c76e-f0c0-6ec7f0c0" + id, UserName: "Ann Ex the " + id,
			UserPrincipalName: "ann." + id + "@contoso.example", Installed: int32(i), NotInstalled: 12})
		all[i] = "{" + object[strings.Index(object, `"@odata.type"`):]
	}
	return []byte(`{"@odata.context":"https://example.com/$metadata#x","value":[` + strings.Join(all, ",") + "]}")
}

// TestPageAllocations: a status costs one allocation, for its texts.
func TestPageAllocations(t *testing.T) {
	const statuses = 1000
	text := pageText(statuses)
	n := testing.AllocsPerRun(10, func() {
		l := &list{statusReader: statusReader{appID: appID}}
		if _, err := l.read(&page{text: text}); err != nil {
			t.Error(err)
		}
	})
	if n > statuses*1.05 {
		t.Errorf("%v allocations for %d statuses", n, statuses)
	}
}
