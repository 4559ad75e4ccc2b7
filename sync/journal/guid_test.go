package journal

import (
	"strings"
	"testing"
)

// FuzzGUID: an id reads as it was stored, and a GUID takes 16 bytes.
func FuzzGUID(f *testing.F) {
	const id = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
	for _, s := range []string{"", "x", id, strings.ToUpper(id), id + "0", strings.Replace(id, "-", "0", 1),
		strings.Replace(id, "f", "g", 1), strings.Replace(id, "f", "\xff", 1), "{" + id + "}", strings.Repeat("-", 36)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v := guid(s)
		if got := guidOf(v); got != s {
			t.Errorf("%q is read as %q", s, got)
		}
		if b, packed := v.([]byte); packed && len(b) != 16 {
			t.Errorf("%q is stored as %x", s, b)
		}
	})
	if _, packed := guid(id).([]byte); !packed {
		f.Error("a GUID is stored as text")
	}
}
