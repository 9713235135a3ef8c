package feishu

import "time"

// EarlyPatch determines the answer to a card update that arrives before the callback of that card was answered.
type EarlyPatch int

const (
	// EarlyPatchLock refuses with 230099, sub-code 11310 "card action is lock", which the platform documents as "card
	// is being interacted with" (发送消息, 子错误码). An update that arrives within PatchGrace of the answer waits for it.
	EarlyPatchLock EarlyPatch = iota
	// EarlyPatchFlip accepts the update and reverts it when the callback is answered, as users reported (botmux#576).
	EarlyPatchFlip
	// EarlyPatchAllow accepts the update.
	EarlyPatchAllow
)

// Behaviour selects behaviour that the reference leaves open or that occurs only sometimes. The zero value is the
// strict default.
type Behaviour struct {
	EarlyPatch EarlyPatch

	// OmitEmptyFields omits untouched optional fields from form_value; otherwise they are "" or an empty list.
	OmitEmptyFields bool

	// ResignRetries signs every redelivery anew. By default a redelivery carries the bytes and the signature of the
	// first attempt, so its timestamp may be hours old.
	ResignRetries bool

	// DLP refuses messages with a plain mainland mobile number or an e-mail address (230028).
	DLP bool

	// Duplicate delivers each of the next n events a second time after an answer with 200.
	Duplicate int

	// Reorder holds back the next n events. It delivers them, the last one first, when the n-th occurs or on Release.
	Reorder int

	// WrapPosts puts something around the rich text of people.
	WrapPosts PostWrap

	// SubmitWithoutValue leaves the button's value out when a form is submitted (larksuite/cli, card/components/form.md:
	// submit buttons need no behaviors).
	SubmitWithoutValue bool

	// NumbersAsText turns the numbers in the value of a button into strings.
	NumbersAsText bool

	// RefuseIdleConfirm refuses a card with a confirm dialog on a button that submits no form. By the page such a dialog
	// does not appear (按钮, confirm); the default ignores it.
	RefuseIdleConfirm bool

	// OperatorTenant names the person's company also in events whose pages show none (bot_p2p_chat_entered_v1, menu_v6),
	// where other events have it.
	OperatorTenant bool

	// AlterEvents changes pushes of an event type: what stands at dotted paths of the body; see wire.Alter.
	AlterEvents map[string]map[string]any

	// RecallWithin is how old a message of the bot may be when it is recalled (230009), as a company's administrator sets
	// it (撤回消息). 0 means any age.
	RecallWithin time.Duration

	// LargeDepartment is the number of departments from which one refuses to be listed with all below it (43010). 0 means
	// that none does.
	LargeDepartment int

	// MemberLimit cuts the list of a group's members, as a company's security setting does. 0 means that nothing is cut.
	MemberLimit int

	// BotOff answers like an app whose bot ability is disabled (230006).
	BotOff bool
}

// Set changes the behaviour. The function runs under the server's lock and must not call the server.
func (s *Server) Set(change func(*Behaviour)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.behaviour)
}

// ClockOff signs every push from now on with a time that is d in the past, as a bot sees it whose own clock is fast.
// Redeliveries keep their first signature unless Behaviour.ResignRetries is set.
func (s *Server) ClockOff(d time.Duration) { s.clockOff.Store(int64(d)) }
