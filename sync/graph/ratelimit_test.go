package graph

import (
	"net/http"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/graph/simulator"
	"github.com/statussync/statussync/sync/row"
)

func TestQuotaOf(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		limit, remaining, reset string
		want                    row.Quota
	}{
		{"100", "20", "7", row.Quota{Limit: 100, Remaining: 20, Reset: 7 * time.Second}},
		{"100", "0", "0.5", row.Quota{Limit: 100, Reset: 500 * time.Millisecond}},
		{"", "20", "7", row.Quota{}}, {"100", "", "7", row.Quota{}}, {"100", "20", "", row.Quota{}},
		{"0", "0", "7", row.Quota{}}, {"100", "101", "7", row.Quota{}}, {"100", "-1", "7", row.Quota{}},
		{"100", "20", "-1", row.Quota{}}, {"100", "20", "NaN", row.Quota{}}, {"100", "20", "1e300", row.Quota{}},
		{"100;w=20", "20", "7", row.Quota{}},
	} {
		h := http.Header{}
		for name, value := range map[string]string{
			"RateLimit-Limit": test.limit, "RateLimit-Remaining": test.remaining, "RateLimit-Reset": test.reset,
		} {
			if value != "" {
				h.Set(name, value)
			}
		}
		if got := quotaOf(h); got != test.want {
			t.Errorf("%v: %+v, want %+v", h, got, test.want)
		}
	}
}

// TestQuotaIsTold has a service that tells of its quota, on a yes as on a 429.
func TestQuotaIsTold(t *testing.T) {
	t.Parallel()
	sim := simulator.New(simulator.Config{RateLimit: 1, Quota: simulator.Quota{ClientWrites: 2}})
	c := newServer(t, sim.ServeHTTP)
	for i, want := range []int{1, 0, 0} {
		a, _ := c.Patch(t.Context(), &row.Status{AppID: appID, ID: "a", UserPrincipalName: "a@b.c"})
		if a.Quota.Limit != 2 || a.Quota.Remaining != want || a.Quota.Reset <= 0 {
			t.Errorf("answer %d: %d, %+v", i, a.HTTPStatus, a.Quota)
		}
	}
}
