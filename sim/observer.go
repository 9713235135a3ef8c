package sim

import (
	"time"

	"shiming/sim/feishu"
	"shiming/sim/specimen"
	"shiming/sim/tencent"
	"shiming/sim/wire"
)

// Observer is told what changes in a world, for who shows it to people; see Config.Observer. Its methods are called
// concurrently and must return at once. Those that say so are called under a lock and must not call the world.
type Observer interface {
	// Opening is called once, before all others and before anything is served. The world's URLs are not known yet.
	Opening(w *World)
	// Joined tells of an admin, or of an employee, who has a chat with the bot; chat is "" for an admin. It is called
	// under a lock.
	Joined(openID string, p specimen.Person, chat string)
	// Message tells that a message was sent, changed or recalled. It is called under a lock.
	Message(m feishu.Message)
	// Event tells of an event or a callback that was made, tried once more or answered. It is called under a lock.
	Event(e feishu.Observed)
	// Call tells of a call to a platform, with its bodies, before its answer leaves. It may read the world.
	Call(x wire.Exchange)
	// SMS tells of a text message while it is being sent.
	SMS(m tencent.SMS)
	// FaultEnded tells that a fault has ended by itself, without a call that it hit.
	FaultEnded()
	// ClockMoved tells how far the world's clock is ahead now. It is called under a lock.
	ClockMoved(ahead time.Duration)
}

// observe connects the observer to everything that changes.
func (w *World) observe(o Observer) {
	o.Opening(w)
	w.Feishu.Observe(feishu.Observer{Message: o.Message, Event: o.Event})
	w.Tencent.OnSMS(o.SMS)
	w.Recorder.Inspect = o.Call
	w.Faults.Ended = o.FaultEnded
}

// joined tells the observer, if there is one, that somebody has joined the company.
func (w *World) joined(openID string, p specimen.Person, chat string) {
	if w.cfg.Observer != nil {
		w.cfg.Observer.Joined(openID, p, chat)
	}
}
