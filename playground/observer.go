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

// Opening prepares the stream before the world starts. The first items are the faults, the bot, the clock and the two
// groups.
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

// Joined shows a person who joined the company.
func (pg *Server) Joined(openID string, p specimen.Person, chat string) {
	pg.feed.joined(openID, p, chat)
}

// Message shows a message.
func (pg *Server) Message(m feishu.Message) { pg.feed.noteMessage(m) }

// Event shows an event or a callback.
func (pg *Server) Event(e feishu.Observed) { pg.feed.noteEvent(e) }

// Call shows a call to a platform.
func (pg *Server) Call(x wire.Exchange) { pg.feed.noteCall(x) }

// SMS shows a text message.
func (pg *Server) SMS(m tencent.SMS) { pg.feed.noteSMS(m) }

// FaultEnded shows the remaining faults and scenarios.
func (pg *Server) FaultEnded() { pg.markScenarios() }

// ClockMoved shows the new time.
func (pg *Server) ClockMoved(ahead time.Duration) {
	pg.mu.Lock()
	can := pg.onClock != nil
	pg.mu.Unlock()
	pg.TellClock(ClockState{Offset: ahead, Can: can})
}
