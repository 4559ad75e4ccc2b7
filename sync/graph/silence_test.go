package graph

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// newListener returns the address of a server that does with each connection what serve says. serve is given the
// request that came, nil if the bytes were none, and the connection closes when it returns.
func newListener(t *testing.T, serve func(conn *net.TCPConn, r *http.Request)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conns.Go(func() {
				defer conn.Close()
				r, err := http.ReadRequest(bufio.NewReader(conn))
				if err == nil {
					io.Copy(io.Discard, r.Body)
				}
				serve(conn.(*net.TCPConn), r)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		conns.Wait()
	})
	return l.Addr().String()
}

func write(text string) func(*net.TCPConn, *http.Request) {
	return func(conn *net.TCPConn, _ *http.Request) { io.WriteString(conn, text) }
}

// untilClosed keeps a connection open until the client leaves.
func untilClosed(conn *net.TCPConn, _ *http.Request) { io.Copy(io.Discard, conn) }

func patchWithin(t *testing.T, c *Client, d time.Duration) (*Error, time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	start := time.Now()
	_, err := c.Patch(ctx, sample())
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v, want an *Error", err)
	}
	return e, time.Since(start)
}

func TestSilence(t *testing.T) {
	t.Parallel()
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	tests := map[string]struct {
		base  func(t *testing.T) string
		kind  Kind
		code  string
		after time.Duration // the deadline; 0 is far away
	}{
		"refused": {func(t *testing.T) string {
			srv := httptest.NewServer(nil)
			srv.Close()
			return srv.URL
		}, Unreachable, "refused", 0},
		"no such host": {func(*testing.T) string { return "https://nowhere.invalid" }, Unreachable, "dns", 0},
		"unknown authority": {func(t *testing.T) string {
			srv := httptest.NewUnstartedServer(nil)
			srv.Config.ErrorLog = quiet
			srv.StartTLS()
			t.Cleanup(srv.Close)
			return srv.URL
		}, Certificate, "certificate", 0},
		"no TLS":                   {https(write("HTTP/1.1 200 OK\r\n\r\n")), Unreachable, "tls", 0},
		"TLS handshake closed":     {https(write("")), Unreachable, "", 0},
		"TLS handshake reset":      {https(reset), Unreachable, "reset", 0},
		"TLS handshake hangs":      {https(untilClosed), Unreachable, "timeout", 50 * time.Millisecond},
		"reset after the request":  {plain(reset), Transient, "reset", 0},
		"closed after the request": {plain(write("")), Transient, "closed", 0},
		"no HTTP":                  {plain(write("220 smtp.example.com ready\r\n")), Transient, "connection", 0},
		"endless header":           {plain(flood("HTTP/1.1 200 OK\r\nX: ")), Transient, "connection", 0},
		"endless body":             {plain(flood(head + "\r\n")), Transient, "too-long", 0},
		"cut body":                 {plain(write(head + "Content-Length: 99\r\n\r\n{")), Transient, "closed", 0},
		"cut chunk": {plain(write(head + "Transfer-Encoding: chunked\r\n\r\n5\r\n{")), Transient,
			"closed", 0},
		"reset body": {plain(func(conn *net.TCPConn, r *http.Request) {
			io.WriteString(conn, head+"Content-Length: 99\r\n\r\n{")
			reset(conn, r)
		}), Transient, "", 0},
		"deep body": {plain(write(head + "\r\n" + strings.Repeat("[", 50_000))), Transient, "unreadable", 0},
		"zipped body": {plain(write(head + "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00")),
			Transient, "unreadable", 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limit := test.after
			if limit == 0 {
				limit = 20 * time.Second
			}
			e, took := patchWithin(t, newClient(t, test.base(t)), limit)
			if e.Kind != test.kind || test.code != "" && e.Answer.Code != test.code {
				t.Errorf("%v %q, want %v %q: %v", e.Kind, e.Answer.Code, test.kind, test.code, e)
			}
			if e.Answer.ClientRequestID == "" || e.Error() == "" || !strings.Contains(e.Error(), e.Answer.Code) &&
				e.Answer.HTTPStatus == 0 {
				t.Errorf("answer %+v, error %q", e.Answer, e)
			}
			if took > limit+5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func plain(serve func(*net.TCPConn, *http.Request)) func(*testing.T) string {
	return func(t *testing.T) string { return "http://" + newListener(t, serve) }
}

func https(serve func(*net.TCPConn, *http.Request)) func(*testing.T) string {
	return func(t *testing.T) string { return "https://" + newListener(t, serve) }
}

func reset(conn *net.TCPConn, _ *http.Request) {
	conn.SetLinger(0)
	conn.Close()
}

func flood(start string) func(*net.TCPConn, *http.Request) {
	return func(conn *net.TCPConn, _ *http.Request) {
		_, err := io.WriteString(conn, start)
		for err == nil {
			_, err = io.WriteString(conn, strings.Repeat("x", 16<<10))
		}
	}
}

// An expiring context is over its deadline when the channel is closed.
type expiring struct {
	context.Context
	over chan struct{}
}

func (c expiring) Done() <-chan struct{} { return c.over }

func (c expiring) Err() error {
	select {
	case <-c.over:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// TestDeadline has the deadline come when the server holds the request.
func TestDeadline(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"no answer": "", "a slow body": "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
		"a slow header": "HTTP/1.1 200 OK\r\nContent-Le",
	} {
		ctx := expiring{t.Context(), make(chan struct{})}
		c := newClient(t, "http://"+newListener(t, func(conn *net.TCPConn, r *http.Request) {
			io.WriteString(conn, answer)
			close(ctx.over)
			untilClosed(conn, r)
		}))
		_, err := c.Patch(ctx, sample())
		var e *Error
		if !errors.As(err, &e) || e.Kind != Transient || e.Answer.Code != "timeout" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRefusalWithBrokenBody: a status that settles the row does so whatever follows it.
func TestRefusalWithBrokenBody(t *testing.T) {
	t.Parallel()
	const head = "HTTP/1.1 404 Not Found\r\n"
	for name, serve := range map[string]func(*net.TCPConn, *http.Request){
		"cut":     write(head + `Content-Length: 99` + "\r\n\r\n" + `{"error":{"code":"Gone",`),
		"endless": flood(head + "\r\n" + `{"error":{"code":"Gone","message":"`),
	} {
		e, _ := patchWithin(t, newClient(t, "http://"+newListener(t, serve)), 20*time.Second)
		if e.Kind != Refused || !e.Definite() || e.Answer.Code != "Gone" {
			t.Errorf("%s: %v %v", name, e.Kind, e)
		}
	}
}

// TestContextIsUsed cancels the context that the call was given.
func TestContextIsUsed(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c := newClient(t, "http://"+newListener(t, func(conn *net.TCPConn, r *http.Request) {
		cancel()
		untilClosed(conn, r)
	}))
	for _, want := range []Kind{Transient, Unreachable} { // the second time, ctx has ended before
		_, err := c.Patch(ctx, sample())
		var e *Error
		if !errors.As(err, &e) || e.Kind != want || e.Answer.Code != "canceled" || !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want kind %v", err, want)
		}
	}
}
