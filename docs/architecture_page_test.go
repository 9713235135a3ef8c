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

// architecture are the two languages of one page. anything is their word for it.
var architecture = []struct{ file, anything string }{
	{"docs/architecture.md", "anything"},
	{"docs/architecture.zh.md", "任何"},
}

// ticked is a piece of code in a page.
var ticked = regexp.MustCompile("`([^`]+)`")

// codes returns the pieces of code of a text.
func codes(text string) (out []string) {
	for _, m := range ticked.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

// TestPagesListTheRooms: both pages name every room and no other, and say of each what mayImport says.
func TestPagesListTheRooms(t *testing.T) {
	for _, p := range architecture {
		t.Run(p.file, func(t *testing.T) {
			table := files.Between(t, files.Read(t, p.file), "<!-- rooms:begin -->\n", "<!-- rooms:end -->")
			listed := map[string]bool{}
			for i, line := range strings.Split(strings.TrimSpace(table), "\n") {
				cells := strings.Split(strings.Trim(line, "|"), "|")
				if len(cells) != 3 {
					t.Fatalf("got %d columns in %q, want 3", len(cells), line)
				}
				if i < 2 {
					continue // the head
				}
				names := codes(cells[0])
				if len(names) == 0 {
					t.Errorf("got no room in %q, want one at least", line)
				}
				for _, room := range names {
					t.Run(room, func(t *testing.T) {
						if listed[room] {
							t.Error("got it twice, want one row")
						}
						listed[room] = true
						checkRow(t, room, strings.TrimSpace(cells[2]), p.anything)
					})
				}
			}
			all := rooms(t)
			for _, room := range all {
				if !listed[room] && !(under(room, "bench") && listed["bench"]) {
					t.Errorf("got no row for the room %s, want one", room)
				}
			}
			for room := range listed {
				if !slices.Contains(all, room) && room != "bench" {
					t.Errorf("got a row for %s, want none: there is no such room", room)
				}
			}
		})
	}
}

// checkRow compares what a page says that a room may import with mayImport.
func checkRow(t *testing.T, room, cell, everything string) {
	t.Helper()
	_, allowed, ok := ruleOf(room)
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

// TestWalksExist: in both pages every file and every name of the two walks is there, and the pages name the same ones.
//
// A walk is a numbered list. A path such as `bot/webhook.go` opens a file; the names behind it, such as
// `Server.webhook`, are declared in that file, until the next path. `flows.Decide` is a name of another room's when
// that room's file is the open one.
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

// identifier is a name as Go declares it, or a method behind its type, or a name behind its package.
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

// declared returns the names at the top of a Go file; a method is named as Type.Method and as Method.
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

// receiver is the name of a method's type.
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

// fileName is a file of Go in a sentence; metrics*.go names several.
var fileName = regexp.MustCompile(`(?:^|[\s(])([a-z0-9_*/]+\.go)\b`)

// TestRoomsIntroduceThemselves: every room says in one comment what it is for, and the files that it names are there.
func TestRoomsIntroduceThemselves(t *testing.T) {
	comments := map[string][]string{}
	for _, s := range sources(t) {
		if s.test && !slices.Contains([]string{"e2e", "e2e/browser", "docs", "deploy"}, s.room) {
			continue // rooms that are tests alone introduce themselves in a test
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), files.Path(t, s.path), nil,
			parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if comments[s.room] == nil {
			comments[s.room] = []string{}
		}
		if parsed.Doc != nil {
			comments[s.room] = append(comments[s.room], parsed.Doc.Text())
		}
	}
	for room, said := range comments {
		t.Run(room, func(t *testing.T) {
			if len(said) != 1 {
				t.Fatalf("got %d comments on the package, want one", len(said))
			}
			for _, m := range fileName.FindAllStringSubmatch(said[0], -1) {
				here := path.Join(room, m[1])
				if room == root {
					here = m[1]
				}
				if len(files.Glob(t, here)) == 0 && len(files.Glob(t, m[1])) == 0 {
					t.Errorf("got the file %s, want one that exists", m[1])
				}
			}
		})
	}
}

// shaped begins a heading, a row, a block of code or a step.
var shaped = regexp.MustCompile("^(#+|\\|.*|```.*|\\d+\\.)\\s*$")

// TestArchitectureSaysTheSame: one language knows no more than the other.
func TestArchitectureSaysTheSame(t *testing.T) {
	shape := func(file string) (out []string) {
		for line := range strings.Lines(files.Read(t, file)) {
			kind, _, _ := strings.Cut(line, " ")
			if shaped.MatchString(kind) {
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
