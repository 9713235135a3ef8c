package cards

import (
	"encoding/json"
	"time"
)

// CampaignMenu is what HR gets for 邀请: whom to ask, and the campaigns under way.
type CampaignMenu struct {
	Live []CampaignLink // newest first; the card shows maxCampaigns
	Past []CampaignLink
	// PerMinute is how many people are invited a minute.
	PerMinute int
}

// CampaignLink names a campaign and opens its card.
type CampaignLink struct {
	Ref
	Target CampaignTarget
	State  string
	By     string // open_id
	At     time.Time
}

// maxCampaigns is how many campaigns of each kind are listed.
const maxCampaigns = 5

// JSON draws the campaigns under way, and the ways to choose whom to ask.
func (v CampaignMenu) JSON() json.RawMessage {
	e := []node{line(tr("campaign.menu", intArg("n", v.PerMinute)))}
	if len(v.Live) > 0 {
		e = append(e, headline(tr("campaign.live")))
		for _, c := range v.Live[:min(len(v.Live), maxCampaigns)] {
			e = append(e, c.node())
		}
	}
	everyone := Ref{}.act(ActInvite)
	everyone.To = ToEveryone
	list := Ref{}.act(ActInvite)
	e = append(e, headline(tr("campaign.whom")), button("campaign_everyone", plainButton, everyone),
		form("campaign",
			field{name: "target_name", hint: tr("hint.target_name"), max: 60}.node(),
			field{name: "targets", hint: tr("hint.targets"), max: 1000, lines: true}.node(),
			asSubmit(button("campaign_count", mainButton, list), list)),
		small(tr("campaign.long_list")))
	if len(v.Past) > 0 {
		e = append(e, headline(tr("campaign.past")))
		for _, c := range v.Past[:min(len(v.Past), maxCampaigns)] {
			e = append(e, c.node())
		}
	}
	return frame{title: tr("campaign.menu_title"), header: headerNeutral, elements: e}.json()
}

func (c CampaignLink) node() node {
	a := c.act(ActCampaign)
	a.To = ToCard
	about := join(sameText(" · "), c.Target.text(), codeText("campaign_state", c.State), timeText(c.At))
	if c.By == "" { // it has begun by itself
		return row(line(about), button("campaign_open", plainButton, a))
	}
	return row(person(c.By), line(about), button("campaign_open", plainButton, a))
}
