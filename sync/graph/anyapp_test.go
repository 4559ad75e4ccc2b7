package graph

import (
	"io"
	"net/http"
	"testing"
)

func TestAnyApp(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status  int
		body    string
		want    string
		refused bool
	}{
		{200, `{"value":[{"@odata.type":"#x","id":"a1","displayName":"An app","rules":[{}]}],"@odata.count":9}`, "a1", false},
		{200, `{"value":[]}`, "", false},
		{404, `{"error":{"code":"ResourceNotFound"}}`, "", true},
		{200, `{"value":[{"displayName":"An app"}]}`, "", true},
	} {
		asked := ""
		c := newServer(t, func(w http.ResponseWriter, r *http.Request) {
			asked = r.Method + " " + r.RequestURI
			w.WriteHeader(test.status)
			io.WriteString(w, test.body)
		})
		app, a, err := c.AnyApp(t.Context())
		if app != test.want || a.HTTPStatus != test.status || (err != nil) != test.refused {
			t.Errorf("%s: %q, %+v, %v", test.body, app, a, err)
		}
		if asked != "GET /beta/deviceAppManagement/mobileApps?$top=1" {
			t.Errorf("asked %s", asked)
		}
	}
}
