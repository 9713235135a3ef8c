// Package docs holds the pages, and the tests that compare them, CONTRIBUTING.md and both READMEs with the code: the
// packages and what they may import (architecture_test.go, architecture_page_test.go), error codes (errors_test.go),
// settings (configuration_test.go), states (states_test.go), commands and words (commands_test.go), figures
// (benchmarks_test.go), modules (dependencies_test.go), guarantees (guarantees_test.go), scopes and events
// (setup_test.go), languages and links (pages_test.go).
package docs

import (
	"strings"
	"testing"
	"unicode/utf8"

	"shiming/e2e/files"
)

var readmes = pair("README.md")

// Limits for what a newcomer has to read.
const (
	mostLines = 200
	mostWide  = 160
)

// TestReadmesAreShort checks the limits of 200 lines and 160 characters a line. Table rows and commands may be
// longer.
func TestReadmesAreShort(t *testing.T) {
	for _, name := range readmes {
		t.Run(name, func(t *testing.T) {
			text := files.Read(t, name)
			if got := strings.Count(text, "\n"); got > mostLines {
				t.Errorf("got %d lines, want %d at most", got, mostLines)
			}
			n := 0
			for line := range strings.Lines(text) {
				n++
				if wide := utf8.RuneCountInString(line) - 1; wide > mostWide && !strings.HasPrefix(line, "|") {
					t.Errorf("line %d: got %d characters, want %d at most", n, wide, mostWide)
				}
			}
		})
	}
}

// TestReadmesNameTheCommands checks that the demo, the bot and the tests have a line each, and that .ci/run runs the
// last one.
func TestReadmesNameTheCommands(t *testing.T) {
	for _, name := range readmes {
		t.Run(name, func(t *testing.T) {
			text := files.Read(t, name)
			for _, want := range []string{"go run . demo", "go run . serve --config config.yaml", "go test ./..."} {
				if !strings.Contains(text, "\n    "+want+"\n") {
					t.Errorf("got no line with %s alone, want one", want)
				}
			}
			if size := value(t, "size", "", "program"); !strings.Contains(text, size) {
				t.Errorf("got no %s, want the size that was measured last", size)
			}
		})
	}
	if !strings.Contains(files.Read(t, ".ci/run"), "\ngo test ./...\n") {
		t.Error("got no go test ./... in .ci/run, want the README's test command")
	}
}
