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
	pg.feed = newFeed(w.Now())
	pg.feed.resource = w.Feishu.Resource
	for _, it := range []string{itemFaults, itemBot, itemClock} {
		pg.feed.mark(it, "")
	}
	pg.feed.mark(itemChat, w.ReviewChat())
	pg.feed.mark(itemChat, w.AnnounceChat())
}

// Joined shows somebody who joined the company.
func (pg *Server) Joined(openID string, p specimen.Person, chat string) { pg.feed.met(openID, p, chat) }

// Message shows a message.
func (pg *Server) Message(m feishu.Message) { pg.feed.sawMessage(m) }

// Event shows an event or a callback.
func (pg *Server) Event(e feishu.Observed) { pg.feed.sawEvent(e) }

// Call shows a call to a platform.
func (pg *Server) Call(x wire.Exchange) { pg.feed.sawCall(x) }

// SMS shows a text message.
func (pg *Server) SMS(m tencent.SMS) { pg.feed.sawSMS(m) }

// FaultEnded shows which faults are left.
func (pg *Server) FaultEnded() { pg.tellScenarios() }

// ClockMoved shows the time.
func (pg *Server) ClockMoved(ahead time.Duration) {
	pg.mu.Lock()
	can := pg.onClock != nil
	pg.mu.Unlock()
	pg.TellClock(ClockState{Offset: ahead, Can: can})
}
