package engine

import (
	"context"

	"shiming/flows"
)

// Message handles what a person wrote or sent. It returns nil when everything that follows is stored, also for a
// message that was handled before.
func (e *Engine) Message(ctx context.Context, m flows.Message) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		// Feishu may deliver a message again, with the same event id or in another event.
		event, message := onceKey("event", m.EventID), onceKey("message", m.MessageID)
		if seen, err := tx.InsertEventKeys(ctx, e.Now(), event, message); seen || err != nil {
			return err
		}
		if m.Foreign {
			return e.refuseForeigner(ctx, tx, m)
		}
		if list, err := e.isList(ctx, tx, m); list || err != nil {
			if err != nil {
				return err
			}
			return e.handleList(ctx, tx, m)
		}
		if len(m.Photos) > 0 {
			return e.handlePhotos(ctx, tx, m)
		}
		return e.handleText(ctx, tx, m)
	})
}

// refuseForeigner tells a person of another company that only staff can register here. The answer hangs on the message
// itself, so that nothing about the person is looked up or kept. A click in the menu has no message.
func (e *Engine) refuseForeigner(ctx context.Context, tx flows.Tx, m flows.Message) error {
	refusal := flows.Reply(flows.ReplyNotice).With(flows.ArgCode, "not_staff")
	if m.MessageID == "" {
		return e.replyPrivately(ctx, tx, m, refusal)
	}
	return e.answer(ctx, tx, m, refusal)
}

// handlePhotos adds the pictures of one message to the sender's case, and opens a case if there is none. Pictures in a
// group are refused, because the other members would see the ID card.
func (e *Engine) handlePhotos(ctx context.Context, tx flows.Tx, m flows.Message) error {
	if !m.Private {
		return e.replyNotice(ctx, tx, m, "photo_in_group")
	}
	c, err := tx.OpenCase(ctx, m.TenantKey, m.OpenID)
	if flows.IsNotFound(err) {
		if c, err = e.openUnlessDone(ctx, tx, m); c == nil || err != nil { // registered, or late
			return err
		}
	}
	if err != nil {
		return err
	}
	answers, passed := false, false
	for _, p := range m.Photos {
		id := e.NewID()
		out, err := e.DecideAndPersist(ctx, tx, c, flows.Event{
			Kind:      flows.PhotoReceived,
			At:        e.Now(),
			MadeAt:    m.At,
			Actor:     m.OpenID,
			Role:      flows.Applicant,
			Photo:     p,
			MessageID: m.MessageID,
			ChatID:    m.ChatID,
			PhotoID:   id,
		})
		if err != nil {
			return err
		}
		if out.Change.Rule == flows.RefusalLate {
			return e.replyLate(ctx, tx, m)
		}
		if c.State == flows.AwaitingReview && out.Case.PhotoByID(id) != nil {
			answers, passed = answers || c.TakesAnswers(), true
		}
		if !out.Changed() {
			// The state of the case needs no photos. This holds for the other pictures of the message as well.
			return e.replyNotice(ctx, tx, m, "photo_not_needed")
		}
		c = out.Case
	}
	switch {
	case answers:
		return e.replyNotice(ctx, tx, m, "answer_received")
	case passed:
		return e.replyNotice(ctx, tx, m, "photo_passed_on")
	}
	return nil
}

// Entered greets a person who opens the chat with the bot for the first time. The event names no company, so that it
// may be somebody foreign: the greeting says nothing about anybody, and what is kept is a keyed hash. If the bot
// could not write to the person before, it tries again.
func (e *Engine) Entered(ctx context.Context, n flows.Entered) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		if seen, err := tx.InsertEventKeys(ctx, e.Now(), onceKey("event", n.EventID)); seen || err != nil {
			return err
		}
		c, err := tx.OpenCase(ctx, n.TenantKey, n.OpenID)
		if err == nil {
			err = e.showUnreached(ctx, tx, c, n.EventID)
		}
		if err != nil && !flows.IsNotFound(err) {
			return err
		}
		// A setting keeps that the person was greeted, because the keys of Seen are deleted after some days. Versions
		// before named it by the open_id.
		mark := greetedKeys(e.Store, n.TenantKey, n.OpenID)
		for _, setting := range append(mark.all(), "greeted/"+n.OpenID) {
			if greeted, err := tx.Setting(ctx, n.TenantKey, setting); err != nil || greeted != "" {
				return err
			}
		}
		if err := tx.PutSetting(ctx, n.TenantKey, mark.key, "1"); err != nil {
			return err
		}
		last, err := tx.LatestCase(ctx, n.TenantKey, n.OpenID)
		if err != nil && !flows.IsNotFound(err) {
			return err
		}
		if err == nil && flows.NewerThan(last, n.At) {
			return nil // the person has begun since
		}
		from := flows.Message{EventID: n.EventID, TenantKey: n.TenantKey, OpenID: n.OpenID}
		return e.replyPrivately(ctx, tx, from, flows.Reply(flows.ReplyGreeting))
	})
}

// Menu handles a click in the bot's menu. The key of a menu item is one of the commands that people can type.
func (e *Engine) Menu(ctx context.Context, n flows.Menu) error {
	return e.Message(ctx, flows.Message{
		EventID:      n.EventID,
		TenantKey:    n.TenantKey,
		OpenID:       n.OpenID,
		Private:      true,
		Text:         n.Key,
		Foreign:      n.Foreign,
		TenantUnsure: true,
		At:           n.At,
	})
}

// Recalled drops the photos of a message that its sender has recalled, however late: a recall names its message and
// meets nothing newer. A photo that arrives after its recall cannot be downloaded. Photos of a case that has ended stay.
func (e *Engine) Recalled(ctx context.Context, r flows.Recalled) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		if seen, err := tx.InsertEventKeys(ctx, e.Now(), onceKey("event", r.EventID)); seen || err != nil {
			return err
		}
		c, err := tx.CaseOfMessage(ctx, r.MessageID)
		// An event may change cases of its own tenant only.
		if err != nil || c.TenantKey != r.TenantKey {
			return flows.IgnoreNotFound(err)
		}
		return e.Apply(ctx, tx, c, flows.Event{
			Kind:      flows.PhotoRecalled,
			At:        e.Now(),
			Actor:     c.OpenID,
			Role:      flows.Applicant,
			MessageID: r.MessageID,
		})
	})
}
