package app

import (
	"io"
	"log/slog"
	"regexp"

	"github.com/m-mizutani/masq"
)

// NewLogger writes JSON lines. What looks like an ID number or a mobile is removed, should
// any ever get here: nothing personal is logged on purpose.
func NewLogger(w io.Writer, level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	redact := masq.New(
		masq.WithRegex(regexp.MustCompile(`(^|\D)\d{17}[\dXx](\D|$)`)),
		masq.WithRegex(regexp.MustCompile(`(^|\D)1[3-9]\d{9}(\D|$)`)),
	)
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l, ReplaceAttr: redact}))
}
