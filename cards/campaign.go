package cards

import (
	"encoding/json"
	"time"
)

// Campaign is an admin's card of a campaign: what was found while its people are looked for and previewed, how far they
// have come afterwards. It shows people by their open_ids only, and the lines of a list by their numbers.
type Campaign struct {
	Ref    // the campaign and its run
	Target CampaignTarget
	By     string // open_id of who has begun it
	State  string // texts "campaign_state.<code>"
	Since  time.Time
	LastBy string // open_id of who has made it enter State; "" if it did so by itself
	Why    string // why it did so by itself (texts "campaign_why.<code>"); "" if somebody asked for it
	// Code is the platform's, with Why; why the list cannot be read (texts "campaign_list.<code>"), with "list"; and of a
	// preview the permission without which something was not looked for.
	Code          string
	UserGroups    int // groups of users in the app's range, whose people are not known; of a preview
	Found         int // people found so far
	Choices       []CampaignChoice
	Preview       CampaignPreview
	Forecast      CampaignForecast
	Funnel        CampaignFunnel
	Departments   []CampaignDepartment // the largest first; the card shows maxBars
	Chasing       bool                 // those who have not begun are being chased
	MayChase      int                  // people whose turn it is to be chased
	ChaseFrom     time.Time            // without MayChase: when the first can be chased; zero if nobody can
	ChasesItself  bool                 // they are chased without HR's tap
	Announced     bool                 // the announcement group is told of it
	ChasesAllowed int                  // of one person
	At            time.Time
}

// CampaignTarget is whom a campaign asks.
type CampaignTarget struct {
	Kind string // texts "campaign_kind.<code>"
	Name string // of the department or group
}

// text names the target.
func (t CampaignTarget) text() text {
	kind := codeText("campaign_kind", t.Kind)
	if name := foreignText(t.Name, maxCampaignName); !name.empty() {
		return join(sameText(" "), kind, name)
	}
	return kind
}

const maxCampaignName = 30

// CampaignChoice is a department or group among several of a name.
type CampaignChoice struct{ ID, Name string }

// CampaignPlaces lists where an ActCampaign leads: the panels of the card, and what a preview offers.
var CampaignPlaces = []string{
	ToMain, "missing", "unread", "read", "chased", "begun", "stopped", // panels
	ToMenu, ToCard, ToDiscard, ToTakeOut, ToPick, ToChoose,
}

// CampaignForecast says when a campaign is likely to be through; times are zero if nothing can be said.
type CampaignForecast struct {
	SentBy, DoneBy time.Time
	Known          int // of how many people the times are known
	Short          int // pages that the OCR's quota lacks
}

// nodes draws the forecast.
func (f CampaignForecast) nodes() []node {
	var e []node
	if !f.SentBy.IsZero() {
		e = append(e, line(tr("campaign.sent_by", timeArg("at", f.SentBy))))
	}
	switch {
	case !f.DoneBy.IsZero():
		e = append(e, small(tr("campaign.done_by", timeArg("at", f.DoneBy), intArg("n", f.Known))))
	case !f.SentBy.IsZero():
		e = append(e, small(tr("campaign.done_by_unknown")))
	}
	if f.Short > 0 {
		e = append(e, line(tr("campaign.short", intArg("n", f.Short)), colourOrange))
	}
	return e
}

// JSON draws the card of the state.
func (v Campaign) JSON() json.RawMessage {
	f := frame{
		title:     tr("campaign.title"),
		tag:       codeText("campaign_state", v.State),
		tagColour: "blue",
		elements:  []node{headline(v.Target.text())},
	}
	f.elements = append(f.elements, v.who()...)
	switch v.State {
	case "resolving":
		f.header = headerWaiting
		f.elements = append(f.elements, v.resolving()...)
	case "preview":
		f.header = headerYourTurn
		f.elements = append(f.elements, v.preview()...)
	case "discarded":
		f.header, f.tagColour = headerEnded, "neutral"
		f.elements = append(f.elements, v.userGroups()...)
		f.elements = append(f.elements, v.button(ToMenu, "campaign_menu", plainButton))
	default:
		f.header, f.tagColour = v.header()
		f.elements = append(f.elements, v.progress()...)
	}
	f.elements = append(f.elements, asOf(v.At)...)
	return f.json()
}

// header is the colour of a campaign that was confirmed.
func (v Campaign) header() (template, tag string) {
	switch {
	case v.State == "paused" && v.Why != "":
		return headerWarning, "orange"
	case v.State == "paused":
		return headerWaiting, "yellow"
	case v.State == "ended":
		return headerSuccess, "green"
	case v.State == "stopped":
		return headerEnded, "neutral"
	}
	return headerNeutral, "turquoise"
}

// who says who has begun it, and who or what has made it what it is.
func (v Campaign) who() []node {
	var e []node
	moved := v.Why == "" && v.LastBy != "" && v.State != "preview" && v.State != "resolving"
	switch {
	case v.By == "":
		e = append(e, line(tr("campaign.by_itself")))
	case !moved || v.LastBy != v.By:
		e = append(e, row(person(v.By), line(tr("campaign.by"))))
	}
	switch {
	case v.Why == "list":
		e = append(e, line(codeText("campaign_list", v.Code), colourOrange), small(tr("campaign.columns")))
	case v.Why != "":
		e = append(e, line(codeText("campaign_why", v.Why), colourOrange))
		e = append(e, facts(fact("upstream", machineID(v.Code)))...)
	case moved:
		e = append(e, row(person(v.LastBy), line(tr("campaign.moved", textArg("what", codeText("campaign_moved", v.State)),
			timeArg("at", v.Since)))))
	}
	return e
}

// button leads to a place of the card.
func (v Campaign) button(to, label, look string) node {
	a := v.act(ActCampaign)
	a.To = to
	return button(label, look, a)
}

// resolving draws how many people were found, or what HR has to choose.
func (v Campaign) resolving() []node {
	if len(v.Choices) == 0 {
		return []node{
			line(tr("campaign.found", intArg("n", v.Found))),
			v.button(ToDiscard, "campaign_discard", quietButton),
		}
	}
	e := []node{line(tr("campaign.choose"))}
	for _, c := range v.Choices[:min(len(v.Choices), maxChoices)] {
		a := v.act(ActCampaign)
		a.To, a.Department = ToChoose, machineID(c.ID).zh
		name := foreignText(c.Name, maxCampaignName)
		if name.empty() {
			name = machineID(c.ID)
		}
		if name.empty() {
			continue
		}
		e = append(e, labelled(name, plainButton, a))
	}
	return append(e, v.button(ToDiscard, "campaign_discard", quietButton))
}

// maxChoices is how many departments or groups of one name the card offers.
const maxChoices = 10
