package engine

import (
	"context"
	"errors"

	"shiming/flows"
)

// Message takes what a person wrote or sent. It returns nil once everything that follows is
// stored, also for a message that was taken before.
func (e *Engine) Message(ctx context.Context, m flows.Message) error {
	if m.At.IsZero() {
		m.At = e.Now()
	}
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		if seen, err := tx.Seen(ctx, e.Now(), onceKey("event", m.EventID), onceKey("message", m.MessageID)); seen || err != nil {
			return err
		}
		if len(m.Photos) > 0 {
			return e.handlePhotos(ctx, tx, m)
		}
		return e.handleText(ctx, tx, m)
	})
}

// handlePhotos takes the pictures of one message. They start a case by themselves.
func (e *Engine) handlePhotos(ctx context.Context, tx flows.Tx, m flows.Message) error {
	if !m.Private {
		// A group is no place for an ID card.
		return e.replyNotice(ctx, tx, m, "photo_in_group")
	}
	c, err := tx.OpenCase(ctx, m.TenantKey, m.OpenID)
	if flows.IsNotFound(err) {
		if c, err = e.openUnlessDone(ctx, tx, m); c == nil || err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	for _, p := range m.Photos {
		out, err := e.DecideAndPersist(ctx, tx, c, flows.Event{
			Kind:      flows.PhotoReceived,
			At:        e.Now(),
			Actor:     m.OpenID,
			Role:      flows.Applicant,
			Photo:     p,
			MessageID: m.MessageID,
			ChatID:    m.ChatID,
			PhotoID:   e.NewID(),
		})
		if err != nil {
			return err
		}
		if !out.Changed() {
			return e.replyNotice(ctx, tx, m, "photo_not_needed")
		}
		c = out.Case
	}
	return nil
}

// handleText answers what somebody wrote.
func (e *Engine) handleText(ctx context.Context, tx flows.Tx, m flows.Message) error {
	if m.Unsupported != "" {
		if !m.Private {
			return nil
		}
		return e.replyNotice(ctx, tx, m, "unsupported")
	}
	w := flows.ParseCommand(m.Text)
	if flows.HRCommands[w] {
		return e.handleHRCommand(ctx, tx, m, w)
	}
	if !m.Private {
		switch w {
		case flows.CommandNone, flows.CommandSixDigits:
			return e.reply(ctx, tx, m, flows.Reply(flows.ReplyGreeting))
		case flows.CommandHelp:
			return e.reply(ctx, tx, m, flows.Reply(flows.ReplyGreeting).With(flows.ArgHelp, "1"))
		}
		// What concerns one person is answered to that person.
		m.Private = true
	}
	c, err := tx.OpenCase(ctx, m.TenantKey, m.OpenID)
	if err != nil && !flows.IsNotFound(err) {
		return err
	}
	switch w {
	case flows.CommandStart:
		return e.openOrRepost(ctx, tx, m, c)
	case flows.CommandStatus:
		if c != nil {
			return e.Apply(ctx, tx, c, flows.Event{
				Kind:  flows.CardAsked,
				Actor: m.OpenID,
				Role:  flows.Applicant,
				At:    e.Now(),
			})
		}
		return e.replyPrivately(ctx, tx, m, flows.Reply(flows.ReplyLatest))
	case flows.CommandCancel:
		if c == nil {
			return e.replyNotice(ctx, tx, m, "nothing_open")
		}
		out, err := e.DecideAndPersist(ctx, tx, c, flows.Event{
			Kind:  flows.Cancelled,
			Actor: m.OpenID,
			Role:  flows.Applicant,
			At:    e.Now(),
		})
		if err == nil && !out.Changed() {
			err = e.replyNotice(ctx, tx, m, "cannot_cancel")
		}
		return err
	case flows.CommandMyData, flows.CommandDeleteData:
		return e.replyPrivately(ctx, tx, m, flows.Reply(flows.ReplyMyData))
	case flows.CommandHelp:
		return e.replyPrivately(ctx, tx, m, flows.Reply(flows.ReplyGreeting).With(flows.ArgHelp, "1"))
	case flows.CommandSixDigits:
		if c != nil && c.State == flows.AwaitingCode {
			return e.codeInChat(ctx, tx, m, c)
		}
	}
	if c != nil {
		return e.replyNotice(ctx, tx, m, "not_understood")
	}
	return e.replyPrivately(ctx, tx, m, flows.Reply(flows.ReplyGreeting))
}

// codeInChat takes a code typed into the chat. A chat has no toasts, so that the card comes
// down to say what is wrong with it.
func (e *Engine) codeInChat(ctx context.Context, tx flows.Tx, m flows.Message, c *flows.Case) error {
	out, err := e.DecideAndPersist(ctx, tx, c, e.withTypedCode(c, m.Text, flows.Event{
		Kind:  flows.CodeTyped,
		Actor: m.OpenID,
		Role:  flows.Applicant,
		At:    e.Now(),
	}))
	if err != nil || out.Case.State != flows.AwaitingCode {
		return err
	}
	return e.Apply(ctx, tx, out.Case, flows.Event{
		Kind:  flows.CardAsked,
		Actor: m.OpenID,
		Role:  flows.Applicant,
		At:    e.Now(),
	})
}

// start opens a case, or brings the present card to the bottom of the chat.
func (e *Engine) openOrRepost(ctx context.Context, tx flows.Tx, m flows.Message, c *flows.Case) error {
	if c != nil {
		return e.Apply(ctx, tx, c, flows.Event{
			Kind:  flows.CardAsked,
			Actor: m.OpenID,
			Role:  flows.Applicant,
			At:    e.Now(),
		})
	}
	_, err := e.openUnlessDone(ctx, tx, m)
	return err
}

// handleHRCommand answers admins; others learn that the word is not theirs.
func (e *Engine) handleHRCommand(ctx context.Context, tx flows.Tx, m flows.Message, w flows.Command) error {
	if !e.IsAdmin(m.TenantKey, m.OpenID) {
		return e.replyNotice(ctx, tx, m, "not_hr")
	}
	if !m.Private {
		// Masked as they are, cases are HR's business: other groups get no list.
		group, err := e.groupFor(ctx, tx, m.TenantKey, flows.SettingReviewChat)
		if err != nil {
			return err
		}
		if w != flows.CommandReviewHere && w != flows.CommandAnnounceHere && m.ChatID != group {
			m.Private = true
		}
	}
	switch w {
	case flows.CommandPending:
		return e.reply(ctx, tx, m, flows.Reply(flows.ReplyPending))
	case flows.CommandStats:
		return e.reply(ctx, tx, m, flows.Reply(flows.ReplyStats))
	case flows.CommandRemind:
		return e.reply(ctx, tx, m, flows.Reply(flows.ReplyRemindAll))
	case flows.CommandReconcile:
		if err := e.ensureNightly(ctx, tx, m.TenantKey); err != nil {
			return err
		}
		return e.reply(ctx, tx, m, flows.Reply(flows.ReplyReconcile))
	}
	if m.Private {
		return e.replyNotice(ctx, tx, m, "only_in_group")
	}
	setting, code := flows.SettingReviewChat, "review_chat_set"
	if w == flows.CommandAnnounceHere {
		setting, code = flows.SettingAnnounceChat, "announce_chat_set"
	}
	if err := tx.PutSetting(ctx, m.TenantKey, setting, m.ChatID); err != nil {
		return err
	}
	return e.replyNotice(ctx, tx, m, code)
}

// Entered greets a person once, however often the chat is opened.
func (e *Engine) Entered(ctx context.Context, n flows.Entered) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		// The greeting is a setting rather than an event key, which lives for days only.
		if seen, err := tx.Seen(ctx, e.Now(), onceKey("event", n.EventID)); seen || err != nil {
			return err
		}
		greeted, err := tx.Setting(ctx, n.TenantKey, "greeted/"+n.OpenID)
		if err != nil || greeted != "" {
			return err
		}
		if err := tx.PutSetting(ctx, n.TenantKey, "greeted/"+n.OpenID, "1"); err != nil {
			return err
		}
		return e.replyPrivately(ctx, tx, flows.Message{EventID: n.EventID, TenantKey: n.TenantKey, OpenID: n.OpenID},
			flows.Reply(flows.ReplyGreeting))
	})
}

// Menu takes a click in the bot's menu: its key is one of the chat words.
func (e *Engine) Menu(ctx context.Context, n flows.Menu) error {
	return e.Message(ctx, flows.Message{
		EventID:   n.EventID,
		TenantKey: n.TenantKey,
		OpenID:    n.OpenID,
		Private:   true,
		Text:      n.Key,
		At:        n.At,
	})
}

// Recalled drops photos whose message was taken back.
func (e *Engine) Recalled(ctx context.Context, r flows.Recalled) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		if seen, err := tx.Seen(ctx, e.Now(), onceKey("event", r.EventID)); seen || err != nil {
			return err
		}
		c, err := tx.CaseOfMessage(ctx, r.MessageID)
		if errors.Is(err, flows.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if c.TenantKey != r.TenantKey {
			return nil
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
