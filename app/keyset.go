package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"shiming/config"
	"shiming/store/keyset"
	"shiming/store/keyset/vault"
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

// KeyWrapping returns what wraps the keys in the keyset file: a key of kms.uri, security.wrapping_key, or nil for keys
// in clear. It calls nobody.
func KeyWrapping(cfg config.Config) (*keyset.Wrapping, error) {
	wrapping, _, err := openWrapping(cfg)
	return wrapping, err
}

// openWrapping is KeyWrapping, and returns the client of the key service, nil without one. A process calls it once: it
// keeps the login.
func openWrapping(cfg config.Config) (*keyset.Wrapping, *vault.Client, error) {
	s := vault.Settings{
		URI:             cfg.KMS.URI,
		Token:           cfg.KMS.Token,
		Namespace:       cfg.KMS.Namespace,
		RoleID:          cfg.KMS.RoleID,
		SecretID:        cfg.KMS.SecretID,
		SecretIDWrapped: bool(cfg.KMS.SecretIDWrapped),
		AppRolePath:     cfg.KMS.AppRolePath,
		CAFile:          cfg.KMS.CAFile,
		WrappingKey:     cfg.Security.WrappingKey,
	}
	client, err := s.Client()
	if err != nil {
		return nil, nil, err
	}
	wrapping, err := s.Wrapping(client)
	return wrapping, client, err
}

// LoadKeys loads the keyset file. With kms.uri it asks the service once, and afterwards only when the file is replaced.
func LoadKeys(cfg config.Config) (*keyset.Keyset, error) {
	wrapping, err := KeyWrapping(cfg)
	if err != nil {
		return nil, err
	}
	return loadKeys(cfg, wrapping)
}

func loadKeys(cfg config.Config, wrapping *keyset.Wrapping) (*keyset.Keyset, error) {
	keys, err := keyset.LoadWrapped(cfg.Security.KeysetFile, wrapping)
	if err != nil {
		return nil, fmt.Errorf("security.keyset_file: %w", err)
	}
	return keys, nil
}

// loadKeyset loads the keys that encrypt personal data. If the file is missing and there is no database yet, it creates
// the file on SQLite and logs a warning, because the data cannot be read without the file. On PostgreSQL it creates
// nothing, because all instances must have the same keys. It waits for a key management service that does not answer
// yet.
func (r startRetry) loadKeyset(
	ctx context.Context, cfg config.Config, wrapping *keyset.Wrapping, log *slog.Logger,
) (*keyset.Keyset, error) {
	keys, err := r.loadKeys(ctx, cfg, wrapping, log)
	if errors.Is(err, fs.ErrNotExist) {
		return createKeyset(cfg, wrapping, log)
	}
	if err != nil {
		return nil, err
	}
	if wrapping != nil && !keys.Wrapped() {
		log.Warn("the keys in the key file are in clear, although they are to be wrapped: run `shiming keys rotate`, and "+
			"destroy every copy of the present file after `shiming keys retire`",
			"file", cfg.Security.KeysetFile, "by", wrapping.Name)
	}
	return keys, nil
}

// loadKeys loads the keyset file until it succeeds, meets an error that waiting does not change, or limit has passed.
func (r startRetry) loadKeys(
	ctx context.Context, cfg config.Config, wrapping *keyset.Wrapping, log *slog.Logger,
) (*keyset.Keyset, error) {
	for end := r.now().Add(r.limit); ; {
		keys, err := loadKeys(cfg, wrapping)
		wrap, ok := errors.AsType[*keyset.WrapError](err)
		if !ok || !wrap.Temporary() || !r.now().Add(r.pause).Before(end) {
			return keys, err
		}
		log.Warn("waiting for the key management service", "why", wrap.Error(), "until", end.UTC().Format(time.RFC3339))
		r.tell(waitingForKeyService, codeOf(wrap))
		select {
		case <-time.After(r.pause):
		case <-ctx.Done():
			return nil, fmt.Errorf("stopped while waiting: %w: %w", err, ctx.Err())
		}
	}
}

// codeOf returns what the key service has answered, as a word.
func codeOf(err error) string {
	if answered, ok := errors.AsType[*vault.Error](err); ok {
		return string(answered.Code)
	}
	return ""
}

func createKeyset(cfg config.Config, wrapping *keyset.Wrapping, log *slog.Logger) (*keyset.Keyset, error) {
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
	if err := keyset.WriteWrapped(path, keyset.New(), wrapping); err != nil {
		return nil, fmt.Errorf("security.keyset_file: %w", err)
	}
	log.Warn("NEW KEYSET WRITTEN: keep a copy in a safe place; without it the stored data cannot be read", "file", path)
	return loadKeys(cfg, wrapping) // with its file, which a rotation replaces
}
