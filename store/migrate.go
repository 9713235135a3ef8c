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
	known := int64(0)
	for _, source := range p.ListSources() {
		known = max(known, source.Version)
	}
	if at > known {
		return &NewerError{at, known}
	}
	return nil
}
