package store

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Unavailable reports whether Open failed only because the server does not answer, is starting, or
// has no free connection, so that a later attempt may succeed. why describes the error without host
// and user. A wrong password or a missing database is not a temporary failure.
func Unavailable(err error) (why string, temporary bool) {
	var unconnected *pgconn.ConnectError
	switch code := postgresCode(err); {
	case err == nil:
		return "", false
	case code != "": // cannot_connect_now, too_many_connections, class 08: connection exception
		temporary = slices.Contains([]string{"57P03", "53300"}, code) || strings.HasPrefix(code, "08")
	default:
		temporary = errors.As(err, &unconnected) || errors.Is(err, context.DeadlineExceeded)
	}
	if !temporary {
		return "", false
	}
	return withoutServerDetails(err).Error(), true
}
