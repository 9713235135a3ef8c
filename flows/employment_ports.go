package flows

import (
	"context"
	"time"
)

// EmploymentView holds the queries about people's employment.
type EmploymentView interface {
	// Employment returns what the directory has said about a person; only the ids if it has said nothing.
	Employment(ctx context.Context, tenantKey, openID string) (Employment, error)
	// Joiners returns people in the state whose InviteAt has come, in the order of it; CountJoiners counts them.
	Joiners(ctx context.Context, tenantKey string, state JoinerState, now time.Time, limit int) ([]Employment, error)
	CountJoiners(ctx context.Context, tenantKey string, state JoinerState, now time.Time) (int, error)
	// CountStaff counts who has joined and who has left from one moment to before another.
	CountStaff(ctx context.Context, tenantKey string, from, to time.Time) (joined, left int, err error)
}

// EmploymentTx holds the writes.
type EmploymentTx interface {
	// EmploymentForUpdate is Employment. Transactions that ask for the same person follow each other.
	EmploymentForUpdate(ctx context.Context, tenantKey, openID string) (Employment, error)
	PutEmployment(ctx context.Context, e Employment) error // insert or replace
}
