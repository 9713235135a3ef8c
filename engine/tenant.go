package engine

import (
	"context"
	"slices"
	"strings"

	"shiming/flows"
)

func (e *Engine) IsAdmin(tenantKey, openID string) bool {
	return slices.Contains(e.Policy.AdminsOf(tenantKey), openID)
}

// LimitKey names a limit that each tenant has for itself.
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
