package flows

import "context"

// A marketplace app (商店应用) serves many tenants, and each tenant has its own token. Cases, messages and clicks carry
// their tenant key. Calls to Feishu find it in the context. An app of one company does not use it: its Engine has
// Marketplace false, and contexts have no tenant.

type tenantInContext struct{}

// WithTenant returns a context whose calls to Feishu are made for the tenant.
func WithTenant(ctx context.Context, tenantKey string) context.Context {
	return context.WithValue(ctx, tenantInContext{}, tenantKey)
}

// TenantOf returns the tenant that WithTenant set, or "".
func TenantOf(ctx context.Context) string {
	tenantKey, _ := ctx.Value(tenantInContext{}).(string)
	return tenantKey
}
