package feishu

import "time"

// EarlyPatch says what happens to an update of a card that arrives while a callback of that card is not answered yet.
type EarlyPatch int

const (
	// EarlyPatchLock refuses with 230099, sub-code 11310 "card action is lock", which the platform documents as "card
	// is being interacted with" (发送消息, 子错误码). An update that comes within PatchGrace of the answer waits for it.
	EarlyPatchLock EarlyPatch = iota
	// EarlyPatchFlip accepts the update and undoes it when the callback is answered, as users reported (botmux#576).
	EarlyPatchFlip
	// EarlyPatchAllow accepts it.
	EarlyPatchAllow
)

// Behaviour are behaviours that the reference leaves open or that happen only now and then. The zero value is the
// strict default.
type Behaviour struct {
	EarlyPatch EarlyPatch

	// OmitEmptyFields leaves untouched optional fields out of form_value; otherwise they are sent as "" (or an empty
	// list).
	OmitEmptyFields bool

	// ResignRetries signs every redelivery anew. By default a redelivery carries the bytes and the signature of the
	// first attempt, so that its timestamp may be hours old.
	ResignRetries bool

	// DLP refuses messages that hold a plain mainland mobile number or an e-mail address (230028).
	DLP bool

	// Duplicate delivers each of the next n events once more after it was answered with 200.
	Duplicate int

	// Reorder holds back the next n events and delivers them, last one first, when the n-th arrives or Release is
	// called.
	Reorder int

	// BotOff answers as an app whose bot ability is switched off (230006).
	BotOff bool
}

// Set changes the behaviour. The function runs under the server's lock and must not call the server.
func (s *Server) Set(change func(*Behaviour)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.behaviour)
}

// ClockOff signs every push from now on as a platform would whose clock is slow by d, which is what a bot sees whose
// own clock is fast. Redeliveries keep their first signature unless Behaviour.ResignRetries is set.
func (s *Server) ClockOff(d time.Duration) { s.clockOff.Store(int64(d)) }
