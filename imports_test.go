package main

import (
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// TestImportRules holds the walls between the rooms.
func TestImportRules(t *testing.T) {
	// What each room may import of ours. sim's own parts may import each other.
	ours := map[string][]string{
		"shiming":                     {"bot", "cards", "esign", "engine", "failure", "flows", "sim", "store", "verify", "workers"},
		"shiming/bot":                 {"flows", "cards", "idcard", "failure"},
		"shiming/flows":               {"cards", "idcard"},
		"shiming/engine":              {"flows", "cards", "idcard", "failure"},
		"shiming/workers":             {"engine", "flows", "cards", "idcard", "esign", "verify", "failure"},
		"shiming/workers/workerstest": {"workers", "engine", "flows", "cards", "idcard", "esign", "verify", "failure", "store"},
		"shiming/store":               {"store", "flows", "idcard", "failure"},
		"shiming/store/groupcommit":   {},
		"shiming/store/keyset":        {},
		"shiming/cards":               {}, "shiming/esign": {"failure"}, "shiming/verify": {"failure"}, "shiming/idcard": {}, "shiming/failure": {},
	}
	// Who alone, beside the room that it is a part of, may import a part.
	parts := map[string][]string{
		"shiming/store/groupcommit": {},
		"shiming/store/keyset":      {"shiming", "shiming/workers/workerstest"},
	}
	// Who alone may use a library.
	only := map[string]string{
		"github.com/larksuite/oapi-sdk-go/v3": "shiming/bot",
		"github.com/gin-gonic/gin":            "shiming/bot",
		"github.com/riverqueue/river":         "shiming/store",
		"modernc.org/sqlite":                  "shiming/store",
		"github.com/jackc/pgx/v5":             "shiming/store",
		"github.com/tink-crypto/tink-go/v2":   "shiming/store/keyset",
		"github.com/tencentcloud":             "shiming/verify",
	}
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	rooms := 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		pkg, imports := fields[0], fields[1:]
		rooms++
		for _, imp := range imports {
			if strings.HasPrefix(pkg, "shiming/bench/") {
				continue // measures whatever it likes; nobody imports it
			}
			for lib, room := range only {
				if (imp == lib || strings.HasPrefix(imp, lib+"/")) && pkg != room && !strings.HasPrefix(pkg, room+"/") {
					t.Errorf("%s imports %s, which is for %s alone", pkg, imp, room)
				}
			}
			if users, is := parts[imp]; is && pkg != path.Dir(imp) && !slices.Contains(users, pkg) {
				t.Errorf("%s imports %s, which is for %s and %q alone", pkg, imp, path.Dir(imp), users)
			}
			room, is := strings.CutPrefix(imp, "shiming/")
			if !is {
				continue
			}
			if strings.HasPrefix(pkg, "shiming/sim") {
				if room != "sim" && !strings.HasPrefix(room, "sim/") {
					t.Errorf("%s imports %s: the simulated world speaks only HTTP", pkg, imp)
				}
				continue
			}
			allowed, known := ours[pkg]
			if !known {
				t.Errorf("%s has no rule here", pkg)
				break
			}
			if top, _, _ := strings.Cut(room, "/"); !slices.Contains(allowed, top) {
				t.Errorf("%s imports %s", pkg, imp)
			}
		}
	}
	if rooms < 9 {
		t.Fatalf("only %d packages were listed", rooms)
	}
}
