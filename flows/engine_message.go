package flows

import (
	"context"
	"errors"
	"strconv"
)

// Message takes what a person wrote or sent. It returns nil once everything that follows is
// stored, also for a message that was taken before.
func (e *Engine) Message(ctx context.Context, m Message) error {
	if m.At.IsZero() {
		m.At = e.Now()
	}
	return e.Store.Tx(ctx, func(tx Tx) error {
		if seen, err := tx.Seen(ctx, e.Now(), key("event", m.EventID), key("message", m.MessageID)); seen || err != nil {
			return err
		}
		if len(m.Photos) > 0 {
			return e.photos(ctx, tx, m)
		}
		return e.words(ctx, tx, m)
	})
}

// key builds a key that makes something happen once; "" for an empty id, which the store skips.
func key(kind, id string) string {
	if id == "" {
		return ""
	}
	return kind + ":" + id
}

// photos takes the pictures of one message. They start a case by themselves.
func (e *Engine) photos(ctx context.Context, tx Tx, m Message) error {
	if !m.Private {
		// A group is no place for an ID card.
		return e.notice(ctx, tx, m, "photo_in_group")
	}
	c, err := tx.OpenCase(ctx, m.TenantKey, m.OpenID)
	if isNotFound(err) {
		if c, err = e.openOrSayDone(ctx, tx, m); c == nil || err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	for _, p := range m.Photos {
		out, err := e.apply(ctx, tx, c, Event{Kind: PhotoReceived, At: e.Now(), Actor: m.OpenID, Role: Applicant,
			Photo: p, MessageID: m.MessageID, ChatID: m.ChatID, PhotoID: e.NewID()})
		if err != nil {
			return err
		}
		if !out.happened() {
			return e.notice(ctx, tx, m, "photo_not_needed")
		}
		c = out.Case
	}
	return nil
}

// openOrSayDone opens a case, unless the person is registered already: a stray picture must
// not start everything again.
func (e *Engine) openOrSayDone(ctx context.Context, tx Tx, m Message) (*Case, error) {
	last, err := tx.LatestCase(ctx, m.TenantKey, m.OpenID)
	if err != nil && !isNotFound(err) {
		return nil, err
	}
	if err == nil && last.State == Done {
		return nil, e.notice(ctx, tx, m, "already_done")
	}
	return e.open(ctx, tx, m.TenantKey, m.OpenID, m.ChatID)
}

// open begins a case and everything that belongs to it.
func (e *Engine) open(ctx context.Context, tx Tx, tenantKey, openID, chatID string) (*Case, error) {
	ch := Open(&e.Policy, e.NewID(), tenantKey, openID, chatID, e.Now())
	if err := tx.InsertCase(ctx, ch.Case); err != nil {
		return nil, err
	}
	if err := e.ensureNightly(ctx, tx, tenantKey); err != nil {
		return nil, err
	}
	return ch.Case, e.follow(ctx, tx, ch.Case, ch.Case.CreatedAt, Event{Kind: "open", At: ch.Case.CreatedAt, Actor: openID, Role: Applicant}, ch)
}

// words answers what somebody wrote.
func (e *Engine) words(ctx context.Context, tx Tx, m Message) error {
	if m.Unsupported != "" {
		if !m.Private {
			return nil
		}
		return e.notice(ctx, tx, m, "unsupported")
	}
	w := ParseWord(m.Text)
	if hrWords[w] {
		return e.hrWord(ctx, tx, m, w)
	}
	if !m.Private {
		switch w {
		case WordNone, wordSixDigits:
			return e.queueReply(ctx, tx, m, Job{Ref: ReplyGreeting})
		case WordHelp:
			return e.queueReply(ctx, tx, m, Job{Ref: ReplyGreeting, Args: map[string]string{"help": "1"}})
		}
		// What concerns one person is answered to that person.
		m.Private = true
	}
	c, err := tx.OpenCase(ctx, m.TenantKey, m.OpenID)
	if err != nil && !isNotFound(err) {
		return err
	}
	switch w {
	case WordStart:
		return e.start(ctx, tx, m, c)
	case WordStatus:
		if c != nil {
			return e.onCase(ctx, tx, c, Event{Kind: CardAsked, Actor: m.OpenID, Role: Applicant, At: e.Now()})
		}
		return e.private(ctx, tx, m, Job{Ref: ReplyLatest})
	case WordCancel:
		if c == nil {
			return e.notice(ctx, tx, m, "nothing_open")
		}
		out, err := e.apply(ctx, tx, c, Event{Kind: Cancelled, Actor: m.OpenID, Role: Applicant, At: e.Now()})
		if err == nil && !out.happened() {
			err = e.notice(ctx, tx, m, "cannot_cancel")
		}
		return err
	case WordMyData, WordDeleteData:
		return e.private(ctx, tx, m, Job{Ref: ReplyMyData})
	case WordHelp:
		return e.private(ctx, tx, m, Job{Ref: ReplyGreeting, Args: map[string]string{"help": "1"}})
	case wordSixDigits:
		if c != nil && c.State == AwaitingCode {
			return e.codeInChat(ctx, tx, m, c)
		}
	}
	if c != nil {
		return e.notice(ctx, tx, m, "not_understood")
	}
	return e.private(ctx, tx, m, Job{Ref: ReplyGreeting})
}

// codeInChat takes a code typed into the chat. A chat has no toasts, so that the card comes
// down to say what is wrong with it.
func (e *Engine) codeInChat(ctx context.Context, tx Tx, m Message, c *Case) error {
	out, err := e.apply(ctx, tx, c, e.typed(c, m.Text, Event{Kind: CodeTyped, Actor: m.OpenID, Role: Applicant, At: e.Now()}))
	if err != nil || out.Case.State != AwaitingCode {
		return err
	}
	return e.onCase(ctx, tx, out.Case, Event{Kind: CardAsked, Actor: m.OpenID, Role: Applicant, At: e.Now()})
}

// onCase applies an event whose refusal needs no answer.
func (e *Engine) onCase(ctx context.Context, tx Tx, c *Case, ev Event) error {
	_, err := e.apply(ctx, tx, c, ev)
	return err
}

// start opens a case, or brings the present card to the bottom of the chat.
func (e *Engine) start(ctx context.Context, tx Tx, m Message, c *Case) error {
	if c != nil {
		return e.onCase(ctx, tx, c, Event{Kind: CardAsked, Actor: m.OpenID, Role: Applicant, At: e.Now()})
	}
	_, err := e.openOrSayDone(ctx, tx, m)
	return err
}

// hrWord answers admins; others learn that the word is not theirs.
func (e *Engine) hrWord(ctx context.Context, tx Tx, m Message, w Word) error {
	if !e.isAdmin(m.TenantKey, m.OpenID) {
		return e.notice(ctx, tx, m, "not_hr")
	}
	if !m.Private {
		// Masked as they are, cases are HR's business: other groups get no list.
		group, err := e.chat(ctx, tx, m.TenantKey, SettingReviewChat)
		if err != nil {
			return err
		}
		if w != WordReviewHere && w != WordAnnounceHere && m.ChatID != group {
			m.Private = true
		}
	}
	switch w {
	case WordPending:
		return e.queueReply(ctx, tx, m, Job{Ref: ReplyPending})
	case WordStats:
		return e.queueReply(ctx, tx, m, Job{Ref: ReplyStats})
	case WordRemind:
		return e.queueReply(ctx, tx, m, Job{Ref: ReplyRemindAll})
	case WordReconcile:
		if err := e.ensureNightly(ctx, tx, m.TenantKey); err != nil {
			return err
		}
		return e.queueReply(ctx, tx, m, Job{Ref: ReplyReconcile})
	}
	if m.Private {
		return e.notice(ctx, tx, m, "only_in_group")
	}
	setting, code := SettingReviewChat, "review_chat_set"
	if w == WordAnnounceHere {
		setting, code = SettingAnnounceChat, "announce_chat_set"
	}
	if err := tx.PutSetting(ctx, m.TenantKey, setting, m.ChatID); err != nil {
		return err
	}
	return e.notice(ctx, tx, m, code)
}

// notice answers with one line.
func (e *Engine) notice(ctx context.Context, tx Tx, m Message, code string) error {
	return e.queueReply(ctx, tx, m, Job{Ref: ReplyNotice, Args: map[string]string{"code": code}})
}

// reply answers where the message came from: in a group as an answer to it.
func (e *Engine) queueReply(ctx context.Context, tx Tx, m Message, j Job) error {
	if m.Private {
		return e.private(ctx, tx, m, j)
	}
	j.To, j.ToType = m.MessageID, "message_id"
	return e.answer(ctx, tx, m, j)
}

// private answers in the person's own chat.
func (e *Engine) private(ctx context.Context, tx Tx, m Message, j Job) error {
	j.To, j.ToType = m.OpenID, "open_id"
	return e.answer(ctx, tx, m, j)
}

func (e *Engine) answer(ctx context.Context, tx Tx, m Message, j Job) error {
	j.Kind = JobReply
	return e.enqueue(ctx, tx, "message/"+m.MessageID+m.EventID, personally(j, m.TenantKey, m.OpenID))
}

// personally notes in a reply's arguments whom it is for.
func personally(j Job, tenantKey, openID string) Job {
	args := map[string]string{"tenant": tenantKey, "who": openID}
	for k, v := range j.Args {
		args[k] = v
	}
	j.Args = args
	return j
}

// enqueue names each job after its cause, so that the same cause always makes the same
// names: message uuids and claims are derived from them.
func (e *Engine) enqueue(ctx context.Context, tx Tx, cause string, jobs ...Job) error {
	for i := range jobs {
		jobs[i].Key = cause + "/" + strconv.Itoa(i)
	}
	return tx.Enqueue(ctx, jobs...)
}

// Entered greets a person once, however often the chat is opened.
func (e *Engine) Entered(ctx context.Context, n Entered) error {
	return e.Store.Tx(ctx, func(tx Tx) error {
		// The greeting is a setting rather than an event key, which lives for days only.
		if seen, err := tx.Seen(ctx, e.Now(), key("event", n.EventID)); seen || err != nil {
			return err
		}
		greeted, err := tx.Setting(ctx, n.TenantKey, "greeted/"+n.OpenID)
		if err != nil || greeted != "" {
			return err
		}
		if err := tx.PutSetting(ctx, n.TenantKey, "greeted/"+n.OpenID, "1"); err != nil {
			return err
		}
		return e.private(ctx, tx, Message{EventID: n.EventID, TenantKey: n.TenantKey, OpenID: n.OpenID}, Job{Ref: ReplyGreeting})
	})
}

// Menu takes a click in the bot's menu: its key is one of the chat words.
func (e *Engine) Menu(ctx context.Context, n Menu) error {
	return e.Message(ctx, Message{EventID: n.EventID, TenantKey: n.TenantKey, OpenID: n.OpenID, Private: true, Text: n.Key, At: n.At})
}

// Recalled drops photos whose message was taken back.
func (e *Engine) Recalled(ctx context.Context, r Recalled) error {
	return e.Store.Tx(ctx, func(tx Tx) error {
		if seen, err := tx.Seen(ctx, e.Now(), key("event", r.EventID)); seen || err != nil {
			return err
		}
		c, err := tx.CaseOfMessage(ctx, r.MessageID)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if c.TenantKey != r.TenantKey {
			return nil
		}
		return e.onCase(ctx, tx, c, Event{Kind: PhotoRecalled, At: e.Now(), Actor: c.OpenID, Role: Applicant, MessageID: r.MessageID})
	})
}
