package app

import (
	"io"
	"log/slog"
	"regexp"

	"github.com/m-mizutani/masq"
)

// NewLogger returns a logger that writes JSON lines. An invalid level means info. No code logs personal data; as a
// second line of defence, the logger redacts text that looks like an ID number or a mobile number.
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
