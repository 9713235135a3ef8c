package engine

import (
	"context"
	"time"

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
			id, err := e.noteRead(ctx, tx, r.TenantKey, message, r.OpenID, at)
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

// noteRead notes the first receipt of a campaign's message, and returns the campaign; "" if it is no message of one. A
// receipt can overtake the answer to the call that sends the message. It is kept then, for messageStored.
func (e *Engine) noteRead(
	ctx context.Context, tx flows.Tx, tenantKey, message, openID string, at time.Time,
) (campaignID string, err error) {
	id, err := tx.NoteRead(ctx, tenantKey, message, openID, at)
	if err != nil || id != "" {
		return id, err
	}
	awaited, err := tx.AwaitsMessage(ctx, tenantKey, openID, e.Now().Add(-flows.UnsureAfter))
	if err != nil || !awaited {
		return "", err
	}
	stored, err := tx.InsertEventKeys(ctx, e.Now(), readKey(message))
	if err != nil || !stored {
		return "", err
	}
	return tx.NoteRead(ctx, tenantKey, message, openID, at) // the message was stored meanwhile
}

// messageStored counts a receipt that has come before the id of a campaign's message was on record.
func (e *Engine) messageStored(ctx context.Context, tx flows.Tx, tenantKey, message, openID string) error {
	read, err := tx.InsertEventKeys(ctx, e.Now(), readKey(message))
	if err != nil || !read {
		return err
	}
	_, err = tx.NoteRead(ctx, tenantKey, message, openID, e.Now())
	return err
}

func readKey(message string) string { return "read:" + message }
