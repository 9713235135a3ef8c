package flows

import (
	"slices"
	"time"
)

// CampaignEvent is what may change the state of a campaign.
type CampaignEvent string

// Events of a campaign.
const (
	CampaignFound     CampaignEvent = "found"     // the people of the target are known
	CampaignFailed    CampaignEvent = "failed"    // they cannot be found
	CampaignConfirm   CampaignEvent = "confirm"   // by HR
	CampaignDiscard   CampaignEvent = "discard"   // by HR
	CampaignForgotten CampaignEvent = "forgotten" // nobody has confirmed it in time
	CampaignPause     CampaignEvent = "pause"     // by HR, or by itself
	CampaignResume    CampaignEvent = "resume"    // by HR
	CampaignStop      CampaignEvent = "stop"      // by HR
	CampaignEnd       CampaignEvent = "end"       // nobody is left
)

// campaignTable says where an event leads. A pair that is not in it changes nothing.
var campaignTable = map[CampaignState]map[CampaignEvent]CampaignState{
	CampaignResolving: {
		CampaignFound:   CampaignPreview,
		CampaignFailed:  CampaignDiscarded,
		CampaignDiscard: CampaignDiscarded,
	},
	CampaignPreview: {
		CampaignConfirm:   CampaignRunning,
		CampaignDiscard:   CampaignDiscarded,
		CampaignForgotten: CampaignDiscarded,
	},
	CampaignRunning: {
		CampaignPause: CampaignPaused,
		CampaignStop:  CampaignStopped,
		CampaignEnd:   CampaignEnded,
	},
	CampaignPaused: {
		CampaignResume: CampaignRunning,
		CampaignStop:   CampaignStopped,
		CampaignEnd:    CampaignEnded,
	},
}

// Move applies an event to the campaign and reports whether it has changed. by is the admin who asked for it, "" for
// the campaign itself, and why is the reason then.
func (c *Campaign) Move(ev CampaignEvent, by string, why CampaignReason, now time.Time) bool {
	to, ok := campaignTable[c.State][ev]
	if !ok {
		return false
	}
	c.State, c.Since, c.Why, c.Code = to, now, why, ""
	c.Moves = append(c.Moves, CampaignMove{At: now, By: by, To: to, Why: why})
	c.Run++ // what was planned for the former state is over
	switch to {
	case CampaignRunning:
		if ev == CampaignConfirm {
			c.ConfirmedAt = now
		}
	case CampaignPaused, CampaignStopped, CampaignEnded:
		c.ChaseAsked, c.ChaseBy = time.Time{}, ""
	}
	return true
}

// Shown is the revision of the campaign that its cards carry: a button of another one is out of date.
func (c *Campaign) Shown() int64 { return int64(len(c.Moves)) }

// AddViewer notes that an admin has a card of the campaign, and reports whether that is new.
func (c *Campaign) AddViewer(admin string) bool {
	if slices.Contains(c.Viewers, admin) {
		return false
	}
	c.Viewers = append(c.Viewers, admin)
	return true
}

// LastMove returns the change that has led to the present state.
func (c *Campaign) LastMove() CampaignMove {
	if len(c.Moves) == 0 {
		return CampaignMove{At: c.MadeAt, By: c.By, To: c.State}
	}
	return c.Moves[len(c.Moves)-1]
}
