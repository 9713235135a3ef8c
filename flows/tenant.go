package flows

import "context"

// A marketplace app (商店应用) serves many tenants at once. Every case, message and click knows its tenant; what
// leaves for Feishu is told through the context on whose behalf it does, since each tenant has a
// token of its own. An app of one company needs none of it: its Engine has Marketplace false, and
// the context stays as it is.

type tenantInContext struct{}

// WithTenant says for which tenant calls are made.
func WithTenant(ctx context.Context, tenantKey string) context.Context {
	return context.WithValue(ctx, tenantInContext{}, tenantKey)
}

// TenantOf is the tenant that WithTenant named, "" if none was.
func TenantOf(ctx context.Context) string {
	tenantKey, _ := ctx.Value(tenantInContext{}).(string)
	return tenantKey
}
