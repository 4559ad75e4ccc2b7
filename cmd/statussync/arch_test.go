package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/statussync/statussync/"

// floors is the floor plan. A room knows the rooms on the floors below it, and none on its own.
var floors = map[string]int{
	"cmd/statussync": 3,
	"sync/run":       2,
	"input":          1, "sync/plan": 1, "sync/compare": 1, "sync/dispatch": 1, "sync/graph": 1, "sync/journal": 1,
	"reports":           1,
	"sync/row":          0,
	"sync/graph/signin": beside, "sync/graph/simulator": beside,
}

// beside marks the rooms that know none of ours. Only the door knows them, and the tests of all rooms.
const beside = -1

// libraries says which rooms may import what. The door may import all of it. What is neither listed nor of the standard
// library, nobody may import.
var libraries = map[string][]string{
	"github.com/gocarina/gocsv":          {"input", "reports"},
	"golang.org/x/text":                  {"input"},
	"github.com/klauspost/compress":      {"input"},
	"github.com/go-json-experiment/json": {"input", "sync/graph", "sync/graph/simulator", "sync/compare", "reports"},
	"golang.org/x/sync":                  {"sync/dispatch", "sync/run"},
	"golang.org/x/time":                  {"sync/dispatch"},
	"net/http": {"sync/graph", "sync/graph/signin", "sync/graph/simulator", "sync/run",
		"reports"},
	"github.com/google/uuid":              {"sync/graph"},
	"github.com/Azure/azure-sdk-for-go":   {"sync/graph/signin"},
	"database/sql":                        {"sync/journal"},
	"modernc.org/sqlite":                  {"sync/journal"},
	"github.com/gofrs/flock":              {"sync/journal"},
	"html/template":                       {"reports"},
	"github.com/prometheus/client_golang": {"reports"},
	"go.uber.org/zap":                     {"sync/run"},
	"golang.org/x/sys":                    {"sync/run"},          // the room that is left on the volume
	"log":                                 {},                    // rooms below floor 2 do not log
	"log/slog":                            {"sync/graph/signin"}, // so that a secret hides itself from a log
	"github.com/spf13/cobra":              {},
	"github.com/spf13/pflag":              {},
	"github.com/goccy/go-yaml":            {},
	"golang.org/x/term":                   {},
	"github.com/vbauerster/mpb":           {},
}

// testLibraries may be imported by every test, and by nothing else.
var testLibraries = []string{
	"github.com/google/go-cmp", "pgregory.net/rapid", "go.uber.org/goleak", "github.com/rogpeppe/go-internal",
	"github.com/chromedp", "k8s.io/api", "k8s.io/apimachinery", "sigs.k8s.io/yaml",
	"github.com/santhosh-tekuri/jsonschema",
}

// A room is a package as go list tells of it.
type room struct {
	ImportPath, Dir                                    string
	GoFiles, IgnoredGoFiles, TestGoFiles, XTestGoFiles []string
	Imports, TestImports, XTestImports                 []string
}

func (r *room) name() string { return strings.TrimPrefix(r.ImportPath, module) }

// faults says how the room breaks the floor plan.
func (r *room) faults() []string {
	floor, ok := floors[r.name()]
	if !ok {
		return []string{r.name() + " stands on no floor"}
	}
	var faults []string
	check := func(paths []string, test bool) {
		for _, path := range paths {
			if why := r.fault(floor, path, test); why != "" {
				faults = append(faults, fmt.Sprintf("%s must not import %s: %s", r.name(), path, why))
			}
		}
	}
	check(r.Imports, false)
	check(r.TestImports, true)
	check(r.XTestImports, true)
	return faults
}

func (r *room) fault(floor int, path string, test bool) string {
	if other, ours := strings.CutPrefix(path, module); ours {
		below, ok := floors[other]
		switch {
		case other == r.name() || !ok: // the latter has a fault of its own
			return ""
		case below == beside && (test || floor == floors["cmd/statussync"]):
			return ""
		case below == beside || floor == beside || below >= floor:
			return "the arrows of the floor plan point down"
		}
		return ""
	}
	if test && within(path, "net/http") != "" { // the far side of a test may be a server
		return ""
	}
	if within(path, testLibraries...) != "" {
		if test {
			return ""
		}
		return "it is for tests"
	}
	library := within(path, keys(libraries)...)
	switch {
	case library == "" && strings.Contains(strings.Split(path, "/")[0], "."):
		return "nobody may"
	case library == "" || r.name() == "cmd/statussync" || slices.Contains(libraries[library], r.name()):
		return ""
	case test: // a server to talk to, a look into the file, something to compare with
		return ""
	}
	return fmt.Sprintf("only the door and %v may", libraries[library])
}

// within returns the library that path belongs to, the longest if there are two, or "".
func within(path string, libraries ...string) string {
	longest := ""
	for _, l := range libraries {
		if (path == l || strings.HasPrefix(path, l+"/")) && len(l) > len(longest) {
			longest = l
		}
	}
	return longest
}

func keys[V any](m map[string]V) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	return list
}

func rooms(t *testing.T) []room {
	t.Helper()
	list := exec.Command("go", "list",
		"-json=ImportPath,Dir,GoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles,Imports,TestImports,XTestImports", "./...")
	list.Dir = "../.."
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []room
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var r room
		if err := d.Decode(&r); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
}

func TestFloorPlan(t *testing.T) {
	t.Parallel()
	all := rooms(t)
	if len(all) == 0 {
		t.Fatal("go list knows no package")
	}
	for i := range all {
		for _, fault := range all[i].faults() {
			t.Error(fault)
		}
	}
	if files, _ := filepath.Glob("../../sync/*.go"); len(files) > 0 {
		t.Errorf("sync/ is a folder and no package, but holds %v", files)
	}
}

// TestFloorPlanBites shows each rule a room that breaks it.
func TestFloorPlanBites(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		room, imports, testImports string
		fault                      bool
	}{
		{room: "sync/new", fault: true},
		{room: "sync/plan", imports: module + "sync/row"},
		{room: "sync/plan", imports: module + "sync/run", fault: true},
		{room: "sync/plan", imports: module + "input", fault: true},
		{room: "sync/plan", testImports: module + "input", fault: true},
		{room: "sync/row", imports: module + "input", fault: true},
		{room: "sync/run", imports: module + "input"},
		{room: "sync/run", imports: module + "sync/graph/signin", fault: true},
		{room: "sync/run", testImports: module + "sync/graph/simulator"},
		{room: "sync/graph/simulator", imports: module + "sync/row", fault: true},
		{room: "sync/graph/simulator", testImports: module + "sync/row", fault: true},
		{room: "cmd/statussync", imports: module + "sync/graph/simulator"},
		{room: "input", imports: "golang.org/x/text/unicode/norm"},
		{room: "input", imports: "golang.org/x/textual", fault: true},
		{room: "input", imports: "go.uber.org/zap", fault: true},
		{room: "input", imports: "log/slog", fault: true},
		{room: "input", imports: "log", fault: true},
		{room: "input", testImports: "log"},
		{room: "sync/graph/signin", imports: "log/slog"},
		{room: "sync/graph/signin", imports: "log", fault: true},
		{room: "input", imports: "os"},
		{room: "input", imports: "github.com/google/go-cmp/cmp", fault: true},
		{room: "input", testImports: "github.com/google/go-cmp/cmp"},
		{room: "sync/dispatch", imports: "net/http", fault: true},
		{room: "cmd/statussync", imports: "example.com/anything", fault: true},
	} {
		r := room{ImportPath: module + tt.room}
		if tt.imports != "" {
			r.Imports = []string{tt.imports}
		}
		if tt.testImports != "" {
			r.TestImports = []string{tt.testImports}
		}
		if faults := r.faults(); len(faults) > 0 != tt.fault {
			t.Errorf("%s importing %q, its tests %q: %q", tt.room, tt.imports, tt.testImports, faults)
		}
	}
}
