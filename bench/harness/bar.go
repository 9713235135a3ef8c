package harness

import "strings"

// Bar draws v as a share of whole, width characters wide, in eighths of a character.
func Bar(v, whole float64, width int) string {
	if whole <= 0 || v < 0 {
		v, whole = 0, 1
	}
	eighths := min(int(v/whole*float64(width)*8+0.5), width*8)
	bar := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		bar += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return bar + strings.Repeat(" ", width-len([]rune(bar)))
}
