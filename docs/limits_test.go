package docs

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"shiming/e2e/files"
	"shiming/flows"
)

// TestLimitsHaveTheirFigures compares the table of limits with the code: the rows stand in this order on both pages.
func TestLimitsHaveTheirFigures(t *testing.T) {
	want := []int{
		flows.MaxCasesPerDay, flows.MaxPhotos, flows.MaxPhotos, flows.MaxCodesPerDay, -1, flows.MaxCodeTries,
		flows.MaxReminders, int(flows.NudgeEvery / time.Hour), 1, 1, 1, flows.MaxLooks,
	}
	for _, name := range pair("docs/configuration.md") {
		t.Run(name, func(t *testing.T) {
			text := section(t, files.Read(t, name), 2)
			table := rows(text)[1:]
			if len(table) < len(want) {
				t.Fatalf("got %d rows, want %d at least", len(table), len(want))
			}
			for i, n := range want {
				if n >= 0 && firstNumber(table[i][1]) != n {
					t.Errorf("%s: got %q, want %d", table[i][0], table[i][1], n)
				}
			}
			last := text[strings.LastIndex(text, "|"):]
			for _, n := range []int{flows.HelpAfterChecks, flows.HelpAfterCodes, flows.HelpAfterPhotos} {
				if got := firstNumber(last); got != n {
					t.Errorf("the way to HR: got %d, want %d", got, n)
				}
				_, last, _ = strings.Cut(last, strconv.Itoa(n))
			}
		})
	}
}

// firstNumber returns the first number of a text, or -1.
func firstNumber(text string) int {
	isDigit := func(r rune) bool { return r >= '0' && r <= '9' }
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return !isDigit(r) }) {
		n, err := strconv.Atoi(part)
		if err == nil {
			return n
		}
	}
	return -1
}
