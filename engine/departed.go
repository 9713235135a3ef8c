package engine

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"shiming/flows"
)

// loadDeparted returns which admins and stand-ins of the tenant have left the company.
func loadDeparted(ctx context.Context, v flows.View, tenantKey string) ([]string, error) {
	departed, err := departedSetting(ctx, v, "")
	if err != nil || tenantKey == "" {
		return departed, err
	}
	ofTenant, err := departedSetting(ctx, v, tenantKey)
	return append(departed, ofTenant...), err
}

func departedSetting(ctx context.Context, v flows.View, tenantKey string) (ids []string, err error) {
	raw, err := v.Setting(ctx, tenantKey, flows.SettingDeparted)
	if err != nil || raw == "" {
		return nil, err
	}
	return ids, json.Unmarshal([]byte(raw), &ids)
}

// NoteStaffMember keeps what the directory says of an admin or a stand-in. With a departure the desk is closed, and the
// cases that were kept for the person are free for others. tenantKey is "" for an entry without a tenant.
func (e *Engine) NoteStaffMember(ctx context.Context, tenantKey, openID string, left bool) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error { return e.noteStaffMember(ctx, tx, tenantKey, openID, left) })
}

func (e *Engine) noteStaffMember(ctx context.Context, tx flows.Tx, tenantKey, openID string, left bool) error {
	departed, err := departedSetting(ctx, tx, tenantKey)
	if err != nil || slices.Contains(departed, openID) == left {
		return err
	}
	if left {
		departed = append(departed, openID)
		e.Log.Warn("an admin of the settings has left the company: the desk is closed", "open_id", openID)
	} else {
		departed = slices.DeleteFunc(departed, func(id string) bool { return id == openID })
	}
	raw, err := json.Marshal(departed)
	if err != nil {
		return err
	}
	if err := tx.PutSetting(ctx, tenantKey, flows.SettingDeparted, string(raw)); err != nil {
		return err
	}
	return e.changeDesks(ctx, tx, tenantKey, openID, left)
}

// forgetAbsence takes somebody out of the list of who is away.
func (e *Engine) forgetAbsence(ctx context.Context, tx flows.Tx, tenantKey, openID string) error {
	absences, err := loadAbsences(ctx, tx, tenantKey)
	if err != nil {
		return err
	}
	if _, listed := absences[openID]; !listed {
		return nil
	}
	delete(absences, openID)
	return tx.PutSetting(ctx, tenantKey, flows.SettingAbsences, absences.Encoded(e.Now()))
}

// forgetFormerStaff takes those out of the list of former staff whom the settings name no more and of whom nothing is
// kept. Whom the settings still name stays in it, since the rights would come back otherwise.
func (e *Engine) forgetFormerStaff(ctx context.Context, tx flows.Tx, tenantKey string) error {
	departed, err := departedSetting(ctx, tx, tenantKey)
	if err != nil {
		return err
	}
	kept := []string{}
	for _, id := range departed {
		works, err := tx.EmploymentForUpdate(ctx, tenantKey, id)
		if err != nil {
			return err
		}
		if e.isConfigured(tenantKey, id) || !works.LeftAt.IsZero() {
			kept = append(kept, id)
		}
	}
	if len(kept) == len(departed) {
		return nil
	}
	raw, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	return tx.PutSetting(ctx, tenantKey, flows.SettingDeparted, string(raw))
}

// isConfigured reports whether the settings name the person as an admin, a stand-in or a lead.
func (e *Engine) isConfigured(tenantKey, openID string) bool {
	p := &e.Policy
	return slices.Contains(slices.Concat(p.AdminsOf(tenantKey), p.StandInsOf(tenantKey), p.LeadsOf(tenantKey)), openID)
}

// changeDesks draws the desks of somebody who has left, or has come back, and releases what was kept for a leaver.
func (e *Engine) changeDesks(ctx context.Context, tx flows.Tx, tenantKey, openID string, left bool) error {
	desks, err := tx.SurfacesOf(ctx, "", flows.AudienceDesk)
	if err != nil {
		return err
	}
	for _, s := range desks {
		if s.To.ID != openID || tenantKey != "" && s.TenantKey != tenantKey {
			continue
		}
		if left {
			if err := e.releaseAll(ctx, tx, s.TenantKey, openID); err != nil {
				return err
			}
			if err := saveDesk(ctx, tx, s.TenantKey, openID, flows.Desk{}); err != nil {
				return err
			}
		}
		if s.MessageID == "" || s.Unreachable {
			continue
		}
		cause := "staff/" + s.ID + "/" + e.Now().UTC().Format(time.RFC3339Nano)
		if err := e.Enqueue(ctx, tx, cause, showShared(s)); err != nil {
			return err
		}
	}
	return nil
}

// releaseAll releases the cases that are kept for somebody, also those that were handed over.
func (e *Engine) releaseAll(ctx context.Context, tx flows.Tx, tenantKey, openID string) error {
	inHand, err := tx.QueueInHand(ctx, tenantKey, "")
	if err != nil {
		return err
	}
	for _, q := range inHand {
		if q.Assigned == nil || q.Assigned.To != openID {
			continue
		}
		c, err := tx.Case(ctx, q.CaseID)
		if err != nil {
			return err
		}
		released := flows.Event{Kind: flows.Released, At: e.Now(), Actor: openID, Role: flows.HR, Field: flows.FieldDeparted}
		if err := e.Apply(ctx, tx, c, released); err != nil {
			return err
		}
	}
	return nil
}
