package app

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"shiming/config"
)

// TestLongRetentionIsSaid: the log says when data is kept without a limit, or photos for more than a day.
func TestLongRetentionIsSaid(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*config.Config)
		want   string // "" for nothing
	}{
		{"defaults", func(*config.Config) {}, ""},
		{"a day of photos", func(c *config.Config) { c.Timing.PhotoGrace = 24 * time.Hour }, ""},
		{"two days of photos", func(c *config.Config) { c.Timing.PhotoGrace = 48 * time.Hour }, "timing.photo_grace"},
		{"no limit", func(c *config.Config) { c.Timing.LeaverRetention = 0 }, "without a limit"},
		{"a limit after the registration only", func(c *config.Config) {
			c.Timing.LeaverRetention, c.Timing.FieldRetention = 0, time.Hour
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg, log := config.Defaults(), bytes.Buffer{}
			tt.change(&cfg)
			warnOfRetention(cfg, slog.New(slog.NewTextHandler(&log, nil)))
			if got := log.String(); !strings.Contains(got, tt.want) || tt.want == "" && got != "" {
				t.Errorf("got %q, want %q in it", got, tt.want)
			}
		})
	}
}
