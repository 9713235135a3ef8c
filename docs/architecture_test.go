package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"shiming/e2e/files"
)

// root is the room of main.go.
const root = "main.go"

// anything is the rule of rooms of tests and measurements. No room of the program imports them.
const anything = "*"

// mayImport lists what each room may import of ours; "sim/…" is sim and all that lies below it. A room that is not
// here has no rule, which is a mistake. docs/architecture.md and docs/architecture.zh.md show this table.
var mayImport = map[string][]string{
	root: {"cmd"},

	"cards": {}, "idcard": {}, "failure": {}, "store/groupcommit": {}, "store/keyset": {},
	"esign": {"failure"}, "verify": {"failure"},
	"flows":   {"cards", "idcard"},
	"engine":  {"flows", "cards", "idcard", "failure"},
	"workers": {"engine", "flows", "cards", "idcard", "esign", "verify", "failure"},
	"bot":     {"flows", "cards", "idcard", "failure"},
	"store":   {"flows", "idcard", "failure", "store/groupcommit", "store/keyset"},

	"config": {"flows", "verify"},
	"app": {
		"config", "bot", "engine", "workers", "flows", "cards", "esign", "verify", "failure", "store", "store/keyset",
	},
	"doctor": {"config", "bot", "esign", "verify", "store", "store/keyset", "flows"},
	"cmd":    {"app", "config", "doctor", "playground", "sim/…", "bot", "store", "store/keyset"},

	"sim/…":      {"sim/…"}, // the simulated world speaks only HTTP
	"playground": {"sim/…", "config", "playground/page", "playground/child", "playground/scrape"},

	"playground/page": {}, "playground/child": {}, "playground/scrape": {},

	"e2e/…": {anything}, "bench/…": {anything}, "docs": {anything}, "deploy": {anything},
	"store/pgtest": {}, "workers/workerstest": {anything},
}

// onlyIn names the rooms that alone may use a library.
var onlyIn = map[string]string{
	"github.com/larksuite/oapi-sdk-go/v3": "bot",
	"github.com/gin-gonic/gin":            "bot",
	"github.com/coder/websocket":          "bot",
	"github.com/riverqueue/river":         "store",
	"modernc.org/sqlite":                  "store",
	"github.com/jackc/pgx/v5":             "store",
	"github.com/tink-crypto/tink-go/v2":   "store/keyset",
	"github.com/tencentcloud":             "verify",
}

// forbidden are packages of the standard library that a room must not use, with all that lies below them.
var forbidden = map[string][]string{
	"flows":  {"net", "os", "io", "log", "database", "sync"},
	"engine": {"net", "os", "io", "database"},
}

// except are the exceptions to forbidden: types without effects.
var except = []string{"log/slog"}

// under reports whether a package is one of the rooms or lies below one.
func under(pkg string, rooms ...string) bool {
	return slices.ContainsFunc(rooms, func(room string) bool { return pkg == room || strings.HasPrefix(pkg, room+"/") })
}

// covers reports whether a name of mayImport, such as bot or sim/…, means the room.
func covers(name, room string) bool {
	if all, ok := strings.CutSuffix(name, "/…"); ok {
		return under(room, all)
	}
	return name == room
}

// ruleOf returns what a room may import, and the name under which mayImport says so.
func ruleOf(room string) (name string, allowed []string, ok bool) {
	if allowed, ok = mayImport[room]; ok {
		return room, allowed, true
	}
	for name, allowed := range mayImport {
		if covers(name, room) {
			return name, allowed, true
		}
	}
	return "", nil, false
}

// forTests reports whether a room exists for tests and measurements only.
func forTests(room string) bool {
	return under(room, "e2e", "bench", "docs", "deploy") || strings.HasSuffix(room, "test")
}

// source is one Go file of this repository.
type source struct {
	path, room string
	test       bool
	imports    []string
}

// sources reads the imports of every Go file, those for other systems too.
func sources(t *testing.T) (all []source) {
	t.Helper()
	top := files.Path(t, "")
	err := filepath.WalkDir(top, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != top && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(name) != ".go" {
			return nil
		}
		short, err := filepath.Rel(top, name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		s := source{path: filepath.ToSlash(short), test: strings.HasSuffix(name, "_test.go")}
		if s.room = path.Dir(s.path); s.room == "." {
			s.room = root
		}
		for _, spec := range parsed.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, imp)
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 400 {
		t.Fatalf("got %d Go files, want all of the repository", len(all))
	}
	return all
}

// rooms returns every directory with Go files.
func rooms(t *testing.T) []string {
	t.Helper()
	seen := map[string]bool{}
	for _, s := range sources(t) {
		seen[s.room] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// TestImportRules holds the walls between the rooms.
func TestImportRules(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		t.Run(s.path, func(t *testing.T) {
			for _, imp := range s.imports {
				checkImport(t, s.room, imp)
			}
		})
	}
	all := rooms(t)
	for name := range mayImport {
		if !slices.ContainsFunc(all, func(room string) bool { return covers(name, room) }) {
			t.Errorf("got a rule for %s, want none: there is no such room", name)
		}
	}
}

func checkImport(t *testing.T, room, imp string) {
	t.Helper()
	_, allowed, known := ruleOf(room)
	if !known {
		t.Fatalf("got no rule for %s in mayImport, want one", room)
	}
	free := slices.Contains(allowed, anything)
	for lib, alone := range onlyIn {
		if under(imp, lib) && !under(room, alone) && !free {
			t.Errorf("got an import of %s in %s, want it in %s alone", imp, room, alone)
		}
	}
	if under(imp, forbidden[room]...) && !under(imp, except...) {
		t.Errorf("got an import of %s in %s, want none", imp, room)
	}
	ours, ok := strings.CutPrefix(imp, "shiming/")
	if ok && !free && !slices.ContainsFunc(allowed, func(name string) bool { return covers(name, ours) }) {
		t.Errorf("got an import of %s in %s, want one of %v", ours, room, allowed)
	}
}

// TestProgramKnowsNoTests: what is there for tests and measurements stays outside the program, and the playground
// outside all but cmd.
func TestProgramKnowsNoTests(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || forTests(s.room) {
			continue
		}
		t.Run(s.path, func(t *testing.T) {
			for _, imp := range s.imports {
				ours := strings.TrimPrefix(imp, "shiming/")
				switch {
				case ours == imp && imp != "testing":
				case imp == "testing" || forTests(ours):
					t.Errorf("got an import of %s in %s, want none in the program", imp, s.room)
				case under(ours, "playground") && s.room != "cmd" && !under(s.room, "playground"):
					t.Errorf("got an import of %s in %s, want it in cmd alone", imp, s.room)
				}
			}
		})
	}
}

// TestRootIsSmall: whatever lies at the root, nobody can import.
func TestRootIsSmall(t *testing.T) {
	const most = 40
	if got := files.Glob(t, "*.go"); !slices.Equal(got, []string{root}) {
		t.Errorf("got the Go files %v at the root, want %s alone", got, root)
	}
	if got := strings.Count(files.Read(t, root), "\n"); got > most {
		t.Errorf("got %d lines in %s, want %d at most", got, root, most)
	}
}

// clockFuncs are the functions of time that read the clock or wait for it.
var clockFuncs = []string{"Now", "Since", "Until", "After", "AfterFunc", "Sleep", "Tick", "NewTicker", "NewTimer"}

// TestFlowsReadsNoClock: what the case becomes depends on the event alone, and the event brings its time.
func TestFlowsReadsNoClock(t *testing.T) {
	for _, name := range files.Glob(t, "flows/*.go") {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			set := token.NewFileSet()
			parsed, err := parser.ParseFile(set, files.Path(t, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			clock := ""
			for _, spec := range parsed.Imports {
				if spec.Path.Value != `"time"` {
					continue
				}
				if clock = "time"; spec.Name != nil {
					clock = spec.Name.Name
				}
			}
			if clock == "." {
				t.Fatal("got time imported with a dot, want its name before its functions")
			}
			ast.Inspect(parsed, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == clock && slices.Contains(clockFuncs, sel.Sel.Name) {
					t.Errorf("%s: got time.%s, want the time of the event", set.Position(sel.Pos()), sel.Sel.Name)
				}
				return true
			})
		})
	}
}
