package flows

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"shiming/cards"
)

// What comes in from Feishu, stripped of the platform's envelope. EventID and MessageID
// are the keys that make each thing happen once.

// Message is something that a person wrote or sent (im.message.receive_v1).
type Message struct {
	EventID, MessageID string
	TenantKey          string
	OpenID             string
	ChatID             string
	Private            bool // p2p; otherwise a group in which the bot was mentioned
	Text               string
	Photos             []PhotoRef
	// Unsupported names a message type that carries neither text nor picture (audio, sticker, …).
	Unsupported string
	At          time.Time
}

// PhotoRef points at a picture inside a message.
type PhotoRef struct {
	FileKey string
	Kind    string // image | file
}

// CardAction is a button pressed on a card (card.action.trigger).
type CardAction struct {
	EventID   string
	TenantKey string
	OpenID    string // of the operator; the only thing that says who may act
	MessageID string
	ChatID    string
	Action    cards.Action
	Form      cards.Form
	// Malformed: the value or the form could not be decoded. Answered politely, nothing happens.
	Malformed bool
	At        time.Time
}

// Answer is what a click gets back within the callback.
type Answer struct {
	Toast *cards.Toast
	Card  cards.Card // nil = the card stays as it is
}

// Entered is a person opening the chat with the bot (bot_p2p_chat_entered_v1); fires on every entry.
type Entered struct {
	EventID, TenantKey, OpenID, ChatID string
	At                                 time.Time
}

// Menu is a click in the bot's menu (application.bot.menu_v6). Key is a chat word or an act.
type Menu struct {
	EventID, TenantKey, OpenID, Key string
	At                              time.Time
}

// Recalled is a message taken back (im.message.recalled_v1).
type Recalled struct {
	EventID, TenantKey, MessageID, ChatID string
	At                                    time.Time
}

// Push is an event as Feishu pushed it, kept from its acknowledgement until it is decided on.
type Push struct {
	ID   string
	Body []byte // decrypted; holds what people wrote
}

func (p Push) String() string               { return "[push " + p.ID + "]" }
func (p Push) GoString() string             { return p.String() }
func (p Push) LogValue() slog.Value         { return slog.StringValue(p.String()) }
func (p Push) MarshalJSON() ([]byte, error) { return json.Marshal(p.String()) }

type lowPriority struct{}

// WithLowPriority marks the context of work that nobody waits for at this moment, such as a job's. The
// Store lets others pass it.
func WithLowPriority(ctx context.Context) context.Context {
	return context.WithValue(ctx, lowPriority{}, true)
}

// IsLowPriority reports whether WithLowPriority marked ctx.
func IsLowPriority(ctx context.Context) bool { return ctx.Value(lowPriority{}) != nil }
