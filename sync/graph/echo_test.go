package graph

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/statussync/statussync/sync/graph/signin"
	"github.com/statussync/statussync/sync/row"
)

func TestEcho(t *testing.T) {
	t.Parallel()
	s := &row.Status{AppID: appID, ID: "Ab_1", UserName: "Ünal \"U\"", UserPrincipalName: "Ünal@Example.com",
		Installed: 5}
	long := strings.Repeat("ä", 1000)
	for name, test := range map[string]struct{ text, mismatch string }{
		"the same":            {objectOf(s), ""},
		"nothing":             {`{}`, ""},
		"absent fields":       {`{"id":"Ab_1"}`, ""},
		"value":               {`{"@odata.context":"x","value":{"id":"Ab_1","installedDeviceCount":5}}`, ""},
		"value, other":        {`{"value":{"installedDeviceCount":6}}`, "installedDeviceCount: sent 5, came back 6"},
		"escaped":             {`{"userName":"\u00dcnal \u0022U\""}`, ""},
		"blanks":              {" {\n\t\"id\" : \"Ab_1\" , \"failedDeviceCount\" : 0 } \r\n", ""},
		"other members":       {`{"id":"Ab_1","app":{"id":"x","failedDeviceCount":[9]},"deviceStatuses":[{}]}`, ""},
		"case of a UPN":       {`{"userPrincipalName":"üNAL@example.COM"}`, ""},
		"case of a GUID":      {`{"id":"Ab_1","mobileAppId":"` + strings.ToUpper(appID) + `"}`, ""},
		"case of an id":       {`{"id":"AB_1"}`, `id: sent "Ab_1", came back "AB_1"`},
		"case of a name":      {`{"userName":"ünal \"U\""}`, `userName: sent "Ünal \"U\"", came back "ünal \"U\""`},
		"blank behind a name": {`{"userName":"Ünal \"U\" "}`, `userName: sent "Ünal \"U\"", came back "Ünal \"U\" "`},
		"no name":             {`{"userName":null}`, `userName: sent "Ünal \"U\"", came back null`},
		"name as a number":    {`{"userName":7}`, `userName: sent "Ünal \"U\"", came back 7`},
		"count as text":       {`{"installedDeviceCount":"5"}`, `installedDeviceCount: sent 5, came back "5"`},
		"count with a point":  {`{"installedDeviceCount":5.0}`, `installedDeviceCount: sent 5, came back 5.0`},
		"count with exponent": {`{"installedDeviceCount":5e0}`, `installedDeviceCount: sent 5, came back 5e0`},
		"no count":            {`{"installedDeviceCount":null}`, `installedDeviceCount: sent 5, came back null`},
		"count as an object":  {`{"failedDeviceCount":{}}`, `failedDeviceCount: sent 0, came back {}`},
		"minus zero":          {`{"failedDeviceCount":-0}`, `failedDeviceCount: sent 0, came back -0`},
		"a huge count": {`{"notInstalledDeviceCount":4294967296}`,
			`notInstalledDeviceCount: sent 0, came back 4294967296`},
		"the first difference": {`{"failedDeviceCount":1,"id":"x"}`, `failedDeviceCount: sent 0, came back 1`},
		"a long name":          {`{"id":"` + long + `"}`, `id: sent "Ab_1", came back "` + long[:196] + "…"},
		"null":                 {`null`, errNoObject.Error()},
		"a number":             {`1`, errNoObject.Error()},
		"value is a list":      {`{"@odata.context":"x","value":[{"id":"Ab_1"}]}`, errNoObject.Error()},
		"value is null":        {`{"value":null}`, errNoObject.Error()},
		"value twice within":   {`{"value":{"value":{"id":"x"}}}`, ""},
		"an error":             {`{"id":"Ab_1","error":null}`, errInside.Error()},
		"an error in escapes":  {`{"id":"Ab_1","\u0065rror":null}`, errInside.Error()},
		"nothing of a status":  {`{"ok":true}`, errNoObject.Error()},
		"cut":                  {`{"id":"Ab_1"`, errNoObject.Error()},
		"text behind":          {`{"id":"Ab_1"}x`, errNoObject.Error()},
		"invalid UTF-8":        {"{\"id\":\"Ab_1\xff\"}", errNoObject.Error()},
	} {
		var e echo
		got, err := e.read([]byte(test.text), s)
		if err != nil {
			got = err.Error()
		}
		if got != test.mismatch {
			t.Errorf("%s: %s\nwant %s", name, got, test.mismatch)
		}
	}
}

// TestEchoOfEmptyName: Graph has null where a name is empty.
func TestEchoOfEmptyName(t *testing.T) {
	t.Parallel()
	var e echo
	if got, err := e.read([]byte(`{"userName":null,"id":null}`),
		&row.Status{ID: "x"}); got != `id: sent "x", came back null` || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// TestEchoOfNull: null and negative counts go back as they were held, and come back.
func TestEchoOfNull(t *testing.T) {
	t.Parallel()
	held := row.Status{AppID: appID, ID: "x", Failed: -2, Null: row.AllNull &^ row.NullFailed}
	var body string
	c := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		body = string(b)
		w.Write(b)
	})
	a, err := c.Patch(t.Context(), &held)
	const want = `{"@odata.type":"#microsoft.graph.userAppInstallStatus","id":"x","userName":null,` +
		`"userPrincipalName":null,"installedDeviceCount":null,"failedDeviceCount":-2,"notInstalledDeviceCount":null}`
	if body != want || err != nil || a.Mismatch != "" {
		t.Errorf("%s: %q, %v", body, a.Mismatch, err)
	}
}

// TestEchoIsForgotten: an answer without a body says nothing of the answer before.
func TestEchoIsForgotten(t *testing.T) {
	t.Parallel()
	body := `{"id":"other"}`
	c := newServer(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) })
	for _, body = range []string{body, "", body, `{}`} {
		a, err := c.Patch(t.Context(), sample())
		if err != nil || (a.Mismatch != "") != (body == `{"id":"other"}`) {
			t.Errorf("%q: mismatch %q, %v", body, a.Mismatch, err)
		}
	}
}

// TestEchoOfGUID: an id is compared with its case, unless it is a GUID.
func TestEchoOfGUID(t *testing.T) {
	t.Parallel()
	var e echo
	s := &row.Status{ID: "0a4a8b0e-63a5-4f4c-a5d7-0e9c1d3b7f21"}
	if got, err := e.read([]byte(`{"id":"0A4A8B0E-63A5-4F4C-A5D7-0E9C1D3B7F21"}`), s); got != "" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// TestEchoedToken has a service that gives the token back as a name, longer than what is shown of one.
func TestEchoedToken(t *testing.T) {
	t.Parallel()
	token := strings.Repeat("canary.", 300)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"userName":"`+strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")+`"}`)
	}))
	defer server.Close()
	c := newClient(t, server.URL, func(cfg *Config) { cfg.Tokens = signin.NewStatic("a test", token) })
	a, err := c.Patch(t.Context(), &row.Status{AppID: appID, ID: "a", UserPrincipalName: "a@b.c"})
	if err != nil || !strings.Contains(a.Mismatch, "[token]") || strings.Contains(a.Mismatch, "canary") {
		t.Errorf("%q, %v", a.Mismatch, err)
	}
}
