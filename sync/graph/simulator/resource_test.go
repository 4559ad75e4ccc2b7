package simulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/statussync/statussync/sync/graph/simulator"
)

func TestPatchForms(t *testing.T) {
	t.Parallel()
	without := strings.Replace(body, `"id":"u1",`, "", 1)
	for _, test := range []struct{ name, path, body, id string }{
		{"collection", list(appA), body, "u1"},
		{"collection with a trailing slash", list(appA) + "/", body, "u1"},
		{"entity", list(appA) + "/u1", without, "u1"},
		{"entity with the same id in the body", list(appA) + "/u1", body, "u1"},
		{"entity with an escaped id", list(appA) + "/a%2Fb%3F%20c", without, "a/b? c"},
		{"entity with dots", list(appA) + "/..", without, ".."},
		{"app in capitals", list(strings.ToUpper(appA)), body, "u1"},
		{"other version", strings.Replace(list(appA), "/beta", "/v1.0", 1), body, "u1"},
		{"no version", strings.Replace(list(appA), "/beta", "", 1), body, "u1"},
		{"longer root", "/graph/test" + list(appA), body, "u1"},
		{"media type with a parameter", list(appA), body, "u1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, simulator.Config{})
			a := patch(t, s, test.path, test.body, "Content-Type", "Application/JSON; charset=utf-8")
			if a.status != http.StatusOK {
				t.Fatalf("%+v", a)
			}
			want := adele
			want.ID = test.id
			if got, ok := s.Value(strings.ToUpper(appA), test.id); !ok || got != want {
				t.Errorf("holds %+v, %v", got, ok)
			}
			var got map[string]any
			if err := json.Unmarshal([]byte(a.body), &got); err != nil {
				t.Fatal(err)
			}
			for name, value := range map[string]any{
				"@odata.type": "#microsoft.graph.userAppInstallStatus", "id": test.id, "userName": "Adele Vance",
				"userPrincipalName": "adele@contoso.example", "installedDeviceCount": 1.0, "failedDeviceCount": 2.0,
				"notInstalledDeviceCount": 3.0,
			} {
				if got[name] != value {
					t.Errorf("%s is %v, want %v", name, got[name], value)
				}
			}
			if n := s.Applied(appA, test.id); n != 1 {
				t.Errorf("applied %d times", n)
			}
		})
	}
}

func TestPatchMerges(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Config{})
	s.Put(appA, adele)
	a := patch(t, s, list(appA),
		`{"id":"u1","userName":null,"failedDeviceCount":-2147483648,"installedDeviceCount":2147483647}`)
	want := adele
	want.UserName, want.NoUserName = "", true
	want.FailedDeviceCount, want.InstalledDeviceCount = -2147483648, 2147483647
	if got, _ := s.Value(appA, "u1"); a.status != http.StatusOK || got != want {
		t.Errorf("%d: %+v", a.status, got)
	}
	if got := s.Statuses(appA); !slices.Equal(got, []simulator.Status{want}) {
		t.Errorf("statuses %+v", got)
	}
	if a := get(t, s, list(appA)+"/u1"); !strings.Contains(a.body, `"userName":null,"userPrincipalName":"adele@`) {
		t.Errorf("%+v", a)
	}
	if got := s.Apps(); !slices.Equal(got, []string{appA}) {
		t.Errorf("apps %v", got)
	}
}

func TestValuesComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Config{})
	for i, text := range []string{"\u2028<&>\"\\", "Zoë \U0001F600 \x7f", "tab\tline\r\n\x00", " "} {
		in, err := json.Marshal(map[string]any{"id": text, "userName": text, "userPrincipalName": text})
		if err != nil {
			t.Fatal(err)
		}
		var out struct{ ID, UserName, UserPrincipalName string }
		a := patch(t, s, list(appA), string(in))
		if err := json.Unmarshal([]byte(a.body), &out); err != nil {
			t.Fatal(err)
		}
		if out.ID != text || out.UserName != text || out.UserPrincipalName != text {
			t.Errorf("%d: %+v", i, out)
		}
	}
}

func TestAnswerShapes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		answer  simulator.Body
		prefer  string
		ignore  bool
		status  int
		has     string
		nothing bool
	}{
		{status: 200, has: `,"@odata.type"`},
		{answer: simulator.BodyValue, status: 200, has: `"value":{"@odata.type"`},
		{answer: simulator.BodyPartial, status: 200, has: `/$entity","id":"u1"}`},
		{answer: simulator.BodyAltered, status: 200, has: `"installedDeviceCount":2,`},
		{answer: simulator.BodyEmpty, status: 200, nothing: true},
		{answer: simulator.BodyNoContent, status: 204, nothing: true},
		{prefer: "return=minimal", status: 204, nothing: true},
		{prefer: "return=minimal", ignore: true, status: 200, has: `"installedDeviceCount":1,`},
		{answer: simulator.BodyEmpty, prefer: "return=representation", status: 200, has: `"installedDeviceCount":1,`},
	} {
		t.Run(fmt.Sprint(test.answer, test.prefer, test.ignore), func(t *testing.T) {
			t.Parallel()
			s := start(t, simulator.Config{Answer: test.answer, IgnorePrefer: test.ignore})
			a := patch(t, s, list(appA), body, "Prefer", test.prefer)
			if a.status != test.status || !strings.Contains(a.body, test.has) || test.nothing != (a.body == "") {
				t.Errorf("%+v", a)
			}
			if got, _ := s.Value(appA, "u1"); got != adele {
				t.Errorf("holds %+v", got)
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Config{})
	ids := make(map[string]bool)
	for _, given := range []string{"abc", "", strings.Repeat("x", 500)} {
		a := patch(t, s, list(appA), body, "Client-Request-Id", given)
		id := a.header.Get("request-id")
		want := given
		if given != "abc" {
			want = id
		}
		if len(id) != 36 || ids[id] || a.header.Get("client-request-id") != want {
			t.Errorf("client's %.10q: %v", given, a.header)
		}
		ids[id] = true
		if a.header.Get("Date") == "" || !json.Valid([]byte(a.header.Get("x-ms-ags-diagnostic"))) {
			t.Errorf("headers %v", a.header)
		}
		if got := a.header.Get("Content-Type"); !strings.HasPrefix(got, "application/json;") {
			t.Errorf("content type %q", got)
		}
	}
	if n := s.Stats().Anonymous; n != 2 {
		t.Errorf("%d requests without an id of their own", n)
	}
}

func TestGetOne(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Config{})
	s.Put(appA, adele)
	if a := get(t, s, list(appA)+"/u1"); a.status != 200 || !strings.Contains(a.body, `"userName":"Adele Vance"`) {
		t.Errorf("%+v", a)
	}
	for _, path := range []string{list(appA) + "/U1", list(appB) + "/u1"} {
		if a := get(t, s, path); a.status != 404 || a.problem(t).Error.Code != "ResourceNotFound" {
			t.Errorf("%+v", a)
		}
	}
}

// A listing is one page as a client sees it.
type listing struct {
	Next  string `json:"@odata.nextLink"`
	Value []struct{ ID string }
}

// walk follows the links of a list and returns the ids with the number of pages.
func walk(t *testing.T, s *simulator.Server, path string) (ids []string, sizes []int) {
	t.Helper()
	for next := s.URL() + path; next != ""; {
		a := do(t, request(t.Context(), http.MethodGet, next, ""))
		var page listing
		if err := json.Unmarshal([]byte(a.body), &page); err != nil || a.status != 200 {
			t.Fatalf("%+v: %v", a, err)
		}
		if page.Value == nil {
			t.Fatalf("no value array: %s", a.body)
		}
		if page.Next != "" {
			u, err := url.Parse(page.Next)
			if err != nil || "http://"+u.Host != s.URL() || u.Query().Get("$skiptoken") == "" {
				t.Fatalf("link %q", page.Next)
			}
		}
		for _, v := range page.Value {
			ids = append(ids, v.ID)
		}
		sizes = append(sizes, len(page.Value))
		next = page.Next
	}
	return ids, sizes
}

func put(s *simulator.Server, app string, ids ...string) {
	statuses := make([]simulator.Status, len(ids))
	for i, id := range ids {
		statuses[i].ID = id
	}
	s.Put(app, statuses...)
}

func TestListPages(t *testing.T) {
	t.Parallel()
	var want []string
	for i := range 7 {
		want = append(want, fmt.Sprint("u", 6-i))
	}
	for _, test := range []struct {
		name  string
		cfg   simulator.Config
		query string
		sizes []int
	}{
		{"one page", simulator.Config{}, "", []int{7}},
		{"page size", simulator.Config{PageSize: 3}, "", []int{3, 3, 1}},
		{"smaller top", simulator.Config{PageSize: 5}, "?$top=4", []int{4, 3}},
		{"larger top", simulator.Config{PageSize: 5}, "?$top=999", []int{5, 2}},
		{"whole pages", simulator.Config{PageSize: 7}, "", []int{7}},
		{"empty pages", simulator.Config{PageSize: 3, EmptyEvery: 2}, "", []int{3, 0, 3, 0, 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, test.cfg)
			put(s, appA, want...)
			ids, sizes := walk(t, s, list(appA)+test.query)
			if !slices.Equal(ids, want) || !slices.Equal(sizes, test.sizes) {
				t.Errorf("ids %v, pages %v", ids, sizes)
			}
		})
	}
}

func TestListOfNothing(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Config{})
	if ids, sizes := walk(t, s, list(appB)+"?$top=1"); len(ids) != 0 || len(sizes) != 1 {
		t.Errorf("ids %v, pages %v", ids, sizes)
	}
	for _, query := range []string{
		"?$top=0", "?$top=-1", "?$top=x", "?$top=", "?$top=1&$top=2", "?$skiptoken=x", "?$skiptoken=cGFnZSAx", "?$filter=id",
	} {
		if a := get(t, s, list(appB)+query); a.status != 400 || a.problem(t).Error.Code != "BadRequest" {
			t.Errorf("%s: %+v", query, a)
		}
	}
}

func TestForget(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Config{Forget: true})
	s.Put(appA, adele)
	if a := patch(t, s, list(appA), body); a.status != 200 || !strings.Contains(a.body, `"installedDeviceCount":1,`) {
		t.Errorf("%+v", a)
	}
	if _, ok := s.Value(appA, "u1"); ok || len(s.Apps()) != 0 || s.Stats().Applied != 1 {
		t.Errorf("remembers: %v, %+v", s.Apps(), s.Stats())
	}
}
