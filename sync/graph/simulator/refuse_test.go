package simulator_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/statussync/statussync/sync/graph/simulator"
)

var strictBodies = []struct {
	name, body string
	status     int
}{
	{"nothing", " ", 400},
	{"array", `[{"id":"u1"}]`, 400},
	{"string", `"u1"`, 400},
	{"null", `null`, 400},
	{"cut off", `{"id":"u1"`, 400},
	{"no comma", `{"id":"u1" "userName":""}`, 400},
	{"two values", `{"id":"u1"}{}`, 400},
	{"text after it", `{"id":"u1"} x`, 400},
	{"blanks after it", "{\"id\":\"u1\"} \r\n", 200},
	{"same name twice", `{"id":"u1","id":"u1"}`, 400},
	{"unknown property", `{"id":"u1","pendingDeviceCount":1}`, 400},
	{"other case", `{"id":"u1","UserName":"a"}`, 400},
	{"escaped name", `{"\u0069d":"u1"}`, 200},
	{"other type", `{"id":"u1","@odata.type":"#microsoft.graph.user"}`, 400},
	{"type null", `{"id":"u1","@odata.type":null}`, 400},
	{"no id", `{"userName":"a"}`, 400},
	{"empty id", `{"id":""}`, 400},
	{"id null", `{"id":null}`, 400},
	{"id a number", `{"id":1}`, 400},
	{"name a number", `{"id":"u1","userName":1}`, 400},
	{"name an object", `{"id":"u1","userName":{"a":[]}}`, 400},
	{"largest", `{"id":"u1","installedDeviceCount":2147483647}`, 200},
	{"too large", `{"id":"u1","installedDeviceCount":2147483648}`, 400},
	{"smallest", `{"id":"u1","installedDeviceCount":-2147483648}`, 200},
	{"too small", `{"id":"u1","installedDeviceCount":-2147483649}`, 400},
	{"fraction", `{"id":"u1","installedDeviceCount":5.0}`, 400},
	{"exponent", `{"id":"u1","installedDeviceCount":1e3}`, 400},
	{"digits as a string", `{"id":"u1","installedDeviceCount":"5"}`, 400},
	{"the stub's placeholder", `{"id":"u1","installedDeviceCount":"Integer"}`, 400},
	{"count null", `{"id":"u1","installedDeviceCount":null}`, 400},
	{"plus", `{"id":"u1","installedDeviceCount":+5}`, 400},
	{"leading zero", `{"id":"u1","installedDeviceCount":05}`, 400},
	{"lone surrogate", `{"id":"u1","userName":"\ud800"}`, 400},
	{"not UTF-8", "{\"id\":\"u1\",\"userName\":\"\xff\"}", 400},
	{"deep", `{"id":` + strings.Repeat("[", 1500), 400},
	{"large", `{"id":"u1","userName":"` + strings.Repeat("a", 2000) + `"}`, 413},
}

func TestStrictBodies(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Config{MaxBody: 2000, Quota: simulator.Quota{Unlimited: true}})
	for _, test := range strictBodies {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := patch(t, s, list(appA), test.body)
			if a.status != test.status {
				t.Fatalf("%+v", a)
			}
			if a.status != 200 && a.problem(t).Error.Code == "" {
				t.Errorf("no code: %s", a.body)
			}
		})
	}
	if a := patch(t, s, list(appA)+"/u2", `{"id":"u1"}`); a.status != 400 {
		t.Errorf("two ids: %+v", a)
	}
}

func TestMediaTypes(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Config{})
	for _, header := range [][2]string{
		{"Content-Type", ""}, {"Content-Type", "text/plain"}, {"Content-Type", "application/json-patch+json"},
		{"Content-Encoding", "gzip"},
	} {
		a := patch(t, s, list(appA), body, header[:]...)
		if a.status != http.StatusUnsupportedMediaType || a.problem(t).Error.Code != "UnsupportedMediaType" {
			t.Errorf("%v: %+v", header, a)
		}
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, header string
		status       int
	}{
		{"good", "Bearer t1", 200},
		{"scheme in another case", "bearer t1", 200},
		{"missing", "", 401},
		{"other token", "Bearer t2", 401},
		{"other scheme", "Basic t1", 401},
		{"no token", "Bearer", 401},
		{"two words", "Bearer t1 t1", 401},
	} {
		s := start(t, simulator.Config{Tokens: []string{"t0", "t1"}})
		a := patch(t, s, list(appA), body, "Authorization", test.header)
		if a.status != test.status {
			t.Errorf("%s: %+v", test.name, a)
		}
		_, held := s.Value(appA, "u1")
		if held != (test.status == 200) {
			t.Errorf("%s: applied %v", test.name, held)
		}
		if test.status == 200 {
			continue
		}
		if code := a.problem(t).Error.Code; code != "InvalidAuthenticationToken" {
			t.Errorf("%s: code %q", test.name, code)
		}
		if got := a.header.Get("WWW-Authenticate"); !strings.HasPrefix(got, "Bearer ") {
			t.Errorf("%s: WWW-Authenticate %q", test.name, got)
		}
	}
}

func TestTokensChange(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Config{})
	for _, step := range []struct {
		tokens []string
		status int
	}{{nil, 200}, {[]string{"new"}, 401}, {[]string{"new", "t0"}, 200}, {[]string{"new"}, 401}, {nil, 200}} {
		s.SetTokens(step.tokens...)
		if a := patch(t, s, list(appA), body); a.status != step.status {
			t.Errorf("tokens %v: %+v", step.tokens, a)
		}
	}
	r := request(t.Context(), http.MethodPatch, s.URL()+list(appA), body)
	r.Header.Add("Authorization", "Bearer t0")
	if a := do(t, r); a.status != 401 {
		t.Errorf("two headers: %+v", a)
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Config{UnknownApps: []string{strings.ToUpper(appB)}})
	for _, test := range []struct {
		method, path string
		status       int
		code         string
	}{
		{"PATCH", list(simulator.ReservedApp), 404, "ResourceNotFound"},
		{"GET", list(simulator.ReservedApp), 404, "ResourceNotFound"},
		{"PATCH", list(appB), 404, "ResourceNotFound"},
		{"PATCH", list("not-a-guid"), 400, "BadRequest"},
		{"PATCH", list("0f1e2d3c-0000-4000-8000-00000000000g"), 400, "BadRequest"},
		{"PATCH", list("0f1e2d3c+0000-4000-8000-00000000000a"), 400, "BadRequest"},
		{"PATCH", list(appA) + "/a/b", 400, "BadRequest"},
		{"PATCH", list(appA) + "x", 400, "BadRequest"},
		{"PATCH", "/beta/deviceAppManagement/mobileApps/" + appA, 400, "BadRequest"},
		{"PATCH", "/beta/users", 400, "BadRequest"},
		{"PATCH", "/", 400, "BadRequest"},
		{"PATCH", "/beta/../deviceappmanagement/mobileApps/" + appA + "/userStatuses", 400, "BadRequest"},
		{"Patch", list(appA), 400, "No method match route template"},
		{"POST", list(appA), 400, "No method match route template"},
		{"DELETE", list(appA) + "/u1", 400, "No method match route template"},
	} {
		text := body
		if test.method == "GET" {
			text = ""
		}
		a := do(t, request(t.Context(), test.method, s.URL()+test.path, text))
		if a.status != test.status || a.problem(t).Error.Code != test.code {
			t.Errorf("%s %s: %+v", test.method, test.path, a)
		}
	}
	if stats := s.Stats(); stats.OffRoute != 9 || stats.Applied != 0 {
		t.Errorf("%+v", stats)
	}
}

func TestErrorShapes(t *testing.T) {
	t.Parallel()
	for _, shape := range []simulator.Body{
		simulator.BodyGraph, simulator.BodyLower, simulator.BodyIntune, simulator.BodyNested, simulator.BodyHTML,
		simulator.BodyEmpty,
	} {
		t.Run(string(shape), func(t *testing.T) {
			t.Parallel()
			s := start(t, simulator.Config{ErrorBody: shape})
			a := patch(t, s, list(simulator.ReservedApp), body)
			if a.status != 404 {
				t.Fatalf("%+v", a)
			}
			switch shape {
			case simulator.BodyEmpty:
				if a.body != "" {
					t.Errorf("%q", a.body)
				}
				return
			case simulator.BodyHTML:
				if !strings.HasPrefix(a.body, "<!DOCTYPE html>") || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
					t.Errorf("%+v", a)
				}
				return
			}
			e := a.problem(t).Error
			inner := e.InnerError
			if shape == simulator.BodyLower {
				inner = e.Lower
			}
			if e.Code != "ResourceNotFound" || inner["request-id"] != a.header.Get("request-id") || inner["date"] == "" ||
				inner["client-request-id"] != "11111111-2222-4333-8444-555555555555" {
				t.Errorf("%s", a.body)
			}
			text := e.Message
			for range map[simulator.Body]int{simulator.BodyIntune: 1, simulator.BodyNested: 2}[shape] {
				text = unpack(t, text)
			}
			if !strings.Contains(text, "does not exist") || strings.HasPrefix(text, "{") {
				t.Errorf("message %q", text)
			}
		})
	}
}

// unpack takes a message out of the document that Intune makes of it, and out of the error object within.
func unpack(t *testing.T, text string) string {
	var doc struct {
		Version    int `json:"_version"`
		Message    string
		RetryAfter *int
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil || doc.Version != 3 {
		t.Fatalf("%q: %v", text, err)
	}
	var nested errorBody
	if err := json.NewDecoder(strings.NewReader(doc.Message)).Decode(&nested); err == nil {
		return nested.Error.Message
	}
	return doc.Message
}

func TestRouteRemoved(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Config{RouteRemoved: true, ErrorBody: simulator.BodyIntune})
	for _, path := range []string{list(appA), list(appA) + "/u1"} {
		for _, a := range []answer{patch(t, s, path, body), get(t, s, path)} {
			e := a.problem(t).Error
			if a.status != 400 || e.Code != "No method match route template" ||
				!strings.Contains(unpack(t, e.Message), "OData route") {
				t.Errorf("%s: %+v", path, a)
			}
		}
	}
	if a := patch(t, s, list(appA), body, "Authorization", ""); a.status != 401 {
		t.Errorf("not signed in: %+v", a)
	}
	s.SetRouteRemoved(false)
	if a := patch(t, s, list(appA), body); a.status != 200 {
		t.Errorf("route back: %+v", a)
	}
}

func TestOutage(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Config{Outage: true})
	for _, a := range []answer{
		patch(t, s, list(appA), body), get(t, s, list(appA)), patch(t, s, list(appA), body, "Authorization", ""),
	} {
		if a.status != 503 || a.problem(t).Error.Code != "ServiceUnavailable" || a.header.Get("Retry-After") != "" {
			t.Errorf("%+v", a)
		}
	}
	s.SetOutage(false)
	if a := patch(t, s, list(appA), body); a.status != 200 || s.Applied(appA, "u1") != 1 {
		t.Errorf("%+v", a)
	}
}
