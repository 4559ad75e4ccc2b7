package simulator

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync"
)

// An AddressError says why a server does not listen on an address.
type AddressError struct {
	Addr string
	Err  error // nil: the address is not a loopback address
}

func (e *AddressError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("the simulator cannot listen on %.80q: it is not a loopback address", e.Addr)
	}
	return fmt.Sprintf("the simulator cannot listen on %.80q: %v", e.Addr, e.Err)
}

func (e *AddressError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *AddressError) Hint() string {
	if e.Err == nil {
		return "give 127.0.0.1:PORT, [::1]:PORT or localhost:PORT; port 0 takes a free one"
	}
	return "choose another port, or port 0 for a free one"
}

// Start begins to serve on addr, which must be a loopback address with a port ("127.0.0.1:8080", "localhost:0"); ""
// stands for a free port on 127.0.0.1. It returns as soon as connections are accepted. Errors are *[AddressError].
func (s *Server) Start(addr string) error { return s.graph.start(addr, s, nil) }

// StartTLS is Start with HTTPS (HTTP/1.1 alone), by a certificate of [Server.Authority].
func (s *Server) StartTLS(addr string) error { return s.graph.start(addr, s, s.authority()) }

// StartLogin begins to serve the login endpoints, always with HTTPS; for addr and errors see Start.
func (s *Server) StartLogin(addr string) error {
	return s.login.start(addr, http.HandlerFunc(s.ServeLogin), s.authority())
}

// URL returns the address that Start took, "http://127.0.0.1:40001", or "" while nothing listens. Any service root may
// follow it, such as /beta.
func (s *Server) URL() string { return s.graph.url() }

// LoginURL returns the address that StartLogin took, "https://127.0.0.1:40002", or "" while nothing listens. It is the
// authority that a client signs in with.
func (s *Server) LoginURL() string { return s.login.url() }

// Close breaks all connections off, those with a request under way too, and returns when their goroutines have ended.
// State and counters stay; Start may follow. Without a Start it does nothing.
func (s *Server) Close() error { return errors.Join(s.graph.close(), s.login.close()) }

// A listener serves one handler on one address.
type listener struct {
	mu     sync.Mutex // guards all below
	server *http.Server
	root   string
	served chan struct{}
	conns  sync.WaitGroup
}

// start serves with HTTPS if there is an authority.
func (l *listener) start(addr string, h http.Handler, ca *authority) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server != nil {
		return &AddressError{addr, errors.New("it is serving already")}
	}
	target, err := loopback(addr)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", target)
	if err != nil {
		return &AddressError{addr, err}
	}
	l.root = "http://" + ln.Addr().String()
	if ca != nil {
		l.root = "https://" + ln.Addr().String()
		ln, h = secured{ln, ca.config(ln.Addr())}, https(h)
	}
	l.server = &http.Server{Handler: h, ConnState: l.connState}
	l.served = make(chan struct{})
	go func(server *http.Server, served chan struct{}) {
		defer close(served)
		_ = server.Serve(ln) // ends with ErrServerClosed, or when the listener breaks: then clients find nobody
	}(l.server, l.served)
	return nil
}

func (l *listener) url() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server == nil {
		return ""
	}
	return l.root
}

func (l *listener) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server == nil {
		return nil
	}
	err := l.server.Close()
	<-l.served
	l.conns.Wait()
	l.server = nil
	return err
}

func (l *listener) connState(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		l.conns.Add(1)
	case http.StateClosed, http.StateHijacked:
		l.conns.Done()
	}
}

// A secured listener hides from net/http that it speaks TLS: otherwise each client that does not trust the authority,
// which tests have many of, would be told of on standard error.
type secured struct {
	net.Listener
	config *tls.Config
}

func (l secured) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return struct{ *tls.Conn }{tls.Server(conn, l.config)}, nil
}

// https tells the handler what secured hides.
func https(h http.Handler) http.Handler {
	var state tls.ConnectionState
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.TLS = &state
		h.ServeHTTP(w, r)
	})
}

func loopback(addr string) (string, error) {
	if addr == "" {
		return "127.0.0.1:0", nil
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", &AddressError{addr, err}
	}
	if host == "localhost" {
		host = "127.0.0.1" // not resolved: a hosts file may say anything
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || !ip.Unmap().IsLoopback() {
		return "", &AddressError{Addr: addr}
	}
	return net.JoinHostPort(host, port), nil
}
