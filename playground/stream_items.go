package playground

import (
	"encoding/json"
	"strconv"
	"time"

	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/specimen"
	"shiming/sim/tencent"
	"shiming/sim/wire"
)

// callItem is a bot's call to a platform with its masked bodies.
type callItem struct {
	wire.Call
	who     subject
	in, out json.RawMessage
}

// eventItem is an event or a callback to the bot with its masked bodies.
type eventItem struct {
	feishu.Observed
	who          subject
	no           uint64 // sequence number of the event
	body, answer json.RawMessage
}

type smsItem struct {
	OpenID string    `json:"open_id"`
	At     time.Time `json:"at"`
	Text   string    `json:"text"`
	Code   string    `json:"code"`
	No     int       `json:"no"`
}

// shownPerson is an employee or an admin. Only employees have an ID card, a number and a mobile.
type shownPerson struct {
	profile
	Role  string     `json:"role"` // employee or admin
	Steps []sim.Step `json:"steps"`
	Filed bool       `json:"filed"` // the latest case has an evidence point
}

type shownChat struct {
	ID   string `json:"chat_id"`
	Name string `json:"name"`
	Kind string `json:"kind"` // review, announce, p2p
}

type streamMessage struct {
	ID       string          `json:"message_id"`
	Chat     string          `json:"chat_id"`
	Sender   string          `json:"sender"` // bot, or an open_id
	Type     string          `json:"type"`
	Content  json.RawMessage `json:"content,omitempty"` // empty for cards
	Card     json.RawMessage `json:"card,omitempty"`
	At       time.Time       `json:"at"`
	Micros   int64           `json:"us"` // At as a number, to sort by
	Edits    int             `json:"edits"`
	Recalled bool            `json:"recalled"`
	Parent   string          `json:"parent,omitempty"`
	Case     string          `json:"case,omitempty"`
	Kind     string          `json:"kind,omitempty"`
	Stage    sim.CardStage   `json:"stage,omitempty"`
}

type streamCall struct {
	No        int64           `json:"no"`
	At        time.Time       `json:"at"`
	Micros    int64           `json:"us"` // At as a number, to sort by
	Upstream  string          `json:"upstream"`
	Operation string          `json:"operation"`
	Method    string          `json:"method"`
	Path      string          `json:"path"`
	Status    int             `json:"status"`
	Code      string          `json:"code"`
	Took      float64         `json:"took_ms"`
	Fault     string          `json:"fault,omitempty"`
	Note      string          `json:"note,omitempty"`
	Left      bool            `json:"left,omitempty"`
	Person    string          `json:"person,omitempty"`
	Case      string          `json:"case,omitempty"`
	In        json.RawMessage `json:"in,omitempty"`
	Out       json.RawMessage `json:"out,omitempty"`
}

type streamEvent struct {
	No        uint64              `json:"no"`
	ID        string              `json:"event_id"`
	At        *time.Time          `json:"at,omitempty"` // of the first attempt
	Micros    int64               `json:"us,omitempty"` // At as a number, to sort by
	Type      string              `json:"type"`
	Callback  bool                `json:"callback"`
	Status    int                 `json:"status"`
	Took      float64             `json:"took_ms"`
	Delivered bool                `json:"delivered"`
	GaveUp    bool                `json:"gave_up,omitempty"`
	Held      bool                `json:"held,omitempty"`
	ErrorCode int                 `json:"error_code,omitempty"`
	Attempts  []sim.AttemptRecord `json:"attempts"`
	Person    string              `json:"person,omitempty"`
	Case      string              `json:"case,omitempty"`
	In        json.RawMessage     `json:"in,omitempty"`
	Out       json.RawMessage     `json:"out,omitempty"`
}

// render returns the present state of an item, nil if it no longer exists.
func (pg *Server) render(it item) any {
	switch it.kind {
	case itemMessage:
		if m, ok := pg.World.Feishu.Message(it.key); ok {
			return renderMessage(m)
		}
		return nil
	case itemPerson:
		if e := pg.World.Employee(it.key); e != nil {
			j := pg.World.Journey(e.OpenID)
			return shownPerson{
				profile: pg.profile(e),
				Role:    "employee",
				Steps:   j.Steps,
				Filed:   len(pg.World.ESign.PointsFor(j.Case)) > 0,
			}
		}
		if u, ok := pg.World.Feishu.User(it.key); ok {
			admin := profile{OpenID: u.OpenID, ChatID: pg.World.Feishu.P2PChat(u.OpenID), Name: u.Name}
			return shownPerson{profile: admin, Role: "admin"}
		}
		return nil
	case itemFaults:
		return showFaults(pg.World.Faults.List())
	case itemChat:
		switch it.key {
		case pg.World.ReviewChat():
			return shownChat{it.key, sim.ReviewChatName, "review"}
		case pg.World.AnnounceChat():
			return shownChat{it.key, sim.AnnounceChatName, "announce"}
		}
		return nil
	case itemClock:
		return pg.clockItem()
	case itemScenarios:
		return pg.armedScenarios()
	}
	return pg.feed.render(it)
}

// render returns the present state of an item that the feed itself stores.
func (f *feed) render(it item) any {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch it.kind {
	case itemCall:
		if c, ok := f.calls[it.key]; ok {
			return renderCall(c)
		}
	case itemEvent:
		if e, ok := f.events[it.key]; ok {
			return renderEvent(e)
		}
	case itemSMS:
		if s, ok := f.sms[it.key]; ok {
			return s
		}
	case itemQueue:
		return f.queue
	case itemBot:
		return f.bot
	}
	return nil
}

func renderMessage(m feishu.Message) streamMessage {
	v := streamMessage{
		ID:       m.ID,
		Chat:     m.ChatID,
		Sender:   m.Sender,
		Type:     m.Type,
		At:       m.CreatedAt,
		Micros:   m.CreatedAt.UnixMicro(),
		Edits:    m.Edits,
		Recalled: m.Recalled,
		Parent:   m.ParentID,
	}
	if m.FromBot {
		v.Sender = "bot"
	}
	switch {
	case m.Recalled:
	case m.Type == "interactive":
		s := sim.ReadMessage(m)
		v.Card, v.Case, v.Kind, v.Stage = m.Card, s.Case, s.Kind, s.Stage
	default:
		v.Content = json.RawMessage(m.Content)
	}
	return v
}

func renderCall(c callItem) streamCall {
	return streamCall{
		No:        c.Seq,
		At:        c.At,
		Micros:    c.At.UnixMicro(),
		Upstream:  c.Upstream,
		Operation: c.Operation,
		Method:    c.Method,
		Path:      c.Path,
		Status:    c.Status,
		Code:      c.Code,
		Took:      millis(c.Duration),
		Fault:     c.Fault,
		Note:      c.Note,
		Left:      c.Left,
		Person:    c.who.openID,
		Case:      c.who.caseID,
		In:        c.in,
		Out:       c.out,
	}
}

func renderEvent(e eventItem) streamEvent {
	v := streamEvent{
		No:        e.no,
		ID:        e.EventID,
		Type:      e.Type,
		Callback:  e.Callback,
		Delivered: e.Delivered,
		GaveUp:    e.GaveUp,
		Held:      e.Held,
		ErrorCode: e.ErrorCode,
		Person:    e.who.openID,
		Case:      e.who.caseID,
		In:        e.body,
		Out:       e.answer,
		Attempts:  []sim.AttemptRecord{},
	}
	for _, a := range e.Attempts {
		v.Attempts = append(v.Attempts, sim.AttemptRecord{
			At:      a.At,
			Took:    a.Took,
			Status:  a.Status,
			Failure: a.Failure,
		})
		v.Status, v.Took = a.Status, millis(a.Took)
	}
	if len(e.Attempts) > 0 {
		v.At, v.Micros = &e.Attempts[0].At, e.Attempts[0].At.UnixMicro()
	}
	return v
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// noteSMS is called while the message is being sent.
func (f *feed) noteSMS(m tencent.SMS) {
	f.mask.addCode(m.Code())
	who := f.who.subjectOf(m.Mobile)
	f.mu.Lock()
	defer f.mu.Unlock()
	no := len(f.sms) + 1
	key := strconv.Itoa(no)
	f.sms[key] = smsItem{
		OpenID: who.openID,
		At:     m.At,
		Text:   m.Text,
		Code:   m.Code(),
		No:     no,
	}
	f.markLocked(itemSMS, key)
}

// joined adds a person to the masker and the stream. Only employees have a chat; its messages are about them.
func (f *feed) joined(openID string, p specimen.Person, chat string) {
	f.mask.addPerson(p)
	if chat != "" {
		f.who.add(openID, openID, chat, p.Code, p.Mobile)
	}
	f.mark(itemPerson, openID)
}
