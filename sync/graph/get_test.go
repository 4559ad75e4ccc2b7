package graph

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/graph/simulator"
	"github.com/statussync/statussync/sync/row"
)

func TestGet(t *testing.T) {
	t.Parallel()
	for _, path := range []string{DefaultPath, DefaultPath + "/{id}"} {
		for _, body := range []simulator.Body{simulator.BodyObject, simulator.BodyValue} {
			c, s := newSimulator(t, simulator.Config{Answer: body}, func(cfg *Config) { cfg.Path = path })
			for _, want := range put(s, appID, 3) {
				got, answer, err := c.Get(t.Context(), appID, want.ID)
				if diff := cmp.Diff(want, got); diff != "" || err != nil || answer.RequestID == "" {
					t.Errorf("%s, %s: %v\n%s", path, body, err, diff)
				}
			}
			for _, of := range [][2]string{{appID, "x"}, {simulator.ReservedApp, "x"}} {
				got, answer, err := c.Get(t.Context(), of[0], of[1])
				var e *Error
				if !errors.As(err, &e) || e.Kind != Refused || answer.HTTPStatus != 404 || got != (row.Status{}) {
					t.Errorf("%s: %+v, %v", of, got, err)
				}
			}
		}
	}
}

func TestReadingRequest(t *testing.T) {
	t.Parallel()
	var got []string
	c := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Method+" "+r.RequestURI)
		r.Header.Del("client-request-id")
		if diff := cmp.Diff(http.Header{"Accept": {"application/json"}, "Accept-Encoding": {"identity"},
			"Authorization": {"Bearer " + testToken}, "User-Agent": {"statussync"}}, r.Header); diff != "" {
			t.Errorf("header (-want +got):\n%s", diff)
		}
		reply{status: 200, body: `{"value":[]}`}.ServeHTTP(w, r)
	}, func(cfg *Config) { cfg.Path = "/x/{mobileAppId}/states/{id}/behind" })
	c.List(t.Context(), appID, "")
	c.Get(t.Context(), appID, "a/b")
	c.Probe(t.Context(), appID)
	for _, id := range []string{"", ".", "..", "$count"} {
		if _, answer, err := c.Get(t.Context(), appID, id); err == nil || answer.Code != "unsendable" {
			t.Errorf("%q: %v", id, err)
		}
	}
	if _, answer, err := c.Get(t.Context(), "..", "a"); err == nil || answer.Code != "unsendable" {
		t.Errorf("app: %v", err)
	}
	const app = "GET /beta/x/" + appID
	want := []string{app + "/states", app + "/states/a%2Fb/behind", app + "/states?$top=1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestObjects(t *testing.T) {
	t.Parallel()
	const guid = "c76ec0f0-c0f0-4c76-80c0-6ec7f0c06ec7"
	for name, test := range map[string]struct {
		body  string
		again bool
		text  string // "": success
	}{
		"the object":        {`{"@odata.context":"x","id":"` + guid + `"}`, false, ""},
		"within value":      {`{"@odata.context":"x","value":{"id":"` + guid + `"},"y":{}}`, false, ""},
		"case of a GUID":    {`{"id":"` + strings.ToUpper(guid) + `"}`, false, ""},
		"another id":        {`{"id":"x"}`, false, "the status that came back has another id than was asked for"},
		"no id":             {`{}`, false, "the status has no id"},
		"value twice":       {`{"value":{"value":{"id":"` + guid + `"}}}`, false, "the status has no id"},
		"a list":            {`{"value":[{"id":"` + guid + `"}]}`, true, errNoObject.Error()},
		"value null":        {`{"value":null}`, true, errNoObject.Error()},
		"empty":             {"", true, ""},
		"an error":          {`{"id":"` + guid + `","error":{"message":"No"}}`, true, "No"},
		"an error in value": {`{"value":{"error":{"message":"No"}}}`, true, "No"},
		"a count as text": {`{"id":"` + guid + `","failedDeviceCount":"1"}`, false,
			`the status has "1" as failedDeviceCount, not an Int32 in plain digits`},
		"longer than 64 KiB": {`{"id":"` + guid + `","x":"` + strings.Repeat("x", maxBody) + `"}`, true,
			errTooLong.Error()},
	} {
		c := newServer(t, reply{status: 200, body: test.body}.ServeHTTP)
		got, answer, err := c.Get(t.Context(), appID, guid)
		var e *Error
		if failed := errors.As(err, &e); failed != (test.text != "" || test.again) || failed && e.Again() != test.again {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if answer.Message != test.text {
			t.Errorf("%s: %s", name, answer.Message)
		}
		if err == nil && (got.AppID != appID || !strings.EqualFold(got.ID, guid)) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
