package input

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSamples(t *testing.T) {
	t.Parallel()
	sample := func(name string) reading {
		r, err := Open(Source{Name: name, Path: filepath.Join("testdata", name)}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		return drain(r)
	}
	clean := sample("users.csv")
	if rows := clean.rows(t); len(rows) < 200 || len(clean.warnings) > 0 {
		t.Errorf("%d rows, %+v", len(rows), clean.warnings)
	}
	flawed := sample("flawed.csv")
	kinds := map[string]int{}
	for _, p := range flawed.kinds() {
		kinds[p.Kind]++
	}
	want := map[string]int{"app-not-guid": 1, "id-empty": 1, "id-reserved": 1, "upn-empty": 1, "count-not-integer": 2,
		"count-too-large": 1, "placeholder": 1, "cell-count": 1}
	if diff := cmp.Diff(want, kinds); diff != "" || flawed.err != nil {
		t.Error(flawed.err, diff)
	}
}
