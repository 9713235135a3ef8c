package playground

import (
	"time"

	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/specimen"
	"shiming/sim/tencent"
	"shiming/sim/wire"
)

var _ sim.Observer = (*Server)(nil)

// Opening makes the stream begin with what is there from the start.
func (pg *Server) Opening(w *sim.World) {
	pg.World = w
	pg.hub = newHub(w.Now())
	pg.hub.resource = w.Feishu.Resource
	for _, it := range []string{itemFaults, itemBot, itemClock} {
		pg.hub.mark(it, "")
	}
	pg.hub.mark(itemChat, w.ReviewChat())
	pg.hub.mark(itemChat, w.AnnounceChat())
}

// Joined shows somebody who joined the company.
func (pg *Server) Joined(openID string, p specimen.Person, chat string) { pg.hub.met(openID, p, chat) }

// Message shows a message.
func (pg *Server) Message(m feishu.Message) { pg.hub.sawMessage(m) }

// Event shows an event or a callback.
func (pg *Server) Event(e feishu.Observed) { pg.hub.sawEvent(e) }

// Call shows a call to a platform.
func (pg *Server) Call(x wire.Exchange) { pg.hub.sawCall(x) }

// SMS shows a text message.
func (pg *Server) SMS(m tencent.SMS) { pg.hub.sawSMS(m) }

// FaultEnded shows which faults are left.
func (pg *Server) FaultEnded() { pg.tellScenarios() }

// ClockMoved shows the time.
func (pg *Server) ClockMoved(ahead time.Duration) {
	pg.mu.Lock()
	can := pg.onClock != nil
	pg.mu.Unlock()
	pg.TellClock(ClockState{Offset: ahead, Can: can})
}
