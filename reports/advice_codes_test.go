package reports

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/statussync/statussync/sync/row"
)

// TestOwnCodes compares the codes that the program makes itself, and the verdicts that they come with, with those that
// the registry has advice for.
func TestOwnCodes(t *testing.T) {
	t.Parallel()
	made := make(map[string]bool)
	for room, verdicts := range map[string][]row.Verdict{
		"input": {row.Invalid}, "sync/plan": {row.Invalid}, "sync/graph": {row.Failed}, "sync/run": {row.Invalid, row.Failed},
	} {
		for code := range codesOf(t, filepath.Join("..", filepath.FromSlash(room))) {
			made[code] = true
			if !slices.ContainsFunc(verdicts, func(v row.Verdict) bool { return Advice(0, code, v) != Advice(0, "x", v) }) {
				t.Errorf("%s makes the code %q, for which there is no advice", room, code)
			}
		}
	}
	for _, a := range registry {
		own := a.code == strings.ToLower(a.code) // those of the service have capitals
		if a.code != "" && own && !made[a.code] {
			t.Errorf("there is advice for the code %q, which nobody makes", a.code)
		}
	}
}

// codesOf returns the codes of a room: what is assigned to a Code or a Kind, what is passed or returned as a kind or a
// code.
func codesOf(t *testing.T, room string) map[string]bool {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(room, "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatal(err, names)
	}
	s := &codeReader{consts: make(map[string]string), passed: make(map[string][]int), made: make(map[string]bool)}
	var files []*ast.File
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(name, "_test.go") {
			files = append(files, file)
			ast.Inspect(file, s.declared)
		}
	}
	for _, file := range files {
		ast.Inspect(file, s.used)
	}
	return s.made
}

// A codeReader reads the source of a room.
type codeReader struct {
	consts map[string]string // values by their names
	passed map[string][]int  // where functions of that name take a code
	made   map[string]bool
}

// holdsCode reports whether a field, a parameter or a result holds a code.
func holdsCode(name string) bool {
	return strings.EqualFold(name, "code") || strings.EqualFold(name, "kind")
}

// placed returns where a code stands among fields, -1 if none does.
func placed(fields *ast.FieldList) int {
	at := 0
	for _, field := range fields.List {
		text, ok := field.Type.(*ast.Ident)
		for _, name := range field.Names {
			if ok && text.Name == "string" && holdsCode(name.Name) {
				return at
			}
			at++
		}
	}
	return -1
}

func (s *codeReader) declared(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ValueSpec:
		for i, name := range n.Names {
			if i < len(n.Values) {
				if text, ok := n.Values[i].(*ast.BasicLit); ok {
					s.consts[name.Name], _ = strconv.Unquote(text.Value)
				}
			}
		}
	case *ast.FuncDecl:
		if at := placed(n.Type.Params); at >= 0 {
			s.passed[n.Name.Name] = append(s.passed[n.Name.Name], at)
		}
	}
	return true
}

func (s *codeReader) used(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.AssignStmt:
		for i, to := range n.Lhs {
			field, ok := to.(*ast.SelectorExpr)
			if ok && (field.Sel.Name == "Code" || field.Sel.Name == "Kind") && i < len(n.Rhs) {
				s.take(n.Rhs[i])
			}
		}
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && holdsCode(key.Name) {
			s.take(n.Value)
		}
	case *ast.CallExpr:
		name, _ := n.Fun.(*ast.Ident)
		if method, ok := n.Fun.(*ast.SelectorExpr); ok {
			name = method.Sel
		}
		for _, at := range s.takers(name) {
			if at < len(n.Args) {
				s.take(n.Args[at])
			}
		}
	case *ast.FuncDecl:
		s.returned(n)
	}
	return true
}

func (s *codeReader) takers(name *ast.Ident) []int {
	if name == nil {
		return nil
	}
	return s.passed[name.Name]
}

// returned takes what a function returns as a code.
func (s *codeReader) returned(f *ast.FuncDecl) {
	if f.Type.Results == nil {
		return
	}
	at := placed(f.Type.Results)
	ast.Inspect(f, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok && at >= 0 && at < len(r.Results) {
			s.take(r.Results[at])
		}
		return true
	})
}

var codeText = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

func (s *codeReader) take(e ast.Expr) {
	text := ""
	switch e := e.(type) {
	case *ast.BasicLit:
		text, _ = strconv.Unquote(e.Value)
	case *ast.Ident:
		text = s.consts[e.Name]
	}
	if codeText.MatchString(text) {
		s.made[text] = true
	}
}
