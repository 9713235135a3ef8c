package pgtest

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Size returns the size of a database in bytes, indexes included.
func (s *Server) Size(ctx context.Context, dsn string) (bytes int64, err error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return 0, fmt.Errorf("postgres: %w", err)
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing is left to lose
	if err := conn.QueryRow(ctx, `SELECT pg_database_size(current_database())`).Scan(&bytes); err != nil {
		return 0, fmt.Errorf("postgres: %w", err)
	}
	return bytes, nil
}

// Vacuum runs VACUUM and ANALYZE, as the server does itself some minutes after many changes.
func (s *Server) Vacuum(ctx context.Context, dsn string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing is left to lose
	if _, err := conn.Exec(ctx, `VACUUM (ANALYZE)`); err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	return nil
}
