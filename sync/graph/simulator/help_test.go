package simulator_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/statussync/statussync/sync/graph/simulator"
)

const (
	appA = "0f1e2d3c-0000-4000-8000-00000000000a"
	appB = "0f1e2d3c-0000-4000-8000-00000000000b"
	body = `{"@odata.type":"#microsoft.graph.userAppInstallStatus","id":"u1","userName":"Adele Vance",` +
		`"userPrincipalName":"adele@contoso.example","installedDeviceCount":1,"failedDeviceCount":2,` +
		`"notInstalledDeviceCount":3}`
)

var adele = simulator.Status{
	ID: "u1", UserName: "Adele Vance", UserPrincipalName: "adele@contoso.example",
	InstalledDeviceCount: 1, FailedDeviceCount: 2, NotInstalledDeviceCount: 3,
}

func list(app string) string { return "/beta/deviceAppManagement/mobileApps/" + app + "/userStatuses" }

// start serves on loopback until the test ends.
func start(t testing.TB, cfg simulator.Config) *simulator.Server {
	t.Helper()
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
	s := simulator.New(cfg)
	if err := s.Start(""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// An answer is a response that was read to its end, or the error on the way.
type answer struct {
	status int
	header http.Header
	body   string
	err    error
}

// request builds a signed-in request as a good client does; headers are name, value pairs, an empty value deletes.
func request(ctx context.Context, method, url, body string, headers ...string) *http.Request {
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	r.Header.Set("Authorization", "Bearer t0")
	r.Header.Set("Client-Request-Id", "11111111-2222-4333-8444-555555555555")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Del(headers[i])
		if headers[i+1] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	return r
}

// do makes one request on a connection of its own and follows nothing.
func do(t testing.TB, r *http.Request) answer {
	t.Helper()
	transport := &http.Transport{DisableCompression: true}
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(r)
	if err != nil {
		return answer{err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(text), err}
}

func patch(t testing.TB, s *simulator.Server, path, body string, headers ...string) answer {
	t.Helper()
	return do(t, request(t.Context(), http.MethodPatch, s.URL()+path, body, headers...))
}

func get(t testing.TB, s *simulator.Server, path string) answer {
	t.Helper()
	return do(t, request(t.Context(), http.MethodGet, s.URL()+path, ""))
}

// direct calls the handler without a connection.
func direct(s *simulator.Server, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// an errorBody is Graph's error object, with both spellings of the inner one.
type errorBody struct {
	Error struct {
		Code, Message string
		InnerError    map[string]string `json:"innerError"`
		Lower         map[string]string `json:"innererror"`
	}
}

func (a answer) problem(t testing.TB) errorBody {
	t.Helper()
	var e errorBody
	if err := json.Unmarshal([]byte(a.body), &e); err != nil {
		t.Fatalf("status %d, body %.200q: %v", a.status, a.body, err)
	}
	return e
}
