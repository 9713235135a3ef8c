package engine

import (
	"context"

	"shiming/flows"
)

// caseIDOf returns the case of a clicked button: the one that its value or its name has or, without either, the one
// that the clicked message shows. It returns flows.ErrNotFound if neither is known.
func (e *Engine) caseIDOf(ctx context.Context, v flows.View, k click) (string, error) {
	if k.Action.Case != "" {
		return k.Action.Case, nil
	}
	s, err := v.SurfaceByMessage(ctx, k.MessageID)
	switch {
	case err == nil && s.CaseID != "":
		return s.CaseID, nil
	case err != nil && !flows.IsNotFound(err):
		return "", err
	}
	if _, own := flows.ApplicantActs[k.Action.Act]; own {
		// The card was clicked before its message was stored, or it is a former one. The revision tells.
		c, err := v.OpenCase(ctx, k.TenantKey, k.OpenID)
		if err != nil {
			return "", err
		}
		return c.ID, nil
	}
	return "", flows.ErrNotFound
}
