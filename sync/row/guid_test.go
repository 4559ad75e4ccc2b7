package row_test

import (
	"testing"

	"github.com/statussync/statussync/sync/row"
)

func TestIsGUID(t *testing.T) {
	for s, want := range map[string]bool{
		"0f1e2d3c-0000-4000-8000-00000000000a":   true,
		"0F1E2D3C-ABCD-4000-8000-00000000000f":   true,
		"0f1e2d3c-0000-4000-8000-00000000000":    false,
		"0f1e2d3c-0000-4000-8000-00000000000a0":  false,
		"{0f1e2d3c-0000-4000-8000-00000000000a}": false,
		"0f1e2d3c000040008000-00000000000aaaaa":  false,
		"0f1e2d3c_0000_4000_8000_00000000000a":   false,
		"0f1e2d3c-0000-4000-8000-00000000000g":   false,
		"0f1e2d3-c0000-4000-8000-00000000000a":   false,
		"0f1e2d3c-0000-4000-8000-0000000-000a":   false,
		"\uff10f1e2d3c-0000-4000-8000-00000000a": false,
		"":                                       false,
	} {
		if got := row.IsGUID(s); got != want {
			t.Errorf("IsGUID(%q) = %v", s, got)
		}
	}
}
