package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"shiming/e2e/files"
)

// architecture lists both languages of the page. anything is the page's word for the rule anything.
var architecture = []struct{ file, anything string }{
	{"docs/architecture.md", "anything"},
	{"docs/architecture.zh.md", "任何"},
}

// codePiece matches a piece of code in a page.
var codePiece = regexp.MustCompile("`([^`]+)`")

// codes returns the pieces of code of a text.
func codes(text string) (out []string) {
	for _, m := range codePiece.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

// TestPagesListThePackages checks that both pages have a row for every package and no other, with the imports of
// mayImport.
func TestPagesListThePackages(t *testing.T) {
	for _, p := range architecture {
		t.Run(p.file, func(t *testing.T) {
			table := files.Between(t, files.Read(t, p.file), "<!-- packages:begin -->\n", "<!-- packages:end -->")
			listed := map[string]bool{}
			for i, line := range strings.Split(strings.TrimSpace(table), "\n") {
				cells := strings.Split(strings.Trim(line, "|"), "|")
				if len(cells) != 3 {
					t.Fatalf("got %d columns in %q, want 3", len(cells), line)
				}
				if i < 2 {
					continue // the head of the table
				}
				names := codes(cells[0])
				if len(names) == 0 {
					t.Errorf("got no package in %q, want one at least", line)
				}
				for _, pkg := range names {
					t.Run(pkg, func(t *testing.T) {
						if listed[pkg] {
							t.Error("got it twice, want one row")
						}
						listed[pkg] = true
						checkRow(t, pkg, strings.TrimSpace(cells[2]), p.anything)
					})
				}
			}
			all := packages(t)
			for _, pkg := range all {
				if !listed[pkg] && !(under(pkg, "bench") && listed["bench"]) {
					t.Errorf("got no row for the package %s, want one", pkg)
				}
			}
			for pkg := range listed {
				if !slices.Contains(all, pkg) && pkg != "bench" {
					t.Errorf("got a row for %s, want none: there is no such package", pkg)
				}
			}
		})
	}
}

// checkRow compares a page's imports of a package with mayImport.
func checkRow(t *testing.T, pkg, cell, everything string) {
	t.Helper()
	_, allowed, ok := ruleOf(pkg)
	if !ok {
		t.Fatal("got no rule in mayImport, want one")
	}
	switch {
	case slices.Contains(allowed, anything):
		if cell != everything {
			t.Errorf("got %q, want %q", cell, everything)
		}
	case len(allowed) == 0:
		if cell != "–" {
			t.Errorf("got %q, want –", cell)
		}
	default:
		got, want := codes(cell), slices.Clone(allowed)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

// TestWalksExist checks that every file and name of the two walks exists, and that both pages name the same ones.
//
// A walk is a numbered list. A path such as `bot/webhook.go` opens a file; the names after it, such as
// `Server.webhook`, must be declared in that file, until the next path. `flows.Decide` is a name of package flows
// while one of its files is open.
func TestWalksExist(t *testing.T) {
	for _, walk := range []string{"photo", "approval"} {
		t.Run(walk, func(t *testing.T) {
			var first []string
			for i, p := range architecture {
				text := files.Between(t, files.Read(t, p.file), "<!-- "+walk+":begin -->\n", "<!-- "+walk+":end -->")
				steps := strings.Split(strings.TrimSpace(text), "\n")
				var named []string
				for _, step := range steps {
					number, _, _ := strings.Cut(step, " ")
					t.Run(path.Base(p.file)+"/"+strings.TrimSuffix(number, "."), func(t *testing.T) { checkStep(t, step) })
					names := codes(step)
					slices.Sort(names)
					named = append(named, strings.Join(names, " "))
				}
				if len(steps) < 8 {
					t.Errorf("got %d steps in %s, want the whole way", len(steps), p.file)
				}
				if i == 0 {
					first = named
				} else if !slices.Equal(named, first) {
					t.Errorf("got other names in %s than in %s:\ngot  %q\nwant %q", p.file, architecture[0].file, named, first)
				}
			}
		})
	}
}

// identifier matches a Go name, a type with a method, or a package with a name.
var identifier = regexp.MustCompile(`^[A-Za-z_]\w*(\.[A-Za-z_]\w*)?$`)

func checkStep(t *testing.T, step string) {
	t.Helper()
	open, here := "", map[string]bool{}
	for _, code := range codes(step) {
		switch {
		case strings.HasSuffix(code, ".go"):
			if _, err := os.Stat(files.Path(t, code)); err != nil {
				t.Errorf("got the file %s, want one that exists", code)
				open, here = "", nil
				continue
			}
			open, here = code, declared(t, code)
		case !identifier.MatchString(code):
			t.Errorf("got %q, want a path or a name", code)
		case open == "":
			t.Errorf("got the name %s before any file, want its file first", code)
		case !here[strings.TrimPrefix(code, path.Base(path.Dir(open))+".")]:
			t.Errorf("got %s in %s, want a name that the file declares", code, open)
		}
	}
	if open == "" {
		t.Errorf("got no file in %q, want one", step)
	}
}

// declared returns the top-level names of a Go file; a method as Type.Method and as Method.
func declared(t *testing.T, name string) map[string]bool {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), files.Path(t, name), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, d := range parsed.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			names[d.Name.Name] = true
			if d.Recv != nil {
				names[receiver(d.Recv.List[0].Type)+"."+d.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					names[s.Name.Name] = true
				case *ast.ValueSpec:
					for _, id := range s.Names {
						names[id.Name] = true
					}
				}
			}
		}
	}
	return names
}

// receiver returns the name of a method's type.
func receiver(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.StarExpr:
		return receiver(x.X)
	case *ast.IndexExpr:
		return receiver(x.X)
	case *ast.Ident:
		return x.Name
	}
	return ""
}

// fileName matches a Go file in a sentence; metrics*.go matches several files.
var fileName = regexp.MustCompile(`(?:^|[\s(])([a-z0-9_*/]+\.go)\b`)

// TestPackagesHaveOneComment checks that every package has one package comment, and that the files it names exist.
func TestPackagesHaveOneComment(t *testing.T) {
	comments := map[string][]string{}
	for _, s := range goFiles(t) {
		if s.test && !slices.Contains([]string{"e2e", "e2e/browser", "docs", "deploy"}, s.pkg) {
			continue // only packages of tests have the comment in a test file
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), files.Path(t, s.path), nil,
			parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if comments[s.pkg] == nil {
			comments[s.pkg] = []string{}
		}
		if parsed.Doc != nil {
			comments[s.pkg] = append(comments[s.pkg], parsed.Doc.Text())
		}
	}
	for pkg, said := range comments {
		t.Run(pkg, func(t *testing.T) {
			if len(said) != 1 {
				t.Fatalf("got %d comments on the package, want one", len(said))
			}
			for _, m := range fileName.FindAllStringSubmatch(said[0], -1) {
				here := path.Join(pkg, m[1])
				if pkg == root {
					here = m[1]
				}
				if len(files.Glob(t, here)) == 0 && len(files.Glob(t, m[1])) == 0 {
					t.Errorf("got the file %s, want one that exists", m[1])
				}
			}
		})
	}
}

// lineStart matches the beginning of a heading, a table row, a code block or a step.
var lineStart = regexp.MustCompile("^(#+|\\|.*|```.*|\\d+\\.)\\s*$")

// TestArchitectureSaysTheSame checks that both languages have the same headings, rows and steps.
func TestArchitectureSaysTheSame(t *testing.T) {
	shape := func(file string) (out []string) {
		for line := range strings.Lines(files.Read(t, file)) {
			kind, _, _ := strings.Cut(line, " ")
			if lineStart.MatchString(kind) {
				out = append(out, strings.TrimSpace(kind))
			}
		}
		return out
	}
	got, want := shape(architecture[1].file), shape(architecture[0].file)
	if len(want) < 60 || !slices.Equal(got, want) {
		t.Errorf("headings, rows and steps differ:\ngot  %v\nwant %v", got, want)
	}
}
