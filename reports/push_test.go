package reports

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/statussync/statussync/sync/row"
)

// A request is what a fake gateway was sent.
type request struct{ call, body string }

// gatewayServer is a fake Pushgateway that answers with status. It returns its address, and what it was sent.
func gatewayServer(t *testing.T, status int) (address string, seen *[]request) {
	seen = new([]request)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*seen = append(*seen, request{r.Method + " " + r.URL.Path, string(body)})
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		io.WriteString(w, "text of the answer")
	}))
	t.Cleanup(server.Close)
	return server.URL, seen
}

func TestPush(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status  int
		run     *Run
		success bool
	}{
		{200, finished(0, 1, Counts{row.Succeeded: 1}), true},
		{202, finished(5, 1, Counts{row.Unsent: 1}), false},
	} {
		address, seen := gatewayServer(t, test.status)
		if err := Push(t.Context(), address+"/", test.run); err != nil {
			t.Fatal(err)
		}
		if len(*seen) != 1 {
			t.Fatalf("%d requests", len(*seen))
		}
		got := (*seen)[0]
		if got.call != "POST /metrics/job/statussync" { // PUT would drop the last success
			t.Errorf("the call is %s", got.call)
		}
		if !strings.Contains(got.body, metricsPrefix+"_exit_status") ||
			strings.Contains(got.body, metricsPrefix+"_"+lastSuccess) != test.success {
			t.Errorf("the body is %q", got.body)
		}
	}
}

// TestPushSecrets has addresses with a user and a password, or with something else that is no part of one.
func TestPushSecrets(t *testing.T) {
	t.Parallel()
	for _, to := range []string{
		"http://canary-user:canary-word@127.0.0.1:1", "http://canary-user:canary-word@[::1", "ftp://canary-word@host",
		"canary-word:9091", "https://canary-word@", "http://host:9091?token=canary-word", "http://host/#canary-word", "",
	} {
		own := (*MetricsError)(nil)
		if err := Push(t.Context(), to, sampleRun()); !errors.As(err, &own) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", to, err)
		}
	}
}

func TestPushRefused(t *testing.T) {
	t.Parallel()
	address, _ := gatewayServer(t, 401)
	want := `the metrics cannot be written to "` + address + `": the gateway answered 401`
	if err := Push(t.Context(), address, sampleRun()); err == nil || err.Error() != want {
		t.Errorf("the error is %v", err)
	}
}

func TestPushFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 307, 308} {
		address, seen := gatewayServer(t, status)
		if err := Push(t.Context(), address, sampleRun()); err == nil || len(*seen) != 1 {
			t.Errorf("%d: %v, %d requests", status, err, len(*seen))
		}
	}
}

// A silence is a gateway that never answers.
type silence struct{}

func (silence) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestPushEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		err := pushOver(t.Context(), silence{}, "http://gateway:9091", sampleRun())
		if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took != 10*time.Second {
			t.Errorf("%v after %s", err, took)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := pushOver(ctx, silence{}, "http://gateway:9091", sampleRun()); !errors.Is(err, context.Canceled) {
			t.Errorf("a call that was ended: %v", err)
		}
	})
}
