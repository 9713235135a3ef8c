package engine

import (
	"context"
	"time"

	"shiming/flows"
)

// handleText answers what somebody typed. A command of HR goes to handleHRCommand. Everything else concerns one person
// and is answered in private, except a greeting in the group in which the bot was mentioned.
func (e *Engine) handleText(ctx context.Context, tx flows.Tx, m flows.Message) error {
	if m.Unsupported != "" {
		return e.replyNotice(ctx, tx, m, "unsupported")
	}
	command := flows.ParseCommand(m.Text)
	if asks, err := e.asksAboutMentioned(ctx, tx, m, command); asks || err != nil {
		return err
	}
	if taken, err := e.refuseBankCard(ctx, tx, m, command); taken || err != nil {
		return err
	}
	if flows.HRCommands[command] {
		return e.handleHRCommand(ctx, tx, m, command)
	}
	if !m.Private && !e.typesCode(ctx, tx, m, command) {
		switch command {
		case flows.CommandNone, flows.CommandSixDigits, flows.CommandHello:
			return e.reply(ctx, tx, m, flows.Reply(flows.ReplyGreeting))
		case flows.CommandHelp:
			return e.reply(ctx, tx, m, flows.Reply(flows.ReplyGreeting).With(flows.ArgHelp, "1"))
		case flows.CommandAskAbout:
			admin, err := e.IsAdmin(ctx, tx, m.TenantKey, m.OpenID)
			if err != nil {
				return err
			}
			if admin { // others in the group would know whom the answer is about
				return e.replyNotice(ctx, tx, m, "ask_in_private")
			}
		}
	}
	if passed, err := e.passWords(ctx, tx, m, command); passed || err != nil {
		return err
	}
	answered, err := e.takeAnswer(ctx, tx, m, command)
	if answered || err != nil {
		return err
	}
	m.Private = true
	return e.handleCommand(ctx, tx, m, command)
}

// takeAnswer takes a text in private as the answer to HR's question, if there is one and the text is no word of the
// bot. What an admin writes after a first answer may be meant as a question about somebody.
func (e *Engine) takeAnswer(ctx context.Context, tx flows.Tx, m flows.Message, command flows.Command) (bool, error) {
	if !m.Private || !mayAnswer(command) {
		return false, nil
	}
	c, err := tx.OpenCase(ctx, m.TenantKey, m.OpenID)
	if err != nil || command == flows.CommandDataUse && !c.Question.Open() {
		return false, flows.IgnoreNotFound(err)
	}
	admin, err := e.IsAdmin(ctx, tx, m.TenantKey, m.OpenID)
	if err != nil || !c.TakesAnswers() || !c.Question.Open() && admin {
		return false, err
	}
	if err := e.showUnreached(ctx, tx, c, m.EventID); err != nil {
		return false, err
	}
	ev := e.applicantEvent(flows.Answered, m.OpenID, m.At)
	ev.Text = m.Text
	out, err := e.DecideAndPersist(ctx, tx, c, ev)
	if err != nil || !out.Changed() {
		return false, err
	}
	if flows.AnswerIsCut(m.Text) {
		return true, e.replyNotice(ctx, tx, m, "answer_cut")
	}
	return true, e.replyNotice(ctx, tx, m, "answer_received")
}

// mayAnswer reports whether a text may be the answer to HR's question. Words about the own data are, while a question is
// open: an answer may well name the reason.
func mayAnswer(command flows.Command) bool {
	return command == flows.CommandNone || command == flows.CommandSixDigits || command == flows.CommandDataUse
}

// typesCode reports whether a message holds the code that its sender is asked for.
func (e *Engine) typesCode(ctx context.Context, tx flows.Tx, m flows.Message, command flows.Command) bool {
	if !isFreeText(command) || flows.FindCode(m.Text) == "" {
		return false
	}
	c, err := tx.OpenCase(ctx, m.TenantKey, m.OpenID)
	return err == nil && c.State == flows.AwaitingCode
}

// isFreeText reports whether a text is no word of the bot, so that it may hold the code.
func isFreeText(command flows.Command) bool {
	switch command {
	case flows.CommandNone, flows.CommandSixDigits, flows.CommandAskAbout, flows.CommandDataUse:
		return true
	}
	return false
}

// handleCommand answers a command of an applicant, or a text that is none, in private.
func (e *Engine) handleCommand(ctx context.Context, tx flows.Tx, m flows.Message, command flows.Command) error {
	c, err := tx.OpenCase(ctx, m.TenantKey, m.OpenID)
	if err != nil && !flows.IsNotFound(err) {
		return err
	}
	if c != nil {
		if err := e.showUnreached(ctx, tx, c, m.EventID); err != nil {
			return err
		}
	}
	if c != nil && c.State == flows.AwaitingCode && isFreeText(command) {
		if flows.FindCode(m.Text) != "" {
			return e.submitCode(ctx, tx, m, c)
		}
		if command == flows.CommandNone {
			return e.replyNotice(ctx, tx, m, "code_expected")
		}
	}
	switch command {
	case flows.CommandStart:
		return e.openOrRepost(ctx, tx, m, c)
	case flows.CommandAskAbout:
		admin, err := e.IsAdmin(ctx, tx, m.TenantKey, m.OpenID)
		if err != nil {
			return err
		}
		if admin {
			if q := flows.QueryOf(m.Text); !q.Empty() {
				return e.lookUp(ctx, tx, m, q)
			}
			return e.replyNotice(ctx, tx, m, "ask_about")
		}
		return e.showStatus(ctx, tx, m, c)
	case flows.CommandStatus:
		return e.showStatus(ctx, tx, m, c)
	case flows.CommandHello:
		if c != nil {
			return e.showStatus(ctx, tx, m, c)
		}
	case flows.CommandHuman:
		return e.askForPerson(ctx, tx, m, c)
	case flows.CommandThanks:
		return e.replyNotice(ctx, tx, m, "thanks")
	case flows.CommandDataUse:
		return e.replyPrivately(ctx, tx, m, flows.Reply(flows.ReplyDataUse))
	case flows.CommandCancel:
		return e.cancel(ctx, tx, m, c)
	case flows.CommandPrivacy:
		return e.sendPrivacyReport(ctx, tx, m)
	case flows.CommandMyData, flows.CommandDeleteData:
		return e.replyPrivately(ctx, tx, m, flows.Reply(flows.ReplyMyData))
	case flows.CommandHelp:
		return e.replyPrivately(ctx, tx, m, flows.Reply(flows.ReplyGreeting).With(flows.ArgHelp, "1"))
	}
	if q := flows.NameQuery(m.Text); command == flows.CommandNone && !q.Empty() {
		admin, err := e.IsAdmin(ctx, tx, m.TenantKey, m.OpenID)
		if err != nil {
			return err
		}
		if admin {
			return e.lookUp(ctx, tx, m, q)
		}
	}
	if c != nil && flows.FindCode(m.Text) != "" && flows.NewerThan(c, m.At) {
		return e.replyLate(ctx, tx, m) // a code for a step that is over
	}
	if c != nil {
		return e.replyNotice(ctx, tx, m, "not_understood")
	}
	return e.replyPrivately(ctx, tx, m, flows.Reply(flows.ReplyGreeting))
}

// showStatus brings the card of the open case c to the bottom of the chat. c is nil if there is no open case; then the
// reply says how the last one ended.
func (e *Engine) showStatus(ctx context.Context, tx flows.Tx, m flows.Message, c *flows.Case) error {
	if c != nil {
		return e.Apply(ctx, tx, c, e.applicantEvent(flows.CardAsked, m.OpenID, m.At))
	}
	return e.replyPrivately(ctx, tx, m, flows.Reply(flows.ReplyLatest))
}

// applicantEvent is an event of the applicant that was made at a time of Feishu's clock.
func (e *Engine) applicantEvent(kind flows.Kind, openID string, made time.Time) flows.Event {
	return flows.Event{
		Kind:   kind,
		At:     e.Now(),
		MadeAt: made,
		Actor:  openID,
		Role:   flows.Applicant,
	}
}

// openOrRepost opens a case, or brings the card of the open case c to the bottom of the chat.
func (e *Engine) openOrRepost(ctx context.Context, tx flows.Tx, m flows.Message, c *flows.Case) error {
	if c != nil {
		return e.Apply(ctx, tx, c, e.applicantEvent(flows.CardAsked, m.OpenID, m.At))
	}
	if m.TenantUnsure {
		known, err := e.knows(ctx, tx, m)
		if err != nil {
			return err
		}
		if !known { // the greeting has a button, and the click on it names the company
			return e.replyPrivately(ctx, tx, m, flows.Reply(flows.ReplyGreeting))
		}
	}
	_, err := e.openUnlessDone(ctx, tx, m)
	return err
}

// knows reports whether the sender is surely of this company: an admin, or somebody who has had a case.
func (e *Engine) knows(ctx context.Context, tx flows.Tx, m flows.Message) (bool, error) {
	if admin, err := e.IsAdmin(ctx, tx, m.TenantKey, m.OpenID); admin || err != nil {
		return admin, err
	}
	_, err := tx.LatestCase(ctx, m.TenantKey, m.OpenID)
	return err == nil, flows.IgnoreNotFound(err)
}

// cancel ends the open case c, unless it has gone too far for that. c is nil if there is no open case.
func (e *Engine) cancel(ctx context.Context, tx flows.Tx, m flows.Message, c *flows.Case) error {
	if c == nil {
		if err := e.noteIdleCancel(ctx, tx, m); err != nil {
			return err
		}
		return e.replyNotice(ctx, tx, m, "nothing_open")
	}
	out, err := e.DecideAndPersist(ctx, tx, c, e.applicantEvent(flows.Cancelled, m.OpenID, m.At))
	switch {
	case err != nil || out.Changed():
		return err
	case out.Change.Rule == flows.RefusalLate:
		return e.replyLate(ctx, tx, m)
	}
	return e.replyNotice(ctx, tx, m, "cannot_cancel")
}

// submitCode handles an SMS code that was typed into the chat. A chat has no toasts. If the code is wrong, the card
// comes to the bottom of the chat and says what is wrong.
func (e *Engine) submitCode(ctx context.Context, tx flows.Tx, m flows.Message, c *flows.Case) error {
	ev := e.withTypedCode(c, m.Text, e.applicantEvent(flows.CodeTyped, m.OpenID, m.At))
	out, err := e.DecideAndPersist(ctx, tx, c, ev)
	if err != nil || out.Case.State != flows.AwaitingCode {
		return err
	}
	if out.Change.Rule == flows.RefusalLate {
		return e.replyLate(ctx, tx, m)
	}
	return e.Apply(ctx, tx, out.Case, e.applicantEvent(flows.CardAsked, m.OpenID, m.At))
}

// handleHRCommand answers a command of HR. The sender must be an admin of the tenant. Lists of cases appear in the
// review group and in private chats only: although they are masked, they are nothing for other groups.
func (e *Engine) handleHRCommand(ctx context.Context, tx flows.Tx, m flows.Message, command flows.Command) error {
	admin, err := e.IsAdmin(ctx, tx, m.TenantKey, m.OpenID)
	if err != nil {
		return err
	}
	if !admin {
		if err := e.countRefused(ctx, tx, m.TenantKey, m.OpenID, flows.RefusedWords); err != nil {
			return err
		}
		return e.replyNotice(ctx, tx, m, "not_hr")
	}
	if !m.Private {
		group, err := e.groupFor(ctx, tx, m.TenantKey, flows.SettingReviewChat)
		if err != nil {
			return err
		}
		choosesGroup := command == flows.CommandReviewHere || command == flows.CommandAnnounceHere
		if !choosesGroup && m.ChatID != group {
			m.Private = true
		}
	}
	switch command {
	case flows.CommandPending:
		if e.Policy.ReviewQueue {
			return e.sendDeskTo(ctx, tx, m)
		}
		return e.reply(ctx, tx, m, flows.Reply(flows.ReplyPending))
	case flows.CommandInvite:
		return e.inviteBy(ctx, tx, m)
	case flows.CommandAway:
		return e.goAway(ctx, tx, m)
	case flows.CommandBack:
		return e.comeBack(ctx, tx, m)
	case flows.CommandExport:
		return e.askForExport(ctx, tx, m)
	case flows.CommandRequests:
		return e.replyPrivately(ctx, tx, m, flows.Reply(flows.ReplyRequests))
	case flows.CommandStats:
		return e.reply(ctx, tx, m, flows.Reply(flows.ReplyStats))
	case flows.CommandRemind:
		return e.reply(ctx, tx, m, remindAll(m.At))
	case flows.CommandReconcile:
		// The card names the time of the next run, so that one must be queued.
		if err := e.ensureNightly(ctx, tx, m.TenantKey); err != nil {
			return err
		}
		return e.reply(ctx, tx, m, flows.Reply(flows.ReplyReconcile))
	}
	return e.chooseGroup(ctx, tx, m, command)
}

// sendDeskTo sends the sender's review desk in private, and says so in a group.
func (e *Engine) sendDeskTo(ctx context.Context, tx flows.Tx, m flows.Message) error {
	d, err := loadDesk(ctx, tx, m.TenantKey, m.OpenID)
	if err != nil {
		return err
	}
	if err := e.sendDesk(ctx, tx, m.TenantKey, m.OpenID, "message/"+m.MessageID+m.EventID, d); err != nil || m.Private {
		return err
	}
	return e.replyNotice(ctx, tx, m, "desk_sent")
}

// chooseGroup makes the group of the message the tenant's review or announcement group.
func (e *Engine) chooseGroup(ctx context.Context, tx flows.Tx, m flows.Message, command flows.Command) error {
	if m.Private {
		return e.replyNotice(ctx, tx, m, "only_in_group")
	}
	if m.MentionUnsure {
		// Another bot may have been meant, and review cards would go to this group from then on.
		return e.replyNotice(ctx, tx, m, "not_sure_meant")
	}
	setting, code := flows.SettingReviewChat, "review_chat_set"
	if command == flows.CommandAnnounceHere {
		setting, code = flows.SettingAnnounceChat, "announce_chat_set"
	}
	// A choice that was made before the present one must not replace it, whichever arrives first.
	if late, err := e.madeBeforeSetting(ctx, tx, m, setting); late || err != nil {
		if late {
			err = e.replyLate(ctx, tx, m)
		}
		return err
	}
	if err := tx.PutSetting(ctx, m.TenantKey, setting, m.ChatID); err != nil {
		return err
	}
	if command == flows.CommandAnnounceHere {
		if err := e.reviveBoard(ctx, tx, m.ChatID, "message/"+m.MessageID+m.EventID); err != nil {
			return err
		}
	}
	return e.replyNotice(ctx, tx, m, code)
}
