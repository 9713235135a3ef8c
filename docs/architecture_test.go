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

// root is the name of the package of main.go.
const root = "main.go"

// anything is the rule for packages of tests and benchmarks. No package of the program imports them.
const anything = "*"

// mayImport lists the packages of ours that each package may import. "sim/…" means sim and everything below it. Every
// package must have a rule. docs/architecture.md and docs/architecture.zh.md show this table.
var mayImport = map[string][]string{
	root: {"cmd"},

	"cards": {}, "idcard": {}, "failure": {}, "shape": {}, "store/groupcommit": {}, "store/keyset": {},
	"store/keyset/vault": {"store/keyset"},
	"hanfont":            {}, "sheet": {}, "idcard/watermark": {"idcard", "hanfont"},
	"esign": {"failure", "shape"}, "verify": {"failure", "shape"}, "handover": {"failure"},
	"workday":  {},
	"flows":    {"cards", "idcard", "workday"},
	"engine":   {"flows", "cards", "idcard", "failure"},
	"evidence": {"flows", "cards", "idcard", "esign"},
	"workers": {
		"engine", "evidence", "flows", "cards", "idcard", "idcard/watermark", "esign", "verify", "handover", "failure",
		"sheet", "export", "owncopy",
	},
	"export":  {"flows", "cards", "sheet"},
	"owncopy": {"flows", "cards"},
	"privacy": {},
	"bot":     {"flows", "cards", "idcard", "failure", "shape"},
	"web":     {"engine", "flows", "cards", "failure"},
	"store":   {"flows", "idcard", "failure", "store/groupcommit", "store/keyset"},

	"config": {"flows", "idcard", "verify", "handover", "workday"},
	"app": {
		"config", "bot", "web", "engine", "workers", "evidence", "flows", "cards", "esign", "verify", "handover", "failure",
		"shape", "store", "store/keyset", "store/keyset/vault", "privacy", "owncopy",
	},
	"doctor": {
		"config", "bot", "esign", "verify", "handover", "store", "store/keyset", "store/keyset/vault", "flows", "shape",
	},
	"cmd": {
		"app", "config", "doctor", "evidence", "flows", "playground", "privacy", "sim/…", "bot", "store", "store/keyset",
		"cards", "idcard",
	},

	"sim/…":      {"sim/…", "hanfont"}, // the simulated world speaks only HTTP; a font is no code
	"playground": {"sim/…", "config", "playground/page", "playground/child", "playground/scrape"},

	"playground/page": {}, "playground/child": {}, "playground/scrape": {},

	"e2e/…": {anything}, "bench/…": {anything}, "docs": {anything}, "deploy": {anything},
	"store/pgtest": {}, "store/storetest": {"store", "store/keyset"}, "workers/workerstest": {anything},
}

// onlyIn lists the libraries that only one package may use.
var onlyIn = map[string]string{
	"github.com/larksuite/oapi-sdk-go/v3": "bot",
	"github.com/gin-gonic/gin":            "bot",
	"github.com/coder/websocket":          "bot",
	"github.com/riverqueue/river":         "store",
	"modernc.org/sqlite":                  "store",
	"github.com/jackc/pgx/v5":             "store",
	"github.com/tink-crypto/tink-go/v2":   "store/keyset",
	"github.com/tencentcloud":             "verify",
	"github.com/xuri/excelize/v2":         "sheet",
}

// forbidden lists packages of the standard library that a package must not use, including everything below them.
var forbidden = map[string][]string{
	"flows":  {"net", "os", "io", "log", "database", "sync"},
	"engine": {"net", "os", "io", "database"},

	"evidence": {"net", "os", "log", "database", "sync"},
	"export":   {"net", "os", "log", "database", "sync"},
	"owncopy":  {"net", "os", "log", "database", "sync"},
}

// except lists the exceptions to forbidden: types without side effects.
var except = []string{"log/slog"}

// under reports whether a package is one of the parents or below one.
func under(pkg string, parents ...string) bool {
	return slices.ContainsFunc(parents, func(parent string) bool {
		return pkg == parent || strings.HasPrefix(pkg, parent+"/")
	})
}

// covers reports whether a name of mayImport, such as bot or sim/…, includes the package.
func covers(name, pkg string) bool {
	if all, ok := strings.CutSuffix(name, "/…"); ok {
		return under(pkg, all)
	}
	return name == pkg
}

// ruleOf returns the name of mayImport that includes a package, and what the package may import.
func ruleOf(pkg string) (name string, allowed []string, ok bool) {
	allowed, ok = mayImport[pkg]
	if ok {
		return pkg, allowed, true
	}
	for name, allowed := range mayImport {
		if covers(name, pkg) {
			return name, allowed, true
		}
	}
	return "", nil, false
}

// forTests reports whether a package exists for tests and benchmarks only.
func forTests(pkg string) bool {
	return under(pkg, "e2e", "bench", "docs", "deploy") || strings.HasSuffix(pkg, "test")
}

// goFile is one Go file of this repository.
type goFile struct {
	path, pkg string
	test      bool
	imports   []string
}

// goFiles reads the imports of every Go file, including files for other systems.
func goFiles(t *testing.T) (all []goFile) {
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
		s := goFile{path: filepath.ToSlash(short), test: strings.HasSuffix(name, "_test.go")}
		s.pkg = path.Dir(s.path)
		if s.pkg == "." {
			s.pkg = root
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

// packages returns every directory with Go files.
func packages(t *testing.T) []string {
	t.Helper()
	seen := map[string]bool{}
	for _, s := range goFiles(t) {
		seen[s.pkg] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// TestImportRules checks the imports of every package against mayImport, onlyIn and forbidden.
func TestImportRules(t *testing.T) {
	for _, s := range goFiles(t) {
		if s.test {
			continue
		}
		t.Run(s.path, func(t *testing.T) {
			for _, imp := range s.imports {
				checkImport(t, s.pkg, imp)
			}
		})
	}
	all := packages(t)
	for name := range mayImport {
		if !slices.ContainsFunc(all, func(pkg string) bool { return covers(name, pkg) }) {
			t.Errorf("got a rule for %s, want none: there is no such package", name)
		}
	}
}

func checkImport(t *testing.T, pkg, imp string) {
	t.Helper()
	_, allowed, known := ruleOf(pkg)
	if !known {
		t.Fatalf("got no rule for %s in mayImport, want one", pkg)
	}
	free := slices.Contains(allowed, anything)
	for lib, alone := range onlyIn {
		if under(imp, lib) && !under(pkg, alone) && !free {
			t.Errorf("got an import of %s in %s, want it in %s alone", imp, pkg, alone)
		}
	}
	if under(imp, forbidden[pkg]...) && !under(imp, except...) {
		t.Errorf("got an import of %s in %s, want none", imp, pkg)
	}
	ours, ok := strings.CutPrefix(imp, "shiming/")
	if ok && !free && !slices.ContainsFunc(allowed, func(name string) bool { return covers(name, ours) }) {
		t.Errorf("got an import of %s in %s, want one of %v", ours, pkg, allowed)
	}
}

// TestProgramKnowsNoTests checks that the program imports no package for tests and benchmarks, and that only cmd
// imports the playground.
func TestProgramKnowsNoTests(t *testing.T) {
	for _, s := range goFiles(t) {
		if s.test || forTests(s.pkg) {
			continue
		}
		t.Run(s.path, func(t *testing.T) {
			for _, imp := range s.imports {
				ours := strings.TrimPrefix(imp, "shiming/")
				switch {
				case ours == imp && imp != "testing":
				case imp == "testing" || forTests(ours):
					t.Errorf("got an import of %s in %s, want none in the program", imp, s.pkg)
				case under(ours, "playground") && s.pkg != "cmd" && !under(s.pkg, "playground"):
					t.Errorf("got an import of %s in %s, want it in cmd alone", imp, s.pkg)
				}
			}
		})
	}
}

// TestRootIsSmall checks that main.go is the only Go file at the root, because nothing can import package main.
func TestRootIsSmall(t *testing.T) {
	const most = 40
	if got := files.Glob(t, "*.go"); !slices.Equal(got, []string{root}) {
		t.Errorf("got the Go files %v at the root, want %s alone", got, root)
	}
	if got := strings.Count(files.Read(t, root), "\n"); got > most {
		t.Errorf("got %d lines in %s, want %d at most", got, root, most)
	}
}

// clockFuncs are the functions of package time that read the clock or wait.
var clockFuncs = []string{"Now", "Since", "Until", "After", "AfterFunc", "Sleep", "Tick", "NewTicker", "NewTimer"}

// TestFlowsReadsNoClock checks that package flows does not read the clock: decisions depend on the event only, which
// carries its time.
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
				clock = "time"
				if spec.Name != nil {
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
