package flows

import "strings"

// ParseList splits a pasted list into its lines. Empty lines count for the numbers, which HR sees, and are left out. ok
// is false for a list that is too long.
func ParseList(text string) (lines []CampaignLine, ok bool) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if len(lines) == MaxCampaignPeople {
			return nil, false
		}
		lines = append(lines, CampaignLine{Line: i + 1, Text: line})
	}
	return lines, true
}

// ListOf returns the list of a message that begins with the word of CommandInvite; "" without one.
func ListOf(text string) string {
	_, rest, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return rest
}
