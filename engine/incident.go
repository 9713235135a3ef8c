package engine

import (
	"context"
	"time"

	"shiming/flows"
)

// recountEvery is how often the card of an incident is drawn again at most because the number
// of cases has changed. Hundreds may come and go within a minute.
const recountInterval = 30 * time.Second

// recountSoon queues one drawing of the incident's card for all that changes until then.
func (e *Engine) queueRecount(ctx context.Context, tx flows.Tx, c *flows.Case, incident string) ([]flows.Job, error) {
	at := e.Now().Truncate(recountInterval).Add(recountInterval)
	queued, err := tx.Seen(ctx, e.Now(), "recount:"+c.TenantKey+":"+incident+":"+at.UTC().Format(time.RFC3339))
	if queued || err != nil {
		return nil, err
	}
	return []flows.Job{flows.RecountIncident(c.ID, incident, at)}, nil
}
