package sim

import (
	"time"

	"shiming/sim/feishu"
	"shiming/sim/specimen"
	"shiming/sim/tencent"
	"shiming/sim/wire"
)

// Observer receives the changes in a world; see Config.Observer. Calls are concurrent, and a method must return at
// once. A method that is called under a lock must not call the world.
type Observer interface {
	// Opening is called once, before all other methods and before the world serves anything. The URLs are not known
	// yet.
	Opening(w *World)
	// Joined reports a new admin or employee. chat is the employee's chat with the bot, "" for an admin. It is called
	// under a lock.
	Joined(openID string, p specimen.Person, chat string)
	// Message reports that a message was sent, changed or recalled. It is called under a lock.
	Message(m feishu.Message)
	// Event reports that an event or a callback was created, tried again or answered. It is called under a lock.
	Event(e feishu.Observed)
	// Call reports a call to a platform with its bodies, before the answer leaves. It may call the world.
	Call(x wire.Exchange)
	// SMS reports a text message, while the request that sends it is still being served.
	SMS(m tencent.SMS)
	// FaultEnded reports that a Refuse fault has expired.
	FaultEnded()
	// ClockMoved reports the new offset of the world's clock. It is called under a lock.
	ClockMoved(ahead time.Duration)
}

func (w *World) observe(o Observer) {
	o.Opening(w)
	w.Feishu.Observe(feishu.Observer{Message: o.Message, Event: o.Event})
	w.Tencent.OnSMS(o.SMS)
	w.Recorder.Inspect = o.Call
	w.Faults.Ended = o.FaultEnded
}

func (w *World) joined(openID string, p specimen.Person, chat string) {
	if w.cfg.Observer != nil {
		w.cfg.Observer.Joined(openID, p, chat)
	}
}
