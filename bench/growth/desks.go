package main

import (
	"context"
	"errors"
	"time"

	"shiming/bench/growth/walk"
	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
)

// deskOperations are what HR and the groups see: the review desk, the boards, and the cards of the morning.
var deskOperations = []operation{
	{"desk", "review desk, the list: card", draw(flows.AudienceDesk, "desk/"+walk.Tenant+"/"+walk.HR, walk.HR)},
	{"desk-next", "review desk, next case (click)", func(ctx context.Context, m *meter) (func(context.Context) error,
		error) {
		message := "om_desk_" + walk.HR
		err := m.Store.Tx(ctx, func(tx flows.Tx) error {
			s := surface(flows.AudienceDesk, "desk/"+walk.Tenant+"/"+walk.HR, walk.HR)
			s.SentGeneration, s.MessageID = s.WantedGeneration, message
			return tx.PutSurface(ctx, s)
		})
		return atDesks(m, func(ctx context.Context) error {
			a, err := m.Click(ctx, flows.CardAction{
				EventID:   message + time.Now().String(),
				TenantKey: walk.Tenant,
				OpenID:    walk.HR,
				MessageID: message,
				Action:    cards.Action{V: 1, Act: cards.ActNext, To: cards.ToAfter},
			})
			if err == nil && a.Card == nil {
				err = errors.New("the desk answered without a card")
			}
			return err
		}), err
	}},
	{"review-board", "board of the review group: card", draw(flows.AudienceQueue, "queue/"+walk.Group, walk.Group)},
	{"announcement", "announcement: card", draw(flows.AudienceBoard, engine.BoardID(walk.Board), walk.Board)},
	{"morning", "morning card", morningCard(flows.ReplyMorning)},
	{"weekly", "weekly card", morningCard(flows.ReplyWeekly)},
}

// atDesks runs do where HR has review desks. The other operations have a card of each case.
func atDesks(m *meter, do func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		m.Policy.ReviewQueue = true
		defer func() { m.Policy.ReviewQueue = false }()
		return do(ctx)
	}
}

// surface is a message that is to be sent to a person or a group.
func surface(audience, id, to string) *flows.Surface {
	s := &flows.Surface{
		ID:               id,
		Audience:         audience,
		To:               flows.Receiver{Type: "chat_id", ID: to},
		TenantKey:        walk.Tenant,
		WantedGeneration: int(time.Now().UnixNano()),
	}
	if audience == flows.AudienceDesk {
		s.To.Type = "open_id"
	}
	return s
}

// draw sends the card of a surface.
func draw(audience, id, to string) func(context.Context, *meter) (func(context.Context) error, error) {
	return func(ctx context.Context, m *meter) (func(context.Context) error, error) {
		s := surface(audience, id, to)
		err := m.Store.Tx(ctx, func(tx flows.Tx) error { return tx.PutSurface(ctx, s) })
		j := flows.ShowSurface("", id).With(flows.ArgTenant, walk.Tenant)
		j.Attempt, j.Key = 1, "growth"
		return atDesks(m, func(ctx context.Context) error { return m.Run(ctx, j) }), err
	}
}

// morningCard sends a card of this morning.
func morningCard(template flows.Template) func(context.Context, *meter) (func(context.Context) error, error) {
	return func(_ context.Context, m *meter) (func(context.Context) error, error) {
		j := flows.Reply(template).Towards(flows.Receiver{Type: "open_id", ID: walk.HR}).For(walk.Tenant, walk.HR)
		j = j.With(flows.ArgDay, flows.RunDateOf(time.Now()))
		j.Attempt, j.Key = 1, "growth"
		return func(ctx context.Context) error { return m.Run(ctx, j) }, nil
	}
}
