package row_test

import (
	"testing"

	"github.com/statussync/statussync/sync/row"
)

func TestFingerprints(t *testing.T) {
	base := row.Status{
		AppID: "0f1e2d3c-0000-4000-8000-00000000000a", ID: "a", UserName: "Adele", UserPrincipalName: "adele@contoso.example",
		Installed: 1, Failed: 2, NotInstalled: 3,
	}
	for _, test := range []struct {
		name             string
		change           func(*row.Status)
		sameKey, sameAll bool
	}{
		{"nothing", func(*row.Status) {}, true, true},
		{"case of the app", func(s *row.Status) { s.AppID = "0F1E2D3C-0000-4000-8000-00000000000A" }, true, true},
		{"app", func(s *row.Status) { s.AppID = "0f1e2d3c-0000-4000-8000-00000000000b" }, false, false},
		{"case of the id", func(s *row.Status) { s.ID = "A" }, false, false},
		{"user name", func(s *row.Status) { s.UserName = "" }, true, false},
		{"user principal name", func(s *row.Status) { s.UserPrincipalName = "b@contoso.example" }, true, false},
		{"a letter moved to the next field", func(s *row.Status) {
			s.UserName, s.UserPrincipalName = "Adelea", "dele@contoso.example"
		}, true, false},
		{"installed", func(s *row.Status) { s.Installed = 2 }, true, false},
		{"failed", func(s *row.Status) { s.Failed = 1 }, true, false},
		{"counts swapped", func(s *row.Status) { s.Failed, s.NotInstalled = 3, 2 }, true, false},
	} {
		var h row.Hasher
		other := base
		test.change(&other)
		if got := h.Key(&base) == h.Key(&other); got != test.sameKey {
			t.Errorf("%s: same key %v", test.name, got)
		}
		if got := h.KeyFingerprint(&base) == h.KeyFingerprint(&other); got != test.sameKey {
			t.Errorf("%s: same key fingerprint %v", test.name, got)
		}
		if got := h.Fingerprint(&base) == h.Fingerprint(&other); got != test.sameAll {
			t.Errorf("%s: same fingerprint %v", test.name, got)
		}
	}
}

// TestFingerprintsStay holds the values that journals on people's disks were written with.
func TestFingerprintsStay(t *testing.T) {
	var h row.Hasher
	s := row.Status{
		AppID: "0F1E2D3C-0000-4000-8000-00000000000A", ID: "a", UserPrincipalName: "a@contoso.example", Installed: 1,
	}
	if got, want := h.Key(&s), row.Key(-1512014239552807754); got != want {
		t.Errorf("key %d, want %d", got, want)
	}
	if allocs := testing.AllocsPerRun(100, func() { h.Fingerprint(&s) }); allocs != 0 {
		t.Errorf("%v allocations a fingerprint", allocs)
	}
}

func TestVerdictWords(t *testing.T) {
	seen := make(map[string]bool)
	for _, v := range row.Verdicts() {
		seen[v.String()] = true
	}
	if len(seen) != 8 || seen["verdict?"] {
		t.Errorf("words %v", seen)
	}
	if got := row.Verdict(8).String(); got != "verdict?" {
		t.Errorf("a verdict outside the list is %q", got)
	}
}
