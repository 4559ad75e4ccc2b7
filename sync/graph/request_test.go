package graph

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/row"
)

// A counter is a server that counts requests, and counts those with a token as well.
type counter struct {
	*httptest.Server
	count, tokens atomic.Int64
}

func newCounter(t *testing.T) *counter {
	c := &counter{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		c.count.Add(1)
		if r.Header.Get("Authorization") != "" {
			c.tokens.Add(1)
		}
	}))
	t.Cleanup(c.Close)
	return c
}

func TestRequest(t *testing.T) {
	t.Parallel()
	var got []string
	var ids []string
	c := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = []string{r.Method, r.RequestURI, string(body)}
		ids = append(ids, r.Header.Get("client-request-id"))
		r.Header.Del("client-request-id")
		if diff := cmp.Diff(http.Header{
			"Accept": {"application/json"}, "Accept-Encoding": {"identity"}, "Authorization": {"Bearer " + testToken},
			"Content-Type": {"application/json"}, "Content-Length": {"233"}, "User-Agent": {"statussync"},
		}, r.Header); diff != "" {
			t.Errorf("header (-want +got):\n%s", diff)
		}
		w.WriteHeader(http.StatusNoContent)
	})
	for range 2 {
		a, err := c.Patch(t.Context(), sample())
		if err != nil {
			t.Fatal(err)
		}
		if id := ids[len(ids)-1]; a.ClientRequestID != id {
			t.Errorf("the answer has client-request-id %q, the request %q", a.ClientRequestID, id)
		}
	}
	want := []string{"PATCH", "/beta/deviceAppManagement/mobileApps/" + appID + "/userStatuses",
		`{"@odata.type":"#microsoft.graph.userAppInstallStatus","id":"c76ec0f0-c0f0-c76e-f0c0-6ec7f0c06ec7",` +
			`"userName":"Ann Ex","userPrincipalName":"ann@example.com",` +
			`"installedDeviceCount":3,"failedDeviceCount":0,"notInstalledDeviceCount":12}`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	if ids[0] == ids[1] {
		t.Errorf("two attempts carried the same client-request-id %q", ids[0])
	}
}

// TestValuesArrive sends hostile text in every field: it arrives code point for code point, and never off the route.
func TestValuesArrive(t *testing.T) {
	t.Parallel()
	hostile := []string{`"`, `\`, `\u0041`, "a\r\nHost: x", "\x00", "\x7f", "\u2028", "\u202e", "\ufeff", "\ufffd",
		"ß", "日本", "🧨",
		"<script>", "../../users", "%2f..%2f", "a/b", "a?b", "a#b", "a;b", "a b", "a+b", "a%20b", "…/…", "\\..\\",
		"$", "é"}
	const prefix = "/v1/a%20b/x/" + appID + "/userStatuses/"
	var body map[string]any
	var path, decoded string
	c := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		path, decoded = r.RequestURI, r.URL.Path
		body = nil
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
	}, func(cfg *Config) {
		cfg.BaseURL = strings.Replace(cfg.BaseURL, "/beta", "/v1/a%20b/", 1)
		cfg.Path = "/x/{mobileAppId}/userStatuses/{id}"
	})
	for _, v := range hostile {
		id := "-" + v // an id may not begin with $
		s := &row.Status{AppID: appID, ID: id, UserName: v, UserPrincipalName: v, Installed: 2147483647}
		if _, err := c.Patch(t.Context(), s); err != nil {
			t.Fatalf("%q: %v", v, err)
		}
		if body["id"] != id || body["userName"] != v || body["userPrincipalName"] != v ||
			body["installedDeviceCount"] != 2147483647.0 {
			t.Errorf("%q arrived as %q", v, body)
		}
		if segment := strings.TrimPrefix(path, prefix); !strings.HasPrefix(path, prefix) ||
			strings.ContainsAny(segment, "/?#") {
			t.Errorf("%q was sent to %q", v, path)
		}
		if want := "/v1/a b/x/" + appID + "/userStatuses/" + id; decoded != want {
			t.Errorf("%q: path %q, want %q", v, decoded, want)
		}
	}
}

// TestUnsendable has rows that would leave the route, or change on the way: no request is made for them.
func TestUnsendable(t *testing.T) {
	t.Parallel()
	seen := newCounter(t)
	c := newClient(t, seen.URL, func(cfg *Config) { cfg.Path = DefaultPath + "/{id}" })
	app := func(id string) row.Status { return row.Status{AppID: id, ID: "x"} }
	for name, s := range map[string]row.Status{
		"no app": app(""), "dots": app(".."), "a path": app("../../users/x"), "too long": app(appID + "0"),
		"braces": app("{" + appID[1:35] + "}"), "other letters": app(strings.Replace(appID, "8C", "8G", 1)),
		"control": app(strings.Replace(appID, "8C", "\x18C", 1)), "no dash": app(strings.Replace(appID, "-", "0", 1)),
		"no id": {AppID: appID}, "dot id": {AppID: appID, ID: "."}, "dots id": {AppID: appID, ID: ".."},
		"reserved id": {AppID: appID, ID: "$count"}, "not UTF-8": {AppID: appID, ID: "x", UserName: "a\xff"},
	} {
		answer, err := c.Patch(t.Context(), &s)
		var e *Error
		if !errors.As(err, &e) || e.Kind != Refused || answer.Code != "unsendable" || answer.HTTPStatus != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := c.Probe(t.Context(), ".."); err == nil {
		t.Error("probed a path of dots")
	}
	if n := seen.count.Load(); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

func TestConnectionsAreKept(t *testing.T) {
	t.Parallel()
	from := map[string]int{}
	status := http.StatusOK
	c := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		from[r.RemoteAddr]++
		reply{status: status, body: `{"error":{}}`}.ServeHTTP(w, r)
	})
	for _, status = range []int{400, 200, 404, 429, 500, 204} {
		c.Patch(t.Context(), sample())
	}
	if len(from) != 1 {
		t.Errorf("connections %v, want one", from)
	}
	status = http.StatusServiceUnavailable
	c.Patch(t.Context(), sample())
	c.Patch(t.Context(), sample())
	if len(from) != 2 {
		t.Errorf("connections %v, want another one after a 503", from)
	}
}

// TestBodyCanBeSentAgain: the transport asks for the body once more when it finds a kept connection closed.
func TestBodyCanBeSentAgain(t *testing.T) {
	t.Parallel()
	c := newClient(t, DefaultBaseURL)
	x := &exchange{data: []byte("body")}
	c.prepare(t.Context(), x, http.MethodPatch, &bearer{}, "")
	for range 2 {
		io.ReadAll(x.request.Body)
		again, err := x.request.GetBody()
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(again); string(text) != "body" || err != nil {
			t.Errorf("%q, %v", text, err)
		}
	}
}
