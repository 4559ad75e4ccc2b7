package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Where hints stand in the source, and the names that may begin one.
var (
	hintText = regexp.MustCompile("(?:(?:HintText|Do|[hH]int[A-Za-z]*)(?: :=| =|:) *|(?:usage|bare|option)Error\\{.*, )" +
		"[\"`]([A-Z][a-z]+)|(?:HintText|Do|[hH]int[A-Za-z]*)(?: :=| =|:) *.*\\.([\"`])[,})]*$")
	hintNames = []string{"Graph", "Intune", "Microsoft"}
)

// TestHints looks through the source for hints that begin with a capital, unless that is a name, or end with a full
// stop.
func TestHints(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir("../..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for i, line := range strings.Split(string(text), "\n") {
			found := hintText.FindStringSubmatch(line)
			if found != nil && !strings.Contains(strings.Join(hintNames, " "), found[1]+found[2]) {
				t.Errorf("%s:%d: %s", path, i+1, strings.TrimSpace(line))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
