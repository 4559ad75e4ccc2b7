package simulator

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
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
func (s *Server) Start(addr string) error {
	s.listening.Lock()
	defer s.listening.Unlock()
	if s.server != nil {
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
	s.server = &http.Server{Handler: s, ConnState: s.connState}
	s.address = ln.Addr().String()
	s.served = make(chan struct{})
	go func(server *http.Server, served chan struct{}) {
		defer close(served)
		_ = server.Serve(ln) // ends with ErrServerClosed, or when the listener breaks: then clients find nobody
	}(s.server, s.served)
	return nil
}

// URL returns the address that Start took, "http://127.0.0.1:40001", or "" while nothing listens. Any service root may
// follow it, such as /beta.
func (s *Server) URL() string {
	s.listening.Lock()
	defer s.listening.Unlock()
	if s.server == nil {
		return ""
	}
	return "http://" + s.address
}

// Close breaks all connections off, those with a request under way too, and returns when their goroutines have ended.
// State and counters stay; Start may follow. Without a Start it does nothing.
func (s *Server) Close() error {
	s.listening.Lock()
	defer s.listening.Unlock()
	if s.server == nil {
		return nil
	}
	err := s.server.Close()
	<-s.served
	s.conns.Wait()
	s.server = nil
	return err
}

func (s *Server) connState(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.conns.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.conns.Done()
	}
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
