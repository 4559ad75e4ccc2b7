package graph

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestDefiniteIsTrue gives up at every moment of an attempt: no attempt that is said not to have been applied has
// reached the server.
func TestDefiniteIsTrue(t *testing.T) {
	t.Parallel()
	for _, proto := range []int{1, 2} {
		t.Run(fmt.Sprint("HTTP/", proto), func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			arrived := map[string]bool{}
			c := newTLS(t, proto, func(_ http.ResponseWriter, r *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				arrived[r.Header.Get("client-request-id")] = true
			})
			start := time.Now()
			if _, err := c.Patch(t.Context(), sample()); err != nil { // dials
				t.Fatal(err)
			}
			span := int64(2 * time.Since(start))
			definite := []string{}
			var workers sync.WaitGroup
			for range 4 {
				workers.Go(func() {
					for range 60 {
						ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rand.Int64N(span)))
						a, err := c.Patch(ctx, sample())
						cancel()
						var e *Error
						if errors.As(err, &e) && e.Definite() {
							mu.Lock()
							definite = append(definite, a.ClientRequestID)
							mu.Unlock()
						}
						if rand.IntN(2) == 0 {
							c.Close() // dial again
						}
					}
				})
			}
			workers.Wait()
			mu.Lock()
			defer mu.Unlock()
			for _, id := range definite {
				if arrived[id] {
					t.Errorf("attempt %s was called definite, and arrived", id)
				}
			}
			t.Logf("%d arrived, %d never sent", len(arrived), len(definite))
		})
	}
}

// newTLS returns a client of a TLS server that speaks HTTP/1.1 or HTTP/2.
func newTLS(t *testing.T, proto int, h http.HandlerFunc) *Client {
	srv := httptest.NewUnstartedServer(h)
	srv.EnableHTTP2 = proto == 2
	srv.Config.ErrorLog = quiet
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return newClient(t, srv.URL, func(cfg *Config) {
		cfg.RootCAs = srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	})
}

// TestOldTLS: what speaks nothing newer than TLS 1.1 gets neither token nor row.
func TestOldTLS(t *testing.T) {
	t.Parallel()
	for newest, well := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true} {
		srv := httptest.NewUnstartedServer(reply{status: 204})
		srv.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: newest}
		srv.Config.ErrorLog = quiet
		srv.StartTLS()
		defer srv.Close()
		c := newClient(t, srv.URL, func(cfg *Config) {
			cfg.RootCAs = srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
		})
		_, err := c.Patch(t.Context(), sample())
		e, refused := errors.AsType[*Error](err)
		switch {
		case well && err == nil:
		case well || !refused || e.Kind != Unreachable || !strings.Contains(err.Error(), "protocol version"):
			t.Errorf("%s: %v", tls.VersionName(newest), err)
		}
	}
}

func TestHTTP2(t *testing.T) {
	t.Parallel()
	proto := make(chan string, 1)
	c := newTLS(t, 2, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		proto <- fmt.Sprint(r.Proto, " ", r.Method, " ", len(body), " ",
			r.Header.Get("Authorization") == "Bearer "+testToken)
		io.WriteString(w, objectOf(sample()))
	})
	if a, err := c.Patch(t.Context(), sample()); err != nil || a.HTTPStatus != 200 {
		t.Errorf("%+v, %v", a, err)
	}
	if got := <-proto; got != "HTTP/2.0 PATCH 233 true" {
		t.Errorf("the server saw %s", got)
	}
}

// TestHTTP2Faults: a stream that is reset, a connection that goes away.
func TestHTTP2Faults(t *testing.T) {
	t.Parallel()
	c := newTLS(t, 2, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	if e, _ := patchWithin(t, c, 20*time.Second); e.Kind != Transient {
		t.Errorf("a stream that was reset: %v %v", e.Kind, e)
	}
}
