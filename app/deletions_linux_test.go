package app

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"shiming/config"
)

// TestNoListBesideAReadOnlyKeyFile: on PostgreSQL, where nothing can be written beside the key file, the bot runs
// without a list and warns. A path that somebody has set is a fault instead. Nobody can create a file in /sys, not even root.
func TestNoListBesideAReadOnlyKeyFile(t *testing.T) {
	t.Parallel()
	for _, chosen := range []bool{false, true} {
		cfg := config.Defaults()
		cfg.Store.DSN, cfg.Security.KeysetFile = "postgres://db/shiming", "/sys/keyset.json"
		level := "WARN"
		if chosen {
			cfg.Store.DeletionsFile, level = "/sys/list", "ERROR"
		}
		var logged bytes.Buffer
		a := &App{cfg: cfg, log: slog.New(slog.NewJSONHandler(&logged, nil))}
		a.openDeletionList()
		if a.deleted != nil || a.listUnusable.Load() != chosen || a.listOff == chosen ||
			!strings.Contains(logged.String(), level) {
			t.Errorf("chosen %t: unusable %t, off %t, logged %s", chosen, a.listUnusable.Load(), a.listOff, logged.String())
		}
	}
}
