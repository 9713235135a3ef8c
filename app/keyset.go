package app

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"shiming/config"
	"shiming/store/keyset"
)

// sqliteFile is " " and the path of the database, "" on PostgreSQL, whose DSN may hold a password.
func sqliteFile(cfg config.Config) string {
	file, ok := cfg.SQLiteFile()
	if !ok {
		return ""
	}
	return " " + file
}

// loadKeyset loads the keys that seal personal data. On SQLite a missing file is created, and
// said loudly, since losing it means losing the data.
func loadKeyset(cfg config.Config, log *slog.Logger) (*keyset.Keyset, error) {
	keys, err := keyset.Load(cfg.Security.KeysetFile)
	file, isSQLite := cfg.SQLiteFile()
	if errors.Is(err, fs.ErrNotExist) && !isSQLite {
		return nil, fmt.Errorf("security.keyset_file: %s is missing: on PostgreSQL all instances need the same one; make it once with `shiming keygen FILE` and give each a copy", cfg.Security.KeysetFile)
	}
	if errors.Is(err, fs.ErrNotExist) {
		if _, dbErr := os.Stat(file); dbErr == nil {
			return nil, fmt.Errorf("security.keyset_file: %s is missing, but the database %s exists and cannot be read without it; restore your copy", cfg.Security.KeysetFile, file)
		}
		keys = keyset.New()
		if err := keyset.Write(cfg.Security.KeysetFile, keys); err != nil {
			return nil, fmt.Errorf("security.keyset_file: %w", err)
		}
		log.Warn("NEW KEYSET WRITTEN: keep a copy in a safe place; without it the stored data cannot be read", "file",
			cfg.Security.KeysetFile)
		return keys, nil
	}
	if err != nil {
		return nil, fmt.Errorf("security.keyset_file: %w", err)
	}
	return keys, nil
}
