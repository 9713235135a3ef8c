package engine

import (
	"context"
	"time"

	"shiming/flows"
)

// An incident is a cause that stops many cases at once, such as a quota that is used up. HR gets one card for all of
// them: the card of the case that has waited longest, with the number of the others.

// recountInterval is the shortest time between two drawings that only change that number. Hundreds of cases may join
// or leave an incident within a minute.
const recountInterval = 30 * time.Second

// notifyIncident shows HR the case if it is the first of its incident. Otherwise HR has a card, which is drawn again
// with the new number.
func (e *Engine) notifyIncident(ctx context.Context, tx flows.Tx, c *flows.Case, incident string) ([]flows.Job, error) {
	others, err := tx.WithIncident(ctx, c.TenantKey, incident, 2)
	if err != nil {
		return nil, err
	}
	for _, o := range others {
		if o.ID != c.ID {
			return e.queueRecount(ctx, tx, c, incident)
		}
	}
	return e.MarkSurfaces(ctx, tx, c, repostForHR, "")
}

// handOverIncident runs when a case leaves an incident. If HR's card belonged to this case and the cause persists, HR
// gets the card of another case. Otherwise the card is drawn again with the new number.
func (e *Engine) handOverIncident(
	ctx context.Context, tx flows.Tx, c *flows.Case, ev flows.Event, ch flows.Change,
) ([]flows.Job, error) {
	r := c.Resolution
	if ch.From != flows.NeedsAttention || c.State == flows.NeedsAttention || r == nil || r.Attention.Incident == "" {
		return nil, nil
	}
	incident := r.Attention.Incident
	// The bot's own success and HR's retry deal with the cause: the other cases follow by themselves.
	if ev.Role == flows.Bot || ev.Kind == flows.Retry {
		return e.queueRecount(ctx, tx, c, incident)
	}
	shown, err := tx.SurfacesOf(ctx, c.ID, flows.AudienceHR)
	if err != nil {
		return nil, err
	}
	if len(shown) == 0 {
		return e.queueRecount(ctx, tx, c, incident)
	}
	others, err := tx.WithIncident(ctx, c.TenantKey, incident, 1)
	if err != nil || len(others) == 0 {
		return nil, err
	}
	return e.MarkSurfaces(ctx, tx, others[0], repostForHR, "")
}

// queueRecount returns one job for all changes of an interval, at the end of the interval. It returns no job if the
// job of this interval is queued.
func (e *Engine) queueRecount(ctx context.Context, tx flows.Tx, c *flows.Case, incident string) ([]flows.Job, error) {
	at := e.Now().Truncate(recountInterval).Add(recountInterval)
	queued, err := tx.InsertEventKeys(ctx, e.Now(), "recount:"+c.TenantKey+":"+incident+":"+at.UTC().Format(time.RFC3339))
	if queued || err != nil {
		return nil, err
	}
	return []flows.Job{flows.RecountIncident(c.ID, incident, at)}, nil
}
