package engine

import (
	"context"
	"slices"

	"shiming/flows"
)

// HRView returns what HR's card of a case needs beside the case. How earlier cases ended, and who else has the number,
// is looked up only while HR has to decide.
func (e *Engine) HRView(ctx context.Context, v flows.View, c *flows.Case) (flows.ViewContext, error) {
	policy, err := e.policyOf(ctx, v, c.TenantKey)
	vc := flows.ViewContext{Now: e.Now(), Policy: policy}
	if err != nil || c.State.Turn() != flows.HR {
		return vc, err
	}
	staff, err := e.StaffOf(ctx, v, c.TenantKey)
	if err != nil {
		return vc, err
	}
	vc.Staff = &staff
	all, err := v.CasesOf(ctx, c.TenantKey, c.OpenID)
	if err != nil {
		return vc, err
	}
	vc.Earlier = slices.DeleteFunc(all, func(o *flows.Case) bool { return o.ID == c.ID || !o.State.Terminal() })
	for _, id := range c.SameNumberCases {
		other, err := v.Case(ctx, id)
		switch {
		case flows.IsNotFound(err):
		case err != nil:
			return vc, err
		case !other.Erased.IsZero(): // nobody is told any more whose number it was
		case other.TenantKey == c.TenantKey && !slices.Contains(vc.SameNumber, other.OpenID):
			vc.SameNumber = append(vc.SameNumber, other.OpenID)
		}
	}
	return vc, nil
}
