package docs

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"shiming/e2e/files"
)

// faceTable reads the bot's tables about faces. Their codes go before those that any call of Tencent Cloud may answer.
func faceTable(t *testing.T) (all []known) {
	t.Helper()
	const link, result = "tencent.face_link", "tencent.face_result"
	row := regexp.MustCompile(`(?m)^\t"?(\d+|[A-Z][A-Za-z.]+)"?:\s+(\w+)(?:\(Reason(\w+))?`)
	for part := range strings.SplitSeq(files.Read(t, faceFile), "\nvar ") {
		name, _, _ := strings.Cut(part, " ")
		calls := []string{result}
		switch name {
		case "accountCodes":
			calls = []string{link, result}
		case "faceOpenCodes":
			calls = []string{link}
		}
		for _, m := range row.FindAllStringSubmatch(part, -1) {
			for _, call := range calls {
				if m[1] != "0" { // a match
					all = append(all, known{file: faceFile, code: m[1], class: m[2], reason: m[3], call: call})
				}
			}
		}
	}
	if len(all) < 85 {
		t.Fatalf("%s: got %d rows, want at least 85", faceFile, len(all))
	}
	return all
}

const faceFile = "verify/face_codes.go"

// TestErrorPagesListTheCodesOfFaces compares the codes of both calls, and of a flow, with the tables of both pages.
func TestErrorPagesListTheCodesOfFaces(t *testing.T) {
	var want []string
	source := files.Read(t, "verify/face_codes.go")
	for _, m := range regexp.MustCompile(`(?m)^\t+"?(\d+|[A-Z][A-Za-z.]+)"?:`).FindAllStringSubmatch(source, -1) {
		want = append(want, m[1])
	}
	slices.Sort(want)
	for _, page := range pair("docs/errors.md") {
		var got []string
		table := files.Between(t, files.Read(t, page), "<!-- face:begin -->\n", "<!-- face:end -->")
		for row := range strings.Lines(table) {
			first, _, _ := strings.Cut(strings.TrimPrefix(row, "| "), " |")
			for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(first, -1) {
				got = append(got, m[1])
			}
		}
		slices.Sort(got)
		if len(want) < 70 || !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", page, got, want)
		}
	}
}
