//go:build unix

package input

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gocarina/gocsv"
)

const benchRows = 50_000

// benchTable writes a table as a tenant has it and returns its path.
func benchTable(b *testing.B) string {
	b.Helper()
	var text strings.Builder
	text.WriteString(strings.Join(Fields[:], ",") + "\n")
	for i := range benchRows {
		fmt.Fprintf(&text, "8e7d4a52-1111-4222-8333-%012x,c76ec0f0-c0f0-c76e-f0c0-%012x,", i%40, i)
		fmt.Fprintf(&text, "Ada Lovelace %d,ada.lovelace.%d@contoso.example,%d,%d,%d\n", i, i, i%7, i%3, i%5)
	}
	path := filepath.Join(b.TempDir(), "rows.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkCSV compares reading and validating a table with gocsv's own reading of it without validation. The measure
// is cpu-ns/row; "rows" has to stay below half of "gocsv-callback".
func BenchmarkCSV(b *testing.B) {
	path := benchTable(b)
	b.Run("rows", func(b *testing.B) {
		cpuPerRow(b, benchRows, func() { readAll(b, path) })
	})
	type gocsvRow struct {
		AppID        string `csv:"mobileAppId"`
		ID           string `csv:"id"`
		UserName     string `csv:"userName"`
		UPN          string `csv:"userPrincipalName"`
		Installed    int32  `csv:"installedDeviceCount"`
		Failed       int32  `csv:"failedDeviceCount"`
		NotInstalled int32  `csv:"notInstalledDeviceCount"`
	}
	b.Run("gocsv-callback", func(b *testing.B) {
		cpuPerRow(b, benchRows, func() {
			f := open(b, path)
			n := 0
			if err := gocsv.UnmarshalToCallback(f, func(gocsvRow) { n++ }); err != nil || n != benchRows {
				b.Fatal(err, n)
			}
		})
	})
	b.Run("encoding-csv", func(b *testing.B) {
		cpuPerRow(b, benchRows, func() {
			r := csv.NewReader(open(b, path))
			r.ReuseRecord = true
			for {
				if _, err := r.Read(); err == io.EOF {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

// readAll reads an input of benchRows valid rows.
func readAll(b *testing.B, path string) {
	b.Helper()
	r, err := Open(Source{Name: "rows", Path: path}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	for n := 0; ; n++ {
		rec, err := r.Next()
		if err == io.EOF && n == benchRows {
			return
		}
		if err != nil || len(rec.Problems) > 0 {
			b.Fatal(n, err)
		}
	}
}

func open(b *testing.B, path string) *os.File {
	b.Helper()
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	return f
}
