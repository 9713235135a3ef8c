package store

import (
	"context"

	"shiming/flows"
)

// CasesOfPerson returns the cases of a person in whatever tenant they are, newest first. An open_id belongs to one
// application of one tenant. Commands in the shell, which know no tenant, ask it.
func (s *Store) CasesOfPerson(ctx context.Context, openID string) (found []*flows.Case, err error) {
	err = s.View(ctx, func(fv flows.View) error {
		found = nil
		v := fv.(*view)
		tenants, err := collect(ctx, v.q, "tenants", scanString, `SELECT DISTINCT tenant_key FROM cases`)
		if err != nil {
			return err
		}
		for _, tenant := range tenants {
			cases, err := v.CasesOf(ctx, tenant, openID)
			if err != nil {
				return err
			}
			found = append(found, cases...)
		}
		return nil
	})
	return found, err
}
