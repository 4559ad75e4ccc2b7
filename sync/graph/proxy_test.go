package graph

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestProxy has the connection made by a proxy: it never sees the token, and its refusals are told apart.
func TestProxy(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]Kind{407: Proxy, 403: Proxy, 502: Unreachable} {
		var line string
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			line = r.Method + " " + r.Host + " " + r.Header.Get("Authorization")
			w.WriteHeader(status)
		}))
		defer proxy.Close()
		u, _ := url.Parse(proxy.URL)
		u.User = url.UserPassword("ann", "hunter2")
		c := newClient(t, "https://graph.invalid")
		c.transport.Proxy = http.ProxyURL(u)
		e, _ := patchWithin(t, c, 20*time.Second)
		if e.Kind != want || !e.Definite() || e.Answer.Code != "proxy" || line != "CONNECT graph.invalid:443 " {
			t.Errorf("%d: %v %v after %q", status, e.Kind, e, line)
		}
		if strings.Contains(fmt.Sprint(e, e.Answer), "hunter2") {
			t.Errorf("the password is in %v", e)
		}
	}
}

// TestNoProxy: a proxy that is down, or has no address, is told apart from a Graph that is.
func TestNoProxy(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"127.0.0.1:1", "proxy.invalid:3128"} {
		c := newClient(t, "https://graph.invalid")
		c.transport.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: host})
		e, _ := patchWithin(t, c, 20*time.Second)
		if e.Kind != Unreachable || e.Answer.Code != "proxy" || !strings.Contains(e.Hint(), "HTTPS_PROXY") {
			t.Errorf("%s: %v %v, hint %q", host, e.Kind, e, e.Hint())
		}
	}
}

// TestThroughProxy: the proxy sees an encrypted stream, and no token.
func TestThroughProxy(t *testing.T) {
	t.Parallel()
	c := newTLS(t, 1, reply{status: 204}.ServeHTTP)
	var heard strings.Builder
	t.Cleanup(func() { // when the proxy has ended
		if !strings.HasPrefix(heard.String(), "CONNECT") || strings.Contains(heard.String(), testToken) {
			t.Errorf("the proxy heard %q", heard.String())
		}
	})
	proxy := newListener(t, func(conn *net.TCPConn, r *http.Request) {
		far, err := net.Dial("tcp", r.RequestURI)
		if err != nil {
			t.Error(err)
			return
		}
		defer far.Close()
		fmt.Fprint(&heard, r.Method, r.Header)
		io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		done := make(chan struct{})
		go func() {
			defer close(done)
			io.Copy(conn, far)
		}()
		io.Copy(io.MultiWriter(far, &heard), conn)
		far.Close()
		<-done
	})
	c.transport.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: proxy})
	if _, err := c.Patch(t.Context(), sample()); err != nil {
		t.Error(err)
	}
	c.Close()
}
