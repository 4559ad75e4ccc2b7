//go:build unix

package graph

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
)

// BenchmarkPatch holds Client.Patch against a plain net/http loop that does the same work, on the same server in a
// process of its own: allocations and cpu-µs/op are the client's alone.
//
//	go test -run xxx -bench Patch -benchtime 20000x ./sync/graph
func BenchmarkPatch(b *testing.B) {
	base := startServer(b)
	b.Run("bare", func(b *testing.B) {
		h := &http.Client{Transport: newTransport(64, nil)}
		defer h.CloseIdleConnections()
		measure(b, func() error { return barePatch(h, base) })
	})
	b.Run("client", func(b *testing.B) {
		c := newClient(b, base)
		s := sample()
		measure(b, func() error {
			_, err := c.Patch(b.Context(), s)
			return err
		})
	})
}

// BenchmarkPatchParallel is BenchmarkPatch with 64 requests in flight.
func BenchmarkPatchParallel(b *testing.B) {
	base := startServer(b)
	b.Run("bare", func(b *testing.B) {
		h := &http.Client{Transport: newTransport(64, nil)}
		defer h.CloseIdleConnections()
		measureParallel(b, func() error { return barePatch(h, base) })
	})
	b.Run("client", func(b *testing.B) {
		c := newClient(b, base, func(cfg *Config) { cfg.Conns = 64 })
		s := sample()
		measureParallel(b, func() error {
			_, err := c.Patch(b.Context(), s)
			return err
		})
	})
}

type bareStatus struct {
	Type         string `json:"@odata.type"`
	ID           string `json:"id"`
	UserName     string `json:"userName"`
	Principal    string `json:"userPrincipalName"`
	Installed    int32  `json:"installedDeviceCount"`
	Failed       int32  `json:"failedDeviceCount"`
	NotInstalled int32  `json:"notInstalledDeviceCount"`
}

// barePatch is the request as one writes it without much thought.
func barePatch(h *http.Client, base string) error {
	s := sample()
	body, err := json.Marshal(bareStatus{"#microsoft.graph.userAppInstallStatus", s.ID, s.UserName, s.UserPrincipalName,
		s.Installed, s.Failed, s.NotInstalled})
	if err != nil {
		return err
	}
	address := base + strings.Replace(DefaultPath, appHole, s.AppID, 1)
	req, err := http.NewRequest(http.MethodPatch, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+testToken)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "statussync")
	req.Header.Set("client-request-id", uuid.NewString())
	res, err := h.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil || res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d: %w", res.StatusCode, err)
	}
	var got bareStatus
	return json.Unmarshal(text, &got)
}

func measure(b *testing.B, patch func() error) {
	b.ReportAllocs()
	before := cpu(b)
	for b.Loop() {
		if err := patch(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(cpu(b)-before)/float64(b.N)/1e3, "cpu-µs/op")
}

func measureParallel(b *testing.B, patch func() error) {
	b.ReportAllocs()
	b.SetParallelism(32)
	before := cpu(b)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := patch(); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(cpu(b)-before)/float64(b.N)/1e3, "cpu-µs/op")
}

func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func startServer(b *testing.B) string {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serveVariable+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(line)
}
