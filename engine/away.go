package engine

import (
	"context"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// goAway notes until when an admin is away, and answers with who stands in. Nobody may leave the tenant without anybody
// on duty.
func (e *Engine) goAway(ctx context.Context, tx flows.Tx, m flows.Message) error {
	if late, err := e.madeBeforeSetting(ctx, tx, m, flows.SettingAbsences+"/"+m.OpenID); late || err != nil {
		if late {
			err = e.replyLate(ctx, tx, m)
		}
		return err
	}
	said := m.At
	if said.IsZero() {
		said = e.Now()
	}
	until, problem := flows.ParseAway(m.Text, said)
	if problem != "" {
		return e.replyNotice(ctx, tx, m, problem)
	}
	absences, err := loadAbsences(ctx, tx, m.TenantKey)
	if err != nil {
		return err
	}
	absences[m.OpenID] = until
	departed, err := loadDeparted(ctx, tx, m.TenantKey)
	if err != nil {
		return err
	}
	if len(e.Policy.StaffOf(m.TenantKey, absences, departed, e.Now()).OnDuty()) == 0 {
		return e.replyNotice(ctx, tx, m, "away_nobody")
	}
	return e.putAbsences(ctx, tx, m, absences)
}

// comeBack ends the absence of an admin.
func (e *Engine) comeBack(ctx context.Context, tx flows.Tx, m flows.Message) error {
	if late, err := e.madeBeforeSetting(ctx, tx, m, flows.SettingAbsences+"/"+m.OpenID); late || err != nil {
		if late {
			err = e.replyLate(ctx, tx, m)
		}
		return err
	}
	absences, err := loadAbsences(ctx, tx, m.TenantKey)
	if err != nil {
		return err
	}
	if _, away := absences.At(e.Now())[m.OpenID]; !away {
		return e.replyNotice(ctx, tx, m, "not_away")
	}
	delete(absences, m.OpenID)
	return e.putAbsences(ctx, tx, m, absences)
}

// putAbsences stores who is away, draws the desks of the stand-ins, and answers with how things stand.
func (e *Engine) putAbsences(ctx context.Context, tx flows.Tx, m flows.Message, absences flows.Absences) error {
	if err := tx.PutSetting(ctx, m.TenantKey, flows.SettingAbsences, absences.Encoded(e.Now())); err != nil {
		return err
	}
	e.Log.Info("absence of an admin", "admin", m.OpenID, "tenant", m.TenantKey, "until", absences[m.OpenID])
	var jobs []flows.Job
	for _, id := range e.Policy.StandInsOf(m.TenantKey) {
		s, err := SurfaceOrNew(ctx, tx, e.deskSurface(m.TenantKey, id))
		if err != nil {
			return err
		}
		drawn, err := e.markLater(ctx, tx, s, false, time.Second)
		if err != nil {
			return err
		}
		jobs = append(jobs, drawn...)
	}
	if err := e.Enqueue(ctx, tx, "absence/"+m.MessageID+m.EventID, jobs...); err != nil {
		return err
	}
	return e.reply(ctx, tx, m, flows.Reply(flows.ReplyAway))
}

// AwayCard says until when an admin is away and who decides meanwhile.
func (e *Engine) AwayCard(ctx context.Context, v flows.View, tenantKey, admin string) (cards.Card, error) {
	staff, err := e.StaffOf(ctx, v, tenantKey)
	if err != nil {
		return nil, err
	}
	return cards.Away{Back: staff.Away[admin], OnDuty: staff.OnDuty()}, nil
}
