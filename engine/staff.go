package engine

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// StaffOf returns who may decide on the tenant's cases now, and who of them is away.
func (e *Engine) StaffOf(ctx context.Context, v flows.View, tenantKey string) (flows.Staff, error) {
	absences, err := loadAbsences(ctx, v, tenantKey)
	if err != nil {
		return flows.Staff{}, err
	}
	departed, err := loadDeparted(ctx, v, tenantKey)
	return e.Policy.StaffOf(tenantKey, absences, departed, e.Now()), err
}

func loadAbsences(ctx context.Context, v flows.View, tenantKey string) (flows.Absences, error) {
	raw, err := v.Setting(ctx, tenantKey, flows.SettingAbsences)
	if err != nil {
		return nil, err
	}
	return flows.ParseAbsences(raw)
}

// IsAdmin reports whether the person may decide on the tenant's cases now: one of hr.admins who has not left the
// company, or a stand-in while one is needed.
func (e *Engine) IsAdmin(ctx context.Context, v flows.View, tenantKey, openID string) (bool, error) {
	if !e.Policy.IsStaff(tenantKey, openID) {
		return false, nil
	}
	staff, err := e.StaffOf(ctx, v, tenantKey)
	return staff.MayDecide(openID), err
}

// adminsOnly returns the toast that refuses a click of somebody who may not decide, or nil.
func (e *Engine) adminsOnly(ctx context.Context, v flows.View, k click) (*cards.Toast, error) {
	admin, err := e.IsAdmin(ctx, v, k.TenantKey, k.OpenID)
	if err != nil || admin {
		return nil, err
	}
	return flows.NewToast("not_allowed", nil), nil
}
