package harness

import (
	"shiming/sim"
	"shiming/sim/feishu"
)

// Screen is a card as somebody sees it.
type CardView struct {
	Msg   feishu.Message
	Card  *feishu.Card
	Text  string        // in Chinese
	Stage sim.CardStage // of the applicant's case
}
