package engine

import (
	"context"
	"strings"

	"shiming/flows"
)

// LimitKey returns the rate limiter's key of a limit that each tenant has for itself: KIND/TENANT/REST. The app of a
// single tenant uses KIND/REST, as versions without tenants did, so that all versions share the same limits.
func (e *Engine) LimitKey(ctx context.Context, kind, rest string) string {
	parts := []string{kind}
	if e.Marketplace {
		parts = append(parts, flows.TenantOf(ctx))
	}
	if rest != "" {
		parts = append(parts, rest)
	}
	return strings.Join(parts, "/")
}
