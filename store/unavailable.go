package store

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Unavailable reports whether an opening failed only because the server does not answer, is starting, or has no
// connection left, so that the same may succeed later; why says which, without host or user. A refused password or a
// database that is not there is not away.
func Unavailable(err error) (why string, away bool) {
	var unconnected *pgconn.ConnectError
	switch code := postgresCode(err); {
	case err == nil:
		return "", false
	case code != "":
		away = slices.Contains([]string{"57P03", "53300"}, code) || strings.HasPrefix(code, "08")
	default:
		away = errors.As(err, &unconnected) || errors.Is(err, context.DeadlineExceeded)
	}
	if !away {
		return "", false
	}
	return withoutServerDetails(err).Error(), true
}
