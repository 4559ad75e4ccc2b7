package graph

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/graph/simulator"
	"github.com/statussync/statussync/sync/row"
)

// newSimulator returns a client of a simulator.
func newSimulator(t testing.TB, cfg simulator.Config, change ...func(*Config)) (*Client, *simulator.Server) {
	s := simulator.New(cfg)
	return newServer(t, s.ServeHTTP, change...), s
}

// put puts the numbered statuses of an app, and returns them as List does.
func put(s *simulator.Server, app string, n int) []row.Status {
	all := make([]row.Status, n)
	for i := range all {
		id := fmt.Sprintf("%d/é %%2f", i)
		all[i] = row.Status{AppID: app, ID: id, UserName: `"Zoë" \ ` + id, UserPrincipalName: id + "@contoso.example",
			Installed: int32(i), Failed: -1, NotInstalled: 2147483647}
		s.Put(app, simulator.Status{ID: id, UserName: all[i].UserName, UserPrincipalName: all[i].UserPrincipalName,
			InstalledDeviceCount: int32(i), FailedDeviceCount: -1, NotInstalledDeviceCount: 2147483647})
	}
	return all
}

// listAll reads all pages, and returns how many statuses each has.
func listAll(t testing.TB, c *Client, app string) (all []row.Status, sizes []int) {
	next := ""
	for {
		page, answer, err := c.List(t.Context(), app, next)
		if err != nil || answer.HTTPStatus != 200 || answer.RequestID == "" {
			t.Fatalf("page %d: %+v, %v", len(sizes)+1, answer, err)
		}
		all, sizes = append(all, page.Statuses...), append(sizes, len(page.Statuses))
		if next = page.Next; next == "" {
			return all, sizes
		}
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	for _, path := range []string{DefaultPath, DefaultPath + "/{id}"} {
		c, s := newSimulator(t, simulator.Config{EmptyEvery: 2}, func(cfg *Config) { cfg.Path = path })
		want := put(s, appID, 2500)
		put(s, "0f1e2d3c-0000-4000-8000-00000000000a", 3)
		got, sizes := listAll(t, c, appID)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]int{1000, 0, 1000, 0, 500}, sizes); diff != "" {
			t.Errorf("pages (-want +got):\n%s", diff)
		}
		if got, sizes := listAll(t, c, "0f1e2d3c-0000-4000-8000-00000000000b"); len(got) > 0 || len(sizes) != 1 {
			t.Errorf("an app without statuses has %d on %d pages", len(got), len(sizes))
		}
	}
}

func TestListsAtOnce(t *testing.T) {
	t.Parallel()
	c, s := newSimulator(t, simulator.Config{PageSize: 50, Quota: simulator.Quota{Unlimited: true}})
	var wg sync.WaitGroup
	for i := range 8 {
		app := fmt.Sprintf("0f1e2d3c-0000-4000-8000-00000000000%d", i)
		want := put(s, app, 200+i)
		wg.Go(func() {
			if got, _ := listAll(t, c, app); !cmp.Equal(want, got) {
				t.Errorf("%s: %d statuses differ", app, len(got))
			}
		})
	}
	wg.Wait()
}

func TestListIsRefused(t *testing.T) {
	t.Parallel()
	c, s := newSimulator(t, simulator.Config{UnknownApps: []string{appID}})
	fails := func(name string, want Kind, status int) {
		t.Helper()
		page, answer, err := c.List(t.Context(), appID, "")
		var e *Error
		if !errors.As(err, &e) || e.Kind != want || answer.HTTPStatus != status || e.Answer != answer ||
			page.Statuses != nil || page.Next != "" {
			t.Errorf("%s: %+v, %v", name, page, err)
		}
	}
	fails("unknown app", Refused, 404)
	s.SetRouteRemoved(true)
	fails("route removed", Refused, 400)
	s.SetOutage(true)
	fails("outage", Transient, 503)
	s.SetOutage(false)
	s.SetTokens("another")
	fails("token", Unauthorized, 401)
	if _, _, err := c.List(t.Context(), "..", ""); err == nil {
		t.Error("listed a path of dots")
	}
}
