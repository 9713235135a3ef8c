package sim

import (
	"cmp"
	"slices"
	"time"

	"shiming/sim/feishu"
	"shiming/sim/wire"
)

// Record is everything that happened in the world. Programs that verify a bot from outside read it. It holds ids,
// codes, times and toasts.
type Record struct {
	Events   []EventRecord    `json:"events"`
	Presses  []feishu.Press   `json:"presses"`
	Reads    []feishu.OCRCall `json:"reads"` // calls of the OCR
	Messages []MessageRecord  `json:"messages"`
	People   []PersonRecord   `json:"people"`
	Calls    []wire.Call      `json:"calls"`  // the latest 20,000
	Counts   map[string]int   `json:"counts"` // of all calls, by "upstream operation"
}

// EventRecord is an event and its delivery.
type EventRecord struct {
	ID        string          `json:"event_id"`
	Type      string          `json:"type"`
	Subject   string          `json:"message_id"`
	Delivered bool            `json:"delivered"`
	GaveUp    bool            `json:"gave_up"`
	Attempts  []AttemptRecord `json:"attempts"`
}

// AttemptRecord is one request that delivered an event.
type AttemptRecord struct {
	At      time.Time     `json:"at"`
	Took    time.Duration `json:"took"`
	Status  int           `json:"status"` // 0 = no answer
	Failure string        `json:"failure"`
}

// MessageRecord is a message and, of a card, its versions. Card is "case" for an applicant's card, "review" or
// "attention" for HR's, and "" for a card that belongs to no case. Superseded means that the last version points to a
// newer card.
type MessageRecord struct {
	ID         string          `json:"message_id"`
	Chat       string          `json:"chat"` // p2p, review, announce, group
	With       string          `json:"with"` // open_id of the person in a p2p chat
	FromBot    bool            `json:"from_bot"`
	Type       string          `json:"type"`
	At         time.Time       `json:"at"`
	Recalled   bool            `json:"recalled"`
	Card       string          `json:"card"`
	Case       string          `json:"case"`
	Superseded bool            `json:"superseded"`
	Filed      bool            `json:"filed"` // HR's card says that everything is done
	Versions   []VersionRecord `json:"versions"`
}

// VersionRecord is one version of a card. By is send, patch, callback, delayed or flip.
type VersionRecord struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"`
	Kind  string    `json:"kind"`
	Stage CardStage `json:"stage"`
}

// PersonRecord is a person's journey with the times of the text messages.
type PersonRecord struct {
	Journey
	Refused int         `json:"refused"` // identities that Feishu refused
	SMSAt   []time.Time `json:"sms_at"`
}

// Record returns everything that was recorded so far.
func (w *World) Record() Record {
	r := Record{
		Presses: w.Feishu.Presses(),
		Reads:   w.Feishu.OCRCalls(),
		Calls:   w.Recorder.Calls(),
		Counts:  w.Recorder.Counts(),
	}
	for _, d := range w.Feishu.Deliveries() {
		e := EventRecord{
			ID:        d.EventID,
			Type:      d.Type,
			Subject:   d.Subject,
			Delivered: d.Delivered,
			GaveUp:    d.GaveUp,
		}
		for _, a := range d.Attempts {
			e.Attempts = append(e.Attempts, AttemptRecord{a.At, a.Took, a.Status, a.Failure})
		}
		r.Events = append(r.Events, e)
	}
	identities := w.Feishu.Identities()
	with := map[string]string{}
	for _, e := range w.People() {
		with[e.ChatID] = e.OpenID
		p := PersonRecord{Journey: w.Journey(e.OpenID), Refused: identities[e.OpenID].Refused}
		for _, m := range w.Tencent.Inbox(e.Person.Mobile) {
			p.SMSAt = append(p.SMSAt, m.At)
		}
		r.People = append(r.People, p)
	}
	for _, id := range w.Admins() {
		with[w.Feishu.P2PChat(id)] = id
	}
	for _, chat := range slices.Sorted(slices.Values(w.Feishu.Chats())) {
		name := "group"
		switch {
		case with[chat] != "":
			name = "p2p"
		case chat == w.ReviewChat():
			name = "review"
		case chat == w.AnnounceChat():
			name = "announce"
		}
		for _, m := range w.Feishu.Messages(chat) {
			rec := recordOf(m)
			rec.Chat, rec.With = name, with[chat]
			r.Messages = append(r.Messages, rec)
		}
	}
	return r
}

// recordOf reads the versions of a message. It takes the kind and the case from any of them, because the last version
// of a case that has ended has no buttons.
func recordOf(m feishu.Message) MessageRecord {
	rec := MessageRecord{
		ID:       m.ID,
		FromBot:  m.FromBot,
		Type:     m.Type,
		At:       m.CreatedAt,
		Recalled: m.Recalled,
	}
	desk := false
	for _, v := range m.History {
		s := readCard(v.Card)
		rec.Case = cmp.Or(rec.Case, s.caseID)
		switch s.kind {
		case kindCase, kindReview, kindAttention:
			rec.Card = string(s.kind)
		}
		desk = desk || s.kind == kindDesk || leadsToList(s.card)
		rec.Superseded, rec.Filed = s.kind == kindSuperseded, s.mentions("已登记，已存证")
		rec.Versions = append(rec.Versions, VersionRecord{v.At, v.By, string(s.kind), s.stage})
	}
	if desk { // it shows one case after the other
		rec.Card = string(kindDesk)
	}
	if rec.Card == "" || desk {
		rec.Case = ""
	}
	return rec
}
