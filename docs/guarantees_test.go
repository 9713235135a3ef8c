package docs

import (
	"slices"
	"strings"
	"testing"

	"shiming/e2e/files"
)

// TestGuaranteesNameTests checks that every row of both pages names existing tests, the same ones in both.
func TestGuaranteesNameTests(t *testing.T) {
	var all strings.Builder
	for _, s := range goFiles(t) {
		if s.test {
			all.WriteString(files.Read(t, s.path))
		}
	}
	var named [2][]string
	for i, name := range pair("docs/guarantees.md") {
		t.Run(name, func(t *testing.T) {
			for _, row := range rows(files.Read(t, name))[1:] {
				tests := codes(row[1])
				if len(tests) == 0 {
					t.Errorf("got no test for %q, want one", row[0])
				}
				for _, test := range tests {
					if !strings.Contains(all.String(), "\nfunc "+test+"(t *testing.T)") {
						t.Errorf("got the test %s, want one that exists", test)
					}
				}
				named[i] = append(named[i], strings.Join(tests, " "))
			}
		})
	}
	if len(named[0]) < 15 || !slices.Equal(named[0], named[1]) {
		t.Errorf("got %v in one language and %v in the other, want the same tests", named[0], named[1])
	}
}
