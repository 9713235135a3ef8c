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

// sqliteFile returns a space and the path of the SQLite database. It returns "" on PostgreSQL, whose DSN may contain a
// password.
func sqliteFile(cfg config.Config) string {
	file, ok := cfg.SQLiteFile()
	if !ok {
		return ""
	}
	return " " + file
}

// loadKeyset loads the keys that encrypt personal data. If the file is missing and there is no database yet, it creates
// the file on SQLite and logs a warning, because the data cannot be read without the file. On PostgreSQL it creates
// nothing, because all instances must have the same keys.
func loadKeyset(cfg config.Config, log *slog.Logger) (*keyset.Keyset, error) {
	keys, err := keyset.Load(cfg.Security.KeysetFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return createKeyset(cfg, log)
	case err != nil:
		return nil, fmt.Errorf("security.keyset_file: %w", err)
	}
	return keys, nil
}

func createKeyset(cfg config.Config, log *slog.Logger) (*keyset.Keyset, error) {
	path := cfg.Security.KeysetFile
	database, isSQLite := cfg.SQLiteFile()
	if !isSQLite {
		return nil, fmt.Errorf("security.keyset_file: %s is missing: on PostgreSQL all instances need the same one; "+
			"make it once with `shiming keygen FILE` and give each a copy", path)
	}
	if _, err := os.Stat(database); err == nil {
		return nil, fmt.Errorf("security.keyset_file: %s is missing, but the database %s exists and cannot be read "+
			"without it; restore your copy", path, database)
	}
	keys := keyset.New()
	if err := keyset.Write(path, keys); err != nil {
		return nil, fmt.Errorf("security.keyset_file: %w", err)
	}
	log.Warn("NEW KEYSET WRITTEN: keep a copy in a safe place; without it the stored data cannot be read", "file", path)
	return keys, nil
}
