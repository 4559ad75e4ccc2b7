package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestPushed runs the real main with a Pushgateway, and with one that is not there: that costs a warning.
func TestPushed(t *testing.T) {
	t.Parallel()
	var method, path, text string
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		method, path, text = r.Method, r.URL.Path, string(body)
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(gateway.Close)
	p := newProcess(t, map[string]string{"users.csv": users(3)})
	status, _, stderr := p.run("run", "--simulate", "--rate=0", "--push-url="+gateway.URL, "users.csv")
	if status != 0 || method != http.MethodPost || path != "/metrics/job/statussync" {
		t.Errorf("exit status %d, %s %s\n%s", status, method, path, stderr)
	}
	for _, name := range []string{"rows", "requests", "last_success_timestamp_seconds", "run_duration_seconds"} {
		if !strings.Contains(text, "statussync_"+name) {
			t.Errorf("there is no %s in %q", name, text)
		}
	}
	if strings.Contains(text, "contoso") {
		t.Errorf("the metrics name a user: %q", text)
	}
	status, stdout, stderr := p.run("run", "--simulate", "--rate=0", "--push-url=http://127.0.0.1:1", "users.csv")
	if status != 0 || !strings.Contains(stdout, "all 3 rows are done") ||
		strings.Count(stderr, "the run is recorded, but not published") != 1 {
		t.Errorf("without a gateway: exit status %d\n%s%s", status, stdout, stderr)
	}
}
