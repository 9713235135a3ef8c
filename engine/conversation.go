package engine

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// askForPerson begins a conversation of the applicant of the open case c with HR. Without a case, or where nobody but
// the asker could answer, it says to whom to turn.
func (e *Engine) askForPerson(ctx context.Context, tx flows.Tx, m flows.Message, c *flows.Case) error {
	if c == nil {
		return e.replyNotice(ctx, tx, m, "human")
	}
	out, err := e.DecideAndPersist(ctx, tx, c, e.applicantEvent(flows.PersonAsked, m.OpenID, m.At))
	switch {
	case err != nil:
		return err
	case out.Change.Rule == flows.RefusalLate:
		return e.replyLate(ctx, tx, m)
	case out.Changed() || c.Talks():
		return e.replyNotice(ctx, tx, m, "human_asked")
	}
	return e.replyNotice(ctx, tx, m, "human")
}

// passWords passes a text in private on to HR, or ends the conversation by its word. Words of the bot, and the code
// that is asked for, stay with the bot. The first words are acknowledged; then the bot keeps quiet.
func (e *Engine) passWords(ctx context.Context, tx flows.Tx, m flows.Message, command flows.Command) (bool, error) {
	if !m.Private {
		return false, nil
	}
	c, err := tx.OpenCase(ctx, m.TenantKey, m.OpenID)
	if err != nil || !c.Talks() {
		return false, flows.IgnoreNotFound(err)
	}
	ev := e.applicantEvent(flows.WordsSaid, m.OpenID, m.At)
	switch {
	case flows.EndsConversation(m.Text):
		ev.Kind = flows.TalkLeft
	case mayAnswer(command) && c.TakesAnswers() && c.Question.Open():
		return false, nil // HR has asked
	case !flows.IsTalk(command), c.State == flows.AwaitingCode && flows.FindCode(m.Text) != "":
		return false, nil
	}
	ev.Text = m.Text
	out, err := e.DecideAndPersist(ctx, tx, c, ev)
	switch {
	case err != nil:
		return true, err
	case !out.Changed():
		return true, e.replyNotice(ctx, tx, m, "human_full")
	case ev.Kind == flows.WordsSaid && flows.AnswerIsCut(m.Text):
		return true, e.replyNotice(ctx, tx, m, "answer_cut")
	case ev.Kind == flows.WordsSaid && out.Case.SaidFirst():
		return true, e.replyNotice(ctx, tx, m, "human_heard")
	}
	return true, nil
}

// talkActs are the buttons of a conversation.
var talkActs = map[cards.Act]bool{cards.ActReplyTalk: true, cards.ActCloseTalk: true, cards.ActLeaveTalk: true}

// answerInTalk answers a click in a conversation: an admin's card shows the words so far.
func answerInTalk(k click, out outcome) flows.Answer {
	a := flows.Answer{Toast: out.Change.Toast}
	if k.Action.Act != cards.ActLeaveTalk && out.Change.Rule != flows.RefusalNoReason {
		a.Card = flows.ConversationCard(out.Case)
	}
	return a
}
