package harness

import (
	"context"
	"fmt"
	"path/filepath"

	"shiming/store/keyset"
	"shiming/store/pgtest"
)

// NewDatabase makes a fresh database, sqlite or postgres, for bots whose files lie in dir, and returns their store.dsn.
// PostgreSQL gets a server of its own, and dir the keyset that its instances must find; for SQLite server is nil.
func NewDatabase(ctx context.Context, kind, dir string) (dsn string, server *pgtest.Server, err error) {
	switch kind {
	case "sqlite":
		return "sqlite:" + filepath.Join(dir, "shiming.db"), nil, nil
	case "postgres":
		if err := keyset.Write(filepath.Join(dir, "keyset.json"), keyset.New()); err != nil {
			return "", nil, err
		}
		if server, err = pgtest.Start(); err != nil {
			return "", nil, err
		}
		if dsn, err = server.Database(ctx); err != nil {
			_ = server.Close() // the first error is the one that counts
			return "", nil, err
		}
		return dsn, server, nil
	}
	return "", nil, fmt.Errorf("no store %q: want sqlite or postgres", kind)
}
