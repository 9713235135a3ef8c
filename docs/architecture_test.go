package docs

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mayImport lists what each room may import of ours. A room that is not here has no rule, which is a mistake.
var mayImport = map[string][]string{
	"shiming": {"cmd"},

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
	"doctor":     {"config", "bot", "esign", "verify", "store", "store/keyset", "flows"},
	"playground": {"sim", "config", "playground/page", "playground/child", "playground/scrape"},
	"cmd":        {"app", "config", "doctor", "playground", "sim", "bot", "store", "store/keyset"},

	"playground/page":   {},
	"playground/child":  {},
	"playground/scrape": {},
	"store/pgtest":      {},
}

// importsAnything are rooms of tests and measurements. Nobody else imports them.
var importsAnything = []string{"e2e", "bench", "workers/workerstest"}

// onlyIn names the rooms that alone may use a library.
var onlyIn = map[string]string{
	"github.com/larksuite/oapi-sdk-go/v3": "bot",
	"github.com/gin-gonic/gin":            "bot",
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

func under(pkg string, rooms ...string) bool {
	return slices.ContainsFunc(rooms, func(room string) bool { return pkg == room || strings.HasPrefix(pkg, room+"/") })
}

// TestImportRules holds the walls between the rooms.
func TestImportRules(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "shiming/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		pkg := strings.TrimPrefix(fields[0], "shiming/")
		seen[pkg] = true
		t.Run(pkg, func(t *testing.T) {
			for _, imp := range fields[1:] {
				checkImport(t, pkg, imp)
			}
		})
	}
	for room := range mayImport {
		if !seen[room] {
			t.Errorf("there is a rule for %s, which does not exist", room)
		}
	}
}

func checkImport(t *testing.T, pkg, imp string) {
	t.Helper()
	anything := under(pkg, importsAnything...)
	for lib, room := range onlyIn {
		if under(imp, lib) && !under(pkg, room) && !anything {
			t.Errorf("imports %s, which is for %s alone", imp, room)
		}
	}
	if under(imp, forbidden[pkg]...) && !under(imp, except...) {
		t.Errorf("imports %s", imp)
	}
	ours, ok := strings.CutPrefix(imp, "shiming/")
	switch {
	case !ok || anything:
	case under(pkg, "sim"):
		if !under(ours, "sim") {
			t.Errorf("imports %s: the simulated world speaks only HTTP", imp)
		}
	default:
		allowed, known := mayImport[pkg]
		if !known {
			t.Fatalf("has no rule in mayImport")
		}
		if under(ours, "sim") && slices.Contains(allowed, "sim") {
			return
		}
		if !slices.Contains(allowed, ours) {
			t.Errorf("imports %s", ours)
		}
	}
}
