//go:build unix

package input

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// benchObjects writes objects as a tenant has them, on lines or in an array, and returns the path.
func benchObjects(b *testing.B, array bool) string {
	b.Helper()
	before, between, behind := "", "\n", "\n"
	if array {
		before, between, behind = "[\n  ", ",\n  ", "\n]\n"
	}
	var text strings.Builder
	for i := range benchRows {
		text.WriteString(before)
		before = between
		fmt.Fprintf(&text, `{"mobileAppId":"8e7d4a52-1111-4222-8333-%012x","id":"c76ec0f0-c0f0-c76e-f0c0-%012x",`+
			`"userName":"Ada Lovelace %d","userPrincipalName":"ada.lovelace.%d@contoso.example",`+
			`"installedDeviceCount":%d,"failedDeviceCount":%d,"notInstalledDeviceCount":%d}`, i%40, i, i, i, i%7, i%3, i%5)
	}
	text.WriteString(behind)
	path := filepath.Join(b.TempDir(), "rows.json")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkJSON reads and validates objects. The measure is cpu-ns/row, which has to stay below half of that of
// BenchmarkEncodingJSON.
func BenchmarkJSON(b *testing.B) {
	b.Run("lines", func(b *testing.B) {
		path := benchObjects(b, false)
		cpuPerRow(b, benchRows, func() { readAll(b, path) })
	})
	b.Run("array", func(b *testing.B) {
		path := benchObjects(b, true)
		cpuPerRow(b, benchRows, func() { readAll(b, path) })
	})
}

// BenchmarkEncodingJSON reads the same bytes with a Decoder of encoding/json into a struct and validates nothing.
func BenchmarkEncodingJSON(b *testing.B) {
	pass := func(path string, array bool) {
		f := open(b, path)
		defer f.Close()
		dec := json.NewDecoder(f)
		if array {
			if _, err := dec.Token(); err != nil {
				b.Fatal(err)
			}
		}
		n := 0
		for ; dec.More(); n++ {
			var object struct {
				MobileAppID             string `json:"mobileAppId"`
				ID                      string `json:"id"`
				UserName                string `json:"userName"`
				UserPrincipalName       string `json:"userPrincipalName"`
				InstalledDeviceCount    int32  `json:"installedDeviceCount"`
				FailedDeviceCount       int32  `json:"failedDeviceCount"`
				NotInstalledDeviceCount int32  `json:"notInstalledDeviceCount"`
			}
			if err := dec.Decode(&object); err != nil {
				b.Fatal(err)
			}
		}
		if n != benchRows {
			b.Fatal(n)
		}
	}
	b.Run("lines", func(b *testing.B) {
		path := benchObjects(b, false)
		cpuPerRow(b, benchRows, func() { pass(path, false) })
	})
	b.Run("array", func(b *testing.B) {
		path := benchObjects(b, true)
		cpuPerRow(b, benchRows, func() { pass(path, true) })
	})
}
