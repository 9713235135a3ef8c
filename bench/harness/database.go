package harness

import (
	"context"
	"fmt"
	"path/filepath"

	"shiming/store/keyset"
	"shiming/store/pgtest"
)

// NewDatabase creates a database, sqlite or postgres, for bots with their files in dir, and returns its store.dsn.
// PostgreSQL gets a server of its own, and dir gets the keyset that the instances share. For SQLite server is nil.
func NewDatabase(ctx context.Context, kind, dir string) (dsn string, server *pgtest.Server, err error) {
	switch kind {
	case "sqlite":
		return "sqlite:" + filepath.Join(dir, "shiming.db"), nil, nil
	case "postgres":
		if err := keyset.Write(filepath.Join(dir, "keyset.json"), keyset.New()); err != nil {
			return "", nil, err
		}
		server, err = pgtest.Start()
		if err != nil {
			return "", nil, err
		}
		dsn, err = server.Database(ctx)
		if err != nil {
			_ = server.Close() // the first error is returned
			return "", nil, err
		}
		return dsn, server, nil
	}
	return "", nil, fmt.Errorf("no store %q: want sqlite or postgres", kind)
}
