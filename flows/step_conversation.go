package flows

import (
	"slices"
	"strconv"
	"time"
)

// ConversationQuiet is how long nobody says anything until a conversation ends by itself, and the bot answers again.
const ConversationQuiet = time.Hour

// Conversation is the talk of an applicant with HR in the applicant's chat with the bot, which keeps quiet meanwhile.
// The words are Personal.Exchanges.
type Conversation struct {
	Since  time.Time `json:"since"`
	LastAt time.Time `json:"last_at"`      // of the last words, or of the beginning
	By     string    `json:"by,omitempty"` // open_id of the admin who has answered last; "" while nobody has
}

// Talks reports whether the applicant talks with HR, so that a text is for HR.
func (c *Case) Talks() bool { return c.Conversation != nil && !c.State.Terminal() }

// askForPerson begins a conversation, and tells HR.
func askForPerson(d *decision) {
	switch {
	case d.c.Talks():
		d.refuse(refusalKnown, nil)
		return
	case len(d.talkReceivers()) == 0, d.c.exchanges(true) >= maxExchanges:
		d.refuse("nobody could answer", nil)
		return
	}
	d.c.Conversation = &Conversation{Since: d.event.At, LastAt: d.event.At}
	d.job(EndConversation(d.event.At.Add(ConversationQuiet)))
	d.tellHR()
}

// talkReceivers returns the admins who get the applicant's words: the one who answers, or else all who are told.
func (d *decision) talkReceivers() []string {
	if t := d.c.Conversation; t != nil && t.By != "" && d.staff().MayDecide(t.By) {
		return []string{t.By}
	}
	return d.staff().Told(d.c.OpenID)
}

// tellHR sends the conversation to those who shall answer.
func (d *decision) tellHR() {
	for _, admin := range d.talkReceivers() {
		d.job(Reply(ReplyConversation).Towards(Receiver{Type: "open_id", ID: admin}))
	}
	if d.c.State.Turn() == HR {
		d.redraw(AudienceHR)
	}
}

// sayToHR passes the applicant's words on.
func sayToHR(d *decision) {
	if !d.addWords("", truncateAnswer(d.event.Text)) {
		return
	}
	d.tellHR()
}

// answerApplicant passes an admin's words on.
func answerApplicant(d *decision) {
	words := shortNote(formValue(d.event.Form.Note))
	if words == "" {
		d.refuse(RefusalNoReason, NewToast("missing_field", map[string]string{"field": "note"}))
		return
	}
	if !d.addWords(d.event.Actor, words) {
		return
	}
	d.c.Conversation.By = d.event.Actor
	last := strconv.Itoa(len(d.c.Personal.Exchanges) - 1)
	d.job(Reply(ReplyHRWords).With(ArgExchange, last).Towards(Receiver{Type: "open_id", ID: d.c.OpenID}))
	d.toast("words_sent")
}

// addWords notes what somebody says, and sets the time at which silence ends the conversation. It refuses words without
// a conversation, or too many.
func (d *decision) addWords(by, words string) bool {
	switch {
	case !d.c.Talks():
		d.refuse("no conversation", NewToast("talk_over", nil))
		return false
	case d.c.exchanges(true) >= maxExchanges:
		d.refuse("too many words", NewToast("too_many_questions", nil))
		return false
	}
	d.addExchange(Exchange{By: by, At: d.event.At, Text: words, Talk: true})
	t := *d.c.Conversation
	t.LastAt = d.event.At
	d.c.Conversation = &t
	d.job(EndConversation(d.event.At.Add(ConversationQuiet)))
	return true
}

// leaveConversation ends a conversation by the applicant's wish.
func leaveConversation(d *decision) {
	if d.endConversation() {
		d.toast("talk_left")
		d.tellApplicant("talk_left")
	}
}

// closeConversation ends a conversation by HR.
func closeConversation(d *decision) {
	if d.endConversation() {
		d.toast("talk_closed")
		d.tellApplicant("talk_closed")
	}
}

// conversationDue ends a conversation in which nobody has said anything for ConversationQuiet.
func conversationDue(d *decision) {
	if t := d.c.Conversation; t == nil || d.event.At.Before(t.LastAt.Add(ConversationQuiet)) {
		d.refuse(refusalKnown, nil) // it is over, or goes on
		return
	}
	unanswered := d.c.Conversation.By == ""
	d.endConversation()
	if unanswered {
		d.tellApplicant("talk_unanswered")
		return
	}
	d.tellApplicant("talk_quiet")
}

func (d *decision) endConversation() bool {
	if !d.c.Talks() {
		d.refuse("no conversation", NewToast("talk_over", nil))
		return false
	}
	d.c.Conversation = nil
	return true
}

// tellApplicant says in the applicant's chat that the bot answers again.
func (d *decision) tellApplicant(code string) {
	d.job(Reply(ReplyNotice).With(ArgCode, code).With(ArgTenant, d.c.TenantKey).With(ArgWho, d.c.OpenID).
		Towards(Receiver{Type: "open_id", ID: d.c.OpenID}))
}

// SaidFirst reports whether the applicant has said one thing in the conversation, and nobody has answered.
func (c *Case) SaidFirst() bool {
	said := 0
	for _, x := range c.Personal.Exchanges {
		if x.Talk && c.Conversation != nil && !x.At.Before(c.Conversation.Since) {
			said++
		}
	}
	return said == 1
}

// IsTalk reports whether a text is no word that the bot obeys while the applicant talks with HR.
func IsTalk(command Command) bool {
	switch command {
	case CommandNone, CommandSixDigits, CommandHello, CommandAskAbout, CommandThanks, CommandDataUse:
		return true
	}
	return false
}

// EndsConversation reports whether a text is a word by which an applicant ends a conversation.
func EndsConversation(text string) bool {
	return slices.Contains([]string{"结束", "结束人工", "结束对话", "退出人工", "end"}, plainWord(text))
}
