package engine

import (
	"context"

	"shiming/flows"
)

// MessageRead notes that a person has read messages of a campaign: the first receipt counts. Other messages of the bot
// are read by everybody, and nothing is kept of it.
func (e *Engine) MessageRead(ctx context.Context, r flows.MessageRead) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		if seen, err := tx.InsertEventKeys(ctx, e.Now(), onceKey("event", r.EventID)); seen || err != nil {
			return err
		}
		at := r.At
		if now := e.Now(); at.IsZero() || at.After(now) {
			at = now
		}
		read := map[string]bool{}
		for _, message := range r.MessageIDs {
			id, err := tx.NoteRead(ctx, r.TenantKey, message, r.OpenID, at)
			if err != nil {
				return err
			}
			if id == "" || read[id] {
				continue
			}
			read[id] = true
			c, err := tx.Campaign(ctx, id)
			if err != nil {
				return err
			}
			if err := e.drawCampaign(ctx, tx, c); err != nil {
				return err
			}
		}
		return nil
	})
}
