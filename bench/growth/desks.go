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
	{"desk", "review desk, the list: card", card(func(ctx context.Context, m *meter, v flows.View) (cards.Card, error) {
		return m.DeskCard(ctx, v, walk.Tenant, walk.HR)
	})},
	{"desk-next", "review desk, next case (click)", func(ctx context.Context, m *meter) (func(context.Context) error,
		error) {
		return func(ctx context.Context) error { return pressDesk(ctx, m, cards.ToAfter) }, sendDesk(ctx, m)
	}},
	{"review-board", "board of the review group: card", card(func(ctx context.Context, m *meter,
		v flows.View) (cards.Card, error) {
		return m.QueueCard(ctx, v, walk.Tenant)
	})},
	{"announcement", "announcement: drawn and sent", announce},
	{"morning", "morning card", morningCard(flows.ReplyMorning)},
	{"weekly", "weekly card", morningCard(flows.ReplyWeekly)},
}

// deskMessage is the message of HR's review desk.
const deskMessage = "om_desk_" + walk.HR

// sendDesk makes the review desk of HR a message that can be pressed.
func sendDesk(ctx context.Context, m *meter) error {
	return m.Store.Tx(ctx, func(tx flows.Tx) error {
		return tx.PutSurface(ctx, &flows.Surface{
			ID:               "desk/" + walk.Tenant + "/" + walk.HR,
			Audience:         flows.AudienceDesk,
			To:               flows.Receiver{Type: "open_id", ID: walk.HR},
			TenantKey:        walk.Tenant,
			WantedGeneration: 1,
			SentGeneration:   1,
			MessageID:        deskMessage,
		})
	})
}

// pressDesk presses the button of the desk that leads to another case, or to the list. Only here HR has desks: the
// other operations have a card of each case.
func pressDesk(ctx context.Context, m *meter, to string) error {
	m.Policy.ReviewQueue = true
	defer func() { m.Policy.ReviewQueue = false }()
	a, err := m.Click(ctx, flows.CardAction{
		EventID:   deskMessage + time.Now().String(),
		TenantKey: walk.Tenant,
		OpenID:    walk.HR,
		MessageID: deskMessage,
		Action:    cards.Action{V: 1, Act: cards.ActNext, To: to},
	})
	if err == nil && a.Card == nil {
		err = errors.New("the desk answered without a card")
	}
	return err
}

// card builds a card of HR, as the answer to a click does. The desk shows its list.
func card(
	of func(context.Context, *meter, flows.View) (cards.Card, error),
) func(context.Context, *meter) (func(context.Context) error, error) {
	return func(ctx context.Context, m *meter) (func(context.Context) error, error) {
		err := sendDesk(ctx, m)
		if err == nil {
			err = pressDesk(ctx, m, cards.ToList)
		}
		return func(ctx context.Context) error {
			m.Policy.ReviewQueue = true
			defer func() { m.Policy.ReviewQueue = false }()
			return m.Store.View(ctx, func(v flows.View) error {
				shown, err := of(ctx, m, v)
				if err == nil {
					shown.JSON()
				}
				return err
			})
		}, err
	}
}

// announce draws the announcement and sends it.
func announce(ctx context.Context, m *meter) (func(context.Context) error, error) {
	id := engine.BoardID(walk.Board)
	err := m.Store.Tx(ctx, func(tx flows.Tx) error {
		return tx.PutSurface(ctx, &flows.Surface{
			ID:               id,
			Audience:         flows.AudienceBoard,
			To:               flows.Receiver{Type: "chat_id", ID: walk.Board},
			TenantKey:        walk.Tenant,
			WantedGeneration: int(time.Now().UnixNano()),
		})
	})
	j := flows.ShowSurface("", id).With(flows.ArgTenant, walk.Tenant)
	j.Attempt, j.Key = 1, "growth"
	return func(ctx context.Context) error { return m.Run(ctx, j) }, err
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
