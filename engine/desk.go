package engine

import (
	"context"
	"encoding/json"
	"slices"

	"shiming/cards"
	"shiming/flows"
)

// A review desk is one message of an admin in private. It shows the queue, or the case that the admin reads; a
// decision opens the next case in its place. The review group has a board with the numbers.

// deskID is the surface of an admin's desk. settingDesk is the key of its state.
func deskID(tenantKey, admin string) string { return "desk/" + tenantKey + "/" + admin }
func settingDesk(admin string) string       { return "desk/" + admin }

func loadDesk(ctx context.Context, v flows.View, tenantKey, admin string) (d flows.Desk, err error) {
	raw, err := v.Setting(ctx, tenantKey, settingDesk(admin))
	if err != nil || raw == "" {
		return d, err
	}
	return d, json.Unmarshal([]byte(raw), &d)
}

func saveDesk(ctx context.Context, tx flows.Tx, tenantKey, admin string, d flows.Desk) error {
	raw, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return tx.PutSetting(ctx, tenantKey, settingDesk(admin), string(raw))
}

// DeskCard returns what the admin's desk shows now.
func (e *Engine) DeskCard(ctx context.Context, v flows.View, tenantKey, admin string) (cards.Card, error) {
	may, err := e.IsAdmin(ctx, v, tenantKey, admin)
	if err != nil {
		return nil, err
	}
	switch {
	case !e.Policy.ReviewQueue:
		return closedDesk, nil
	case !may && slices.Contains(e.Policy.StandInsOf(tenantKey), admin):
		return cards.Notice{Code: "desk_over"}, nil
	case !may:
		return closedDesk, nil
	}
	d, err := loadDesk(ctx, v, tenantKey, admin)
	if err != nil {
		return nil, err
	}
	return e.deskCard(ctx, v, tenantKey, admin, d)
}

func (e *Engine) deskCard(
	ctx context.Context, v flows.View, tenantKey, admin string, d flows.Desk,
) (cards.Card, error) {
	last, err := e.lastDecision(ctx, v, d)
	if err != nil {
		return nil, err
	}
	if len(d.Offered) > 0 {
		return e.bulkCard(ctx, v, tenantKey, d)
	}
	if d.Case != "" {
		c, err := v.Case(ctx, d.Case)
		switch {
		case err == nil && c.TenantKey == tenantKey:
			vc, err := e.HRView(ctx, v, c)
			if err != nil {
				return nil, err
			}
			vc.Viewer = admin
			if vc.Waiting, err = e.waitingBeside(ctx, v, admin, c); err != nil {
				return nil, err
			}
			return atDesk(flows.HRCard(c, vc), d, last), nil
		case err != nil && !flows.IsNotFound(err):
			return nil, err
		}
	}
	return e.deskList(ctx, v, tenantKey, admin, d, last)
}

// waitingBeside counts the cases that wait for the admin besides one.
func (e *Engine) waitingBeside(ctx context.Context, v flows.View, admin string, c *flows.Case) (int, error) {
	queue, err := e.countQueue(ctx, v, c.TenantKey, admin)
	counts, _ := queue.Counts("")
	n := counts[flows.FilterAll]
	if c.State.Turn() == flows.HR && !c.OnHold.ActiveAt(e.Now()) && c.OpenID != admin {
		n--
	}
	return n, err
}

// atDesk adds to the card of a case what a desk has besides.
func atDesk(card cards.Card, d flows.Desk, last *cards.Undo) cards.Card {
	switch c := card.(type) {
	case cards.Review:
		c.Desk, c.Last, c.FormOpen, c.Panel = true, last, d.Form, d.Panel
		return c
	case cards.Attention:
		c.Desk, c.Last, c.Panel = true, last, d.Panel
		return c
	}
	return card
}

// lastDecision returns the offer to undo the last decision at a desk; nil once it has taken effect.
func (e *Engine) lastDecision(ctx context.Context, v flows.View, d flows.Desk) (*cards.Undo, error) {
	var last *flows.Case
	n := 0
	for _, id := range d.Decided {
		c, err := v.Case(ctx, id)
		if flows.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if c.State == flows.Decided {
			last = c
			n++
		}
	}
	switch {
	case last == nil:
		return nil, nil
	case len(d.Decided) > 1:
		return &cards.Undo{Bulk: n}, nil
	}
	return &cards.Undo{Ref: flows.CardRef(last), Applicant: last.OpenID, What: string(last.Review.What)}, nil
}
