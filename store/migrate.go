package store

import (
	"context"
	"fmt"

	"github.com/pressly/goose/v3"
)

// NewerError means that a newer version of the program has migrated the database. Nothing was
// changed.
type NewerError struct{ Database, Program int64 } // schema versions

func (e *NewerError) Error() string {
	return fmt.Sprintf("store: the database has schema version %d, this program knows up to %d: "+
		"run the newer program, or restore the backup from before the upgrade", e.Database, e.Program)
}

// OlderError means that the database has not been migrated to the version of the program. Nothing was changed.
type OlderError struct{ Database, Program int64 } // schema versions

func (e *OlderError) Error() string {
	return fmt.Sprintf("store: the database has schema version %d, this program needs %d: start `shiming serve` of this "+
		"version once, or run the program that serve runs", e.Database, e.Program)
}

// checkPresent returns a *NewerError or an *OlderError unless the database has the schema of the program.
func (b *backend) checkPresent(ctx context.Context) error {
	p, err := goose.NewProvider(b.dialect, b.write, dialectFS(b.dialectTerms), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("store: migrations: %w", err)
	}
	there, err := b.hasTable(ctx, goose.DefaultTablename)
	if err != nil {
		return fmt.Errorf("store: migrations: %w", err)
	}
	at := int64(0)
	if there {
		if at, err = p.GetDBVersion(ctx); err != nil {
			return fmt.Errorf("store: migrations: %w", err)
		}
	}
	switch known := lastVersion(p); {
	case at > known:
		return &NewerError{at, known}
	case at < known:
		return &OlderError{at, known}
	}
	return nil
}

// lastVersion returns the newest schema version that the program knows.
func lastVersion(p *goose.Provider) (known int64) {
	for _, source := range p.ListSources() {
		known = max(known, source.Version)
	}
	return known
}

// checkVersion returns a *NewerError if the database has migrations that the program does not know.
// goose itself would ignore them and continue.
func (b *backend) checkVersion(ctx context.Context, p *goose.Provider) error {
	there, err := b.hasTable(ctx, goose.DefaultTablename)
	if err != nil || !there {
		return err
	}
	at, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("store: migrations: %w", err)
	}
	if known := lastVersion(p); at > known {
		return &NewerError{at, known}
	}
	return nil
}
