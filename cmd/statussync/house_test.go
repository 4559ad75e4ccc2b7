package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	maxFileLines     = 300
	maxFunctionLines = 50  // of code that is no test: the table of a test may be longer
	maxLineBytes     = 120 // a tab counts as one
)

func TestHouseRules(t *testing.T) {
	t.Parallel()
	for _, r := range rooms(t) {
		comment := ""
		// those ignored are for other systems
		for _, name := range slices.Concat(r.GoFiles, r.IgnoredGoFiles, r.TestGoFiles, r.XTestGoFiles) {
			source, err := os.ReadFile(filepath.Join(r.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			faults, text := fileFaults(r.name()+"/"+name, source)
			if !isTest(name) {
				comment += text
			}
			for _, fault := range faults {
				t.Error(fault)
			}
		}
		if why := commentFault(comment); why != "" {
			t.Errorf("the package comment of %s %s", r.name(), why)
		}
	}
}

func isTest(name string) bool { return strings.HasSuffix(name, "_test.go") }

// fileFaults says which limits a file breaks, and returns its package comment.
func fileFaults(name string, source []byte) (faults []string, comment string) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, source, parser.ParseComments)
	if err != nil {
		return []string{err.Error()}, ""
	}
	if n := bytes.Count(source, []byte("\n")); n > maxFileLines {
		faults = append(faults, fmt.Sprintf("%s has %d lines, more than %d", name, n, maxFileLines))
	}
	for i, line := range bytes.Split(source, []byte("\n")) {
		if len(line) > maxLineBytes {
			faults = append(faults, fmt.Sprintf("%s:%d has %d bytes, more than %d", name, i+1, len(line), maxLineBytes))
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			first, last := set.Position(n.Pos()), set.Position(n.End())
			if lines := last.Line - first.Line + 1; lines > maxFunctionLines && !isTest(name) {
				faults = append(faults, fmt.Sprintf("%s: the function has %d lines, more than %d", first, lines, maxFunctionLines))
			}
			return false
		}
		return true
	})
	return faults, file.Doc.Text()
}

func commentFault(comment string) string {
	first := new(doc.Package).Synopsis(comment)
	switch {
	case first == "":
		return "is missing"
	case strings.Contains(first, " and "):
		return fmt.Sprintf("says two things in its first sentence: %q", first)
	}
	return ""
}

// TestHouseRulesBite shows each rule a file that breaks it.
func TestHouseRulesBite(t *testing.T) {
	t.Parallel()
	function := func(lines int) string { return "func f() {" + strings.Repeat("\n", lines-1) + "}\n" }
	for _, tt := range []struct {
		source string
		faults int
	}{
		{"package p\n" + function(50), 0},
		{"package p\n" + function(51), 1},
		{"package p\nvar v = " + function(51), 1},
		{"package p\n" + strings.Repeat("\n", 299), 0},
		{"package p\n" + strings.Repeat("\n", 300), 1},
		{"package p // " + strings.Repeat("x", 107) + "\n", 0},
		{"package p // " + strings.Repeat("x", 108) + "\n", 1},
		{"package\n", 1},
	} {
		source := strings.Replace(tt.source, "var v = func f", "var v = func ", 1)
		if faults, _ := fileFaults("p.go", []byte(source)); len(faults) != tt.faults {
			t.Errorf("%d lines: %q, want %d faults", strings.Count(source, "\n"), faults, tt.faults)
		}
	}
	for comment, fault := range map[string]bool{
		"":                                   true,
		"Package p does one thing.":          false,
		"Package p does this and that.":      true,
		"Package p does it. This and that.":  false,
		"Package p does it\nand that. More.": true,
	} {
		if why := commentFault(comment); (why != "") != fault {
			t.Errorf("comment %q: %q", comment, why)
		}
	}
}

// TestExamples wants an example that runs from every package that a Go programmer would import.
func TestExamples(t *testing.T) {
	t.Parallel()
	for _, r := range rooms(t) {
		var files []*ast.File
		for _, name := range r.XTestGoFiles {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(r.Dir, name), nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
		runs := func(e *doc.Example) bool { return e.Output != "" }
		if !slices.ContainsFunc(doc.Examples(files...), runs) && r.name() != "cmd/statussync" {
			t.Errorf("%s has no example that runs", r.name())
		}
	}
}
