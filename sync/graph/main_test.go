package graph

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/statussync/statussync/sync/row"
)

// serveVariable makes this test's binary a server for benchmarks, so that they count the client's work alone.
const serveVariable = "GRAPH_TEST_SERVE"

func TestMain(m *testing.M) {
	if os.Getenv(serveVariable) != "" {
		serve()
		return
	}
	goleak.VerifyTestMain(m)
}

// serve answers every request with the object until standard input ends.
func serve() {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Request-Id", "5f7a1f3e-0b64-4a55-9b0e-0f6a3a1c9d10")
		io.WriteString(w, objectOf(sample()))
	}))
	defer srv.Close()
	fmt.Println(srv.URL)
	io.Copy(io.Discard, os.Stdin)
}

const (
	appID     = "8C5CA0B1-6ed8-4a7b-9f52-41a1b9a3a0c1"
	testToken = "eyJ0eXAi.c2VjcmV0.c2lnbmF0dXJl"
)

func sample() *row.Status {
	return &row.Status{AppID: appID, ID: "c76ec0f0-c0f0-c76e-f0c0-6ec7f0c06ec7", UserName: "Ann Ex",
		UserPrincipalName: "ann@example.com", Installed: 3, Failed: 0, NotInstalled: 12}
}

// objectOf returns the object that Graph would answer with.
func objectOf(s *row.Status) string {
	return fmt.Sprintf(`{"@odata.context":"https://graph.microsoft.com/beta/$metadata#x","@odata.type":`+
		`"#microsoft.graph.userAppInstallStatus","id":%q,"userName":%q,"userPrincipalName":%q,`+
		`"installedDeviceCount":%d,"failedDeviceCount":%d,"notInstalledDeviceCount":%d}`,
		s.ID, s.UserName, s.UserPrincipalName, s.Installed, s.Failed, s.NotInstalled)
}

// tokenFunc is a TokenSource.
type tokenFunc func(ctx context.Context, refused, claims string) (string, error)

func (f tokenFunc) Token(ctx context.Context, refused, claims string) (string, error) {
	return f(ctx, refused, claims)
}

func staticToken(context.Context, string, string) (string, error) { return testToken, nil }

// newClient returns a client of base, and closes it with the test.
func newClient(t testing.TB, base string, change ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{BaseURL: base, Tokens: tokenFunc(staticToken), Conns: 8}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// newServer returns a client of a server that answers with h.
func newServer(t testing.TB, h http.HandlerFunc, change ...func(*Config)) *Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return newClient(t, srv.URL+"/beta", change...)
}

// quiet drops what a test's server has to say about broken connections.
var quiet = log.New(io.Discard, "", 0)
