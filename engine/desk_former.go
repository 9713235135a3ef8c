package engine

import (
	"context"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// closedDesk replaces the desk of somebody who is no admin any more, or where HR gets single cards by now. It shows
// nothing of any case.
var closedDesk = cards.Notice{Code: "desk_closed", Level: cards.Grey}

// CloseFormerDesks queues the drawing of the desks of those who are no admins any more. Admins change with a restart
// only.
func (e *Engine) CloseFormerDesks(ctx context.Context) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		desks, err := tx.SurfacesOf(ctx, "", flows.AudienceDesk)
		if err != nil {
			return err
		}
		for _, s := range desks {
			admin, err := e.IsAdmin(ctx, tx, s.TenantKey, s.To.ID)
			if err != nil {
				return err
			}
			if admin && e.Policy.ReviewQueue || s.MessageID == "" || s.Unreachable {
				continue
			}
			cause := "former/" + s.ID + "/" + e.Now().UTC().Format(time.RFC3339)
			if err := e.Enqueue(ctx, tx, cause, showShared(s)); err != nil {
				return err
			}
		}
		return nil
	})
}

// showShared draws a surface that is about no single case. The job says of which tenant it is.
func showShared(s *flows.Surface) flows.Job {
	return flows.ShowSurface("", s.ID).With(flows.ArgTenant, s.TenantKey)
}

// refuseNonAdmin answers a button of HR that somebody else has pressed. The desk of a former admin loses what it shows.
func (e *Engine) refuseNonAdmin(ctx context.Context, tx flows.Tx, k click) (flows.Answer, error) {
	refusal := flows.Answer{Toast: flows.NewToast("not_allowed", nil)}
	desk, err := e.atDesk(ctx, tx, k)
	if err != nil || desk == nil {
		return refusal, err
	}
	refusal.Card = closedDesk
	return refusal, e.redrawDesk(ctx, tx, k, desk)
}
