package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"shiming/config"
	"shiming/engine"
	"shiming/store"
	"shiming/store/keyset"
)

// Keys rotates, lists and retires the keys of a database, beside the processes that use it.
type Keys struct {
	store  *store.Store
	engine *engine.Engine
}

// OpenKeys opens the database beside a serve that may be running. It creates nothing.
func OpenKeys(ctx context.Context, cfg config.Config) (*Keys, error) {
	wrapping, err := KeyWrapping(cfg)
	if err != nil {
		return nil, err
	}
	return openKeys(ctx, cfg, wrapping)
}

func openKeys(ctx context.Context, cfg config.Config, wrapping *keyset.Wrapping) (*Keys, error) {
	keys, err := loadKeys(cfg, wrapping)
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, store.Config{DSN: cfg.Store.DSN, Sync: string(cfg.Store.Sync), Keyset: keys, Beside: true})
	switch {
	case keyError(err):
		return nil, fmt.Errorf("security.keyset_file: %s, database%s: %w", cfg.Security.KeysetFile, sqliteFile(cfg), err)
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("store.dsn: there is no database%s", sqliteFile(cfg))
	case err != nil:
		return nil, fmt.Errorf("store.dsn: %w", err)
	}
	e := engine.New(engine.Deps{
		Store:  s,
		Policy: Policy(cfg),
		Shared: true,
		Log:    slog.New(slog.DiscardHandler),
		Now:    s.Now,
	})
	return &Keys{s, e}, nil
}

// RewrapKeys writes the key file again, under the wrapping of cfg. from has the wrapping that the file has now; nil means
// that of cfg, or none.
func RewrapKeys(ctx context.Context, cfg config.Config, from *config.Config) (err error) {
	wrapping, err := KeyWrapping(cfg)
	if err != nil {
		return err
	}
	now := wrapping
	if from != nil {
		if now, err = KeyWrapping(*from); err != nil {
			return err
		}
	}
	keys, err := openKeys(ctx, cfg, now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, keys.Close()) }()
	return keys.store.RewrapKeys(ctx, wrapping)
}

// keyError reports whether the database was not opened because of the keys.
func keyError(err error) bool {
	_, retired := errors.AsType[*store.RetiredError](err)
	_, lacks := errors.AsType[*store.EpochError](err)
	return retired || lacks || errors.Is(err, store.ErrWrongKeyset)
}

// Close closes the database.
func (k *Keys) Close() error { return k.store.Close() }

// List lists the epochs, newest first, and the processes that work on the database.
func (k *Keys) List(ctx context.Context) ([]store.KeyListing, []store.KeyHolder, error) {
	list, err := k.store.ListKeys(ctx)
	if err != nil {
		return nil, nil, err
	}
	holders, err := k.store.KeyHolders(ctx)
	return list, holders, err
}

// Rotate puts everything under new keys; see store.RotateKeys.
func (k *Keys) Rotate(ctx context.Context, progress func(store.KeyProgress)) (store.Rotated, error) {
	return k.store.RotateKeys(ctx, store.RotateConfig{
		Index:    k.engine.CaseIndex,
		Hashes:   k.engine.HashesOf,
		Progress: progress,
	})
}

// retireWait is how long Retire waits for the running processes to read the new key file.
const retireWait = 10 * time.Second

// Retire destroys the keys of an epoch and of older ones; see store.RetireKeys.
func (k *Keys) Retire(ctx context.Context, epoch int, unreadable bool) (held []string, err error) {
	return k.store.RetireKeys(ctx, store.RetireConfig{
		Epoch:      epoch,
		Now:        k.store.Now(),
		Wait:       retireWait,
		Unreadable: unreadable,
		Index:      k.engine.CaseIndex,
	})
}
