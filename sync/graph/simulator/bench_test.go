package simulator_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// constant is the least that a server can do: read the body, write a constant.
var constant = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header()["Content-Type"] = []string{"application/json"}
	_, _ = w.Write([]byte(body))
})

func handlers() map[string]http.Handler {
	unlimited := simulator.Quota{Unlimited: true}
	return map[string]http.Handler{
		"1_bare":   constant,
		"2_plain":  simulator.New(simulator.Config{Quota: unlimited}),
		"3_forget": simulator.New(simulator.Config{Quota: unlimited, Forget: true}),
		"4_quota": simulator.New(simulator.Config{Quota: simulator.Quota{
			ClientWrites: 1 << 20, TenantWrites: 1 << 20, ClientRequests: 1 << 20, TenantRequests: 1 << 20}}),
		"6_rate_limit": simulator.New(simulator.Config{RateLimit: 1, Quota: simulator.Quota{
			ClientWrites: 1 << 20, TenantWrites: 1 << 20, ClientRequests: 1 << 20, TenantRequests: 1 << 20}}),
		"7_login":    simulator.New(simulator.Config{Quota: unlimited, Login: signIn()}),
		"5_everyday": simulator.New(simulator.Config{Quota: unlimited, Rules: simulator.Everyday(1e-9)}),
	}
}

// A sink is a response writer that costs nothing.
type sink struct{ header http.Header }

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(int)             {}
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }

// BenchmarkHandler is the CPU of a request without its connection: compare with 1_bare.
func BenchmarkHandler(b *testing.B) {
	for _, name := range []string{"1_bare", "2_plain", "3_forget", "4_quota", "5_everyday", "6_rate_limit", "7_login"} {
		b.Run(name, func(b *testing.B) {
			h := handlers()[name]
			r := request(b.Context(), http.MethodPatch, "http://sim"+list(appA), body)
			if s, ok := h.(*simulator.Server); ok && name == "7_login" {
				r.Header.Set("Authorization", "Bearer "+token(b, s))
			}
			w := &sink{header: make(http.Header)}
			in := bytes.NewReader(nil)
			bodies := make([][]byte, 1000)
			for i := range bodies {
				bodies[i] = bytes.Replace([]byte(body), []byte(`"u1"`), fmt.Appendf(nil, "%q", fmt.Sprint("u", i)), 1)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				in.Reset(bodies[i%len(bodies)])
				r.Body = io.NopCloser(in)
				clear(w.header)
				h.ServeHTTP(w, r)
			}
		})
	}
}

// BenchmarkLoopback is a whole request over loopback at 8 requests in flight, client and server on the same cores.
func BenchmarkLoopback(b *testing.B) {
	for _, name := range []string{"1_bare", "2_plain"} {
		b.Run(name, func(b *testing.B) {
			server := httptest.NewServer(handlers()[name])
			defer server.Close()
			transport := &http.Transport{MaxIdleConnsPerHost: 64}
			defer transport.CloseIdleConnections()
			b.ReportAllocs()
			b.SetParallelism(4)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					resp, err := transport.RoundTrip(request(b.Context(), http.MethodPatch, server.URL+list(appA), body))
					if err != nil {
						b.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
				}
			})
		})
	}
}
