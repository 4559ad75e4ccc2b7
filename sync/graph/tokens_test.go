package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A vault is a token source whose origin holds token number n.
type vault struct {
	mu     sync.Mutex
	cached string
	origin func() (string, error)
	asked  int
}

func (v *vault) Token(_ context.Context, refused, _ string) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.cached != "" && refused != v.cached {
		return v.cached, nil
	}
	v.asked++
	token, err := v.origin()
	v.cached = token
	return token, err
}

func same(token string) func() (string, error) { return func() (string, error) { return token, nil } }

// growing hands out t1, t2, …
func growing() func() (string, error) {
	n := 0
	return func() (string, error) { n++; return fmt.Sprint("t", n), nil }
}

// newGuarded returns a client whose server answers 401 to every token that ok does not take.
func newGuarded(t *testing.T, v *vault, ok func(token string) bool) *Client {
	return newServer(t, func(w http.ResponseWriter, r *http.Request) {
		if !ok(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")) {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}, func(cfg *Config) { cfg.Tokens = v })
}

func patchKind(t *testing.T, c *Client) string {
	t.Helper()
	_, err := c.Patch(t.Context(), sample())
	var e *Error
	switch {
	case err == nil:
		return "success"
	case !errors.As(err, &e):
		return err.Error()
	case e.Free():
		return e.Kind.String() + ", free"
	}
	return e.Kind.String()
}

func TestTokenIsRenewed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		origin func() (string, error)
		good   []bool // what the server makes of request 1, 2, …
		want   string
		asked  int
	}{
		"once": {growing(), []bool{true, false, true, true},
			"success|unauthorized, free|success|success", 2},
		"same token, transient": {same("t"), []bool{true, false, true, true},
			"success|unauthorized|success|success", 2},
		"twice in a row": {growing(), []bool{true, false, false},
			"success|unauthorized, free|sign-in refused", 2},
		"twice in a row, the same": {same("t"), []bool{false, false}, "unauthorized|sign-in refused", 2},
		"twice, success between": {growing(), []bool{false, true, false, true},
			"unauthorized, free|success|unauthorized, free|success", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := &vault{origin: test.origin}
			i := -1
			c := newGuarded(t, v, func(string) bool { i++; return test.good[i] })
			var got []string
			for range test.good {
				got = append(got, patchKind(t, c))
			}
			if s := strings.Join(got, "|"); s != test.want || v.asked != test.asked {
				t.Errorf("%s after asking %d times, want %s after %d", s, v.asked, test.want, test.asked)
			}
		})
	}
}

// TestTokenExpiresInFlight has 16 requests under way when their token expires: the origin is asked once, and nobody
// takes the others' 401 for a second one.
func TestTokenExpiresInFlight(t *testing.T) {
	t.Parallel()
	v := &vault{origin: growing()}
	var waiting atomic.Int32
	together := make(chan struct{})
	c := newGuarded(t, v, func(token string) bool {
		if token != "t1" {
			return true
		}
		if waiting.Add(1) == 16 {
			close(together)
		}
		<-together
		return false
	})
	kinds := make(chan string, 16)
	for range 16 {
		go func() { kinds <- patchKind(t, c) }()
	}
	for range 16 {
		if k := <-kinds; k != "unauthorized, free" {
			t.Errorf("kind %q", k)
		}
	}
	if k := patchKind(t, c); k != "success" || v.asked != 2 {
		t.Errorf("then %q, after asking %d times", k, v.asked)
	}
}

// TestOldTokenLate has the 401 of an older token come after the renewed one was refused for the first time.
func TestOldTokenLate(t *testing.T) {
	t.Parallel()
	v := &vault{origin: growing()}
	held, release := make(chan struct{}), make(chan struct{})
	var first atomic.Bool
	c := newGuarded(t, v, func(token string) bool {
		if token == "t1" && first.CompareAndSwap(false, true) {
			close(held)
			<-release
		}
		return token == "t2"
	})
	late := make(chan string)
	go func() { late <- patchKind(t, c) }()
	<-held
	if k := patchKind(t, c); k != "unauthorized, free" {
		t.Errorf("first 401: %q", k)
	}
	close(release)
	if k := <-late; k != "unauthorized, free" {
		t.Errorf("401 of the older token: %q", k)
	}
	if k := patchKind(t, c); k != "success" {
		t.Errorf("then %q", k)
	}
}

type hinted struct{}

func (hinted) Error() string { return "the file is gone" }
func (hinted) Hint() string  { return "Write it again." }

func TestNoToken(t *testing.T) {
	t.Parallel()
	seen := newCounter(t)
	for name, origin := range map[string]func() (string, error){
		"error": func() (string, error) { return "", hinted{} }, "empty": same(""), "two lines": same("a\r\nX: y"),
		"with its scheme": same("Bearer x"), "not ASCII": same("é"),
	} {
		c := newClient(t, seen.URL, func(cfg *Config) { cfg.Tokens = &vault{origin: origin} })
		_, err := c.Patch(t.Context(), sample())
		var e *Error
		if !errors.As(err, &e) || e.Kind != SignIn || !e.Fatal() || !e.Definite() || e.Hint() == "" {
			t.Errorf("%s: %v", name, err)
		}
		if name == "error" && (e.Hint() != "Write it again." || !errors.Is(err, hinted{})) {
			t.Errorf("%v, hint %q", err, e.Hint())
		}
	}
	if n := seen.count.Load(); n != 0 {
		t.Errorf("%d requests without a token", n)
	}
}

// TestRenewalFails: no token to be had after a 401 is final, a deadline meanwhile is not.
func TestRenewalFails(t *testing.T) {
	t.Parallel()
	c := newGuarded(t, &vault{origin: func() func() (string, error) {
		n := 0
		return func() (string, error) {
			if n++; n > 1 {
				return "", hinted{}
			}
			return "t1", nil
		}
	}()}, func(string) bool { return false })
	if k := patchKind(t, c); k != "sign-in refused" {
		t.Errorf("the source fails: %q", k)
	}

	ctx := expiring{t.Context(), make(chan struct{})}
	slow := tokenFunc(func(_ context.Context, refused, _ string) (string, error) {
		if refused != "" {
			close(ctx.over)
		}
		return "t", ctx.Err()
	})
	c = newServer(t, reply{status: 401}.ServeHTTP, func(cfg *Config) { cfg.Tokens = slow })
	_, err := c.Patch(ctx, sample())
	var e *Error
	if !errors.As(err, &e) || e.Kind != Unauthorized || !e.Again() || e.Free() {
		t.Errorf("the deadline: %v", err)
	}

	late := tokenFunc(func(ctx context.Context, _, _ string) (string, error) { <-ctx.Done(); return "", ctx.Err() })
	c = newClient(t, "http://127.0.0.1:1", func(cfg *Config) { cfg.Tokens = late })
	if e, _ := patchWithin(t, c, time.Millisecond); e.Kind != Unreachable || e.Answer.Code != "sign-in" || !e.Unmade() {
		t.Errorf("the deadline before the request: %v %v", e.Kind, e)
	}
}

// TestEverybodyRefused: with a token that nobody takes, 16 workers stop after two requests each.
func TestEverybodyRefused(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	c := newGuarded(t, &vault{origin: same("t")}, func(string) bool { requests.Add(1); return false })
	var workers sync.WaitGroup
	for range 16 {
		workers.Go(func() {
			for patchKind(t, c) != "sign-in refused" {
			}
		})
	}
	workers.Wait()
	if n := requests.Load(); n > 2*16+2 {
		t.Errorf("%d requests", n)
	}
}

// TestTokenIsNeverShown has a server that sends the token back in all it says.
func TestTokenIsNeverShown(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 201, 302, 400, 401, 403, 409, 429, 500} {
		for _, body := range []string{
			`{"error":{"code":"%s","message":"got %s here","innerError":{"request-id":"%s"}}}`, "<title>%s</title>",
			"%s",
			`{"id":"%s"}`, `{"error":{"message":"{\"Message\":\"%s\"}"}}`,
		} {
			c := newServer(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Request-Id", testToken)
				w.Header().Set("Location", "https://x/"+testToken+"?"+testToken)
				w.WriteHeader(status)
				fmt.Fprint(w, strings.ReplaceAll(body, "%s", testToken))
			})
			a, err := c.Patch(t.Context(), sample())
			all := fmt.Sprintf("%+v %v %+v %#v", a, err, err, a)
			if e := (*Error)(nil); errors.As(err, &e) {
				all += fmt.Sprint(e.Hint(), e.Answer, e.Err)
			}
			if strings.Contains(all, testToken) {
				t.Errorf("%d %s: %s", status, body, all)
			}
		}
	}
}
