package flows

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"shiming/cards"
)

// The types of this file are Feishu's events without the platform's envelope. EventID and MessageID identify an event,
// so that the engine handles a repeated delivery only once. At is when the event was made, by Feishu's clock in
// milliseconds; it is zero if the event does not say. An event may arrive hours later; see late.go.

// Message is a message of a person to the bot (im.message.receive_v1).
type Message struct {
	EventID, MessageID string
	TenantKey          string
	OpenID             string
	ChatID             string
	Private            bool // in the p2p chat; otherwise in a group, where the bot was mentioned
	Text               string
	Cut                bool // the text was longer, and the rest of it is missing
	Photos             []PhotoRef
	// Mentions are the open_ids of the people whom a private text names by @, without the bot.
	Mentions []string
	// Unsupported is the message type if it carries neither text nor picture (audio, sticker, …); otherwise "".
	Unsupported string
	// Foreign is set if the sender belongs to another company. Such a message has no content.
	Foreign bool
	// MentionUnsure is set in a group while the bot's own open_id is not known: the mention may be another bot's.
	MentionUnsure bool
	// TenantUnsure is set if the event cannot say to which company the person belongs.
	TenantUnsure bool
	At           time.Time
}

// PhotoRef identifies a picture inside a message.
type PhotoRef struct {
	FileKey string
	Kind    string // image | file
	Table   bool   // a file whose name is that of a table or a text: it may be a list of people
}

// CardAction is a click on a button of a card (card.action.trigger).
type CardAction struct {
	EventID   string
	TenantKey string
	OpenID    string // of the operator; permissions depend on it alone
	MessageID string
	ChatID    string
	Action    cards.Action
	Form      cards.Form
	// Malformed is set if the value or the form could not be decoded. The engine then answers with a toast only.
	Malformed bool
	// Foreign is set if the operator belongs to another company.
	Foreign bool
	At      time.Time
}

// Answer is the response to the callback of a click.
type Answer struct {
	Toast *cards.Toast
	Card  cards.Card // nil leaves the card as it is
	// Left is called when the response has left. It may be nil.
	Left func()
}

// Entered is the event of a person who opens the chat with the bot (im.chat.access_event.bot_p2p_chat_entered_v1).
// Feishu sends it at every entry, not only at the first.
type Entered struct {
	EventID, TenantKey, OpenID, ChatID string
	At                                 time.Time
}

// Menu is a click in the bot's menu (application.bot.menu_v6). Key is a chat command or an act.
type Menu struct {
	EventID, TenantKey, OpenID, Key string
	Foreign                         bool // the person belongs to another company
	At                              time.Time
}

// Recalled is the event of a recalled message (im.message.recalled_v1).
type Recalled struct {
	EventID, TenantKey, MessageID, ChatID string
	At                                    time.Time
}

// StaffChange is what the directory says about a person: contact.user.created_v3, updated_v3 and deleted_v3. It holds
// no name; who has to compare one reads it from the directory.
type StaffChange struct {
	EventID, TenantKey, OpenID string
	Kind                       StaffChangeKind
	Renamed                    bool      // StaffChanged: the name was another one before
	Suspended                  *bool     // the account is frozen, or its owner has left it; nil if the event does not say
	JoinsOn                    time.Time // StaffJoined: first working day; zero without the permission for it
	At                         time.Time
}

// StaffChangeKind is the kind of a StaffChange.
type StaffChangeKind string

// Kinds of a StaffChange.
const (
	StaffJoined  StaffChangeKind = "joined"
	StaffChanged StaffChangeKind = "changed"
	StaffLeft    StaffChangeKind = "left"
)

// AppChange is what a company has done with a marketplace app: app_uninstalled and app_status_change.
type AppChange struct {
	EventID, TenantKey string
	State              AppState
	At                 time.Time // in seconds
}

// AppState says whether a marketplace app may work for a company.
type AppState string

// States of an app. "" is AppRunning.
const (
	AppRunning     AppState = "running"
	AppStopped     AppState = "stopped"     // by the company or the platform: work waits
	AppUninstalled AppState = "uninstalled" // work ends, and what is kept is deleted after the retention
)

// MessageRead is the event of a person who has read messages of the bot in the direct chat
// (im.message.message_read_v1). At is when the person has read them.
type MessageRead struct {
	EventID, TenantKey, OpenID string
	MessageIDs                 []string
	At                         time.Time
}

// Push is a pushed event as it arrived. The store keeps it from the acknowledgement until the event is handled. It
// masks its body when it is printed, logged or marshalled.
type Push struct {
	ID    string
	Body  []byte // decrypted; contains messages of people
	Tries int    // how often it was taken up again after it had failed or its process had died
}

func (p Push) String() string               { return "[push " + p.ID + "]" }
func (p Push) GoString() string             { return p.String() }
func (p Push) LogValue() slog.Value         { return slog.StringValue(p.String()) }
func (p Push) MarshalJSON() ([]byte, error) { return json.Marshal(p.String()) }

type lowPriority struct{}

// WithLowPriority marks the context of background work, such as a job. The store serves unmarked contexts first.
func WithLowPriority(ctx context.Context) context.Context {
	return context.WithValue(ctx, lowPriority{}, true)
}

// IsLowPriority reports whether WithLowPriority marked ctx.
func IsLowPriority(ctx context.Context) bool { return ctx.Value(lowPriority{}) != nil }
