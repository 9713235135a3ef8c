package cards

import (
	"encoding/json"
	"time"
)

// LookUp answers an admin's question about a person: everybody whom it may mean, masked.
type LookUp struct {
	Rows    []LookUpRow // the card shows maxLookUpRows
	Total   int
	ByID    bool // by open_id or mention instead of by name
	Bounded bool // there are more cases than were compared
}

// Codes of LookUpRow.Turn (texts "look_up_turn.<code>").
const (
	TurnApplicant = "applicant"
	TurnHR        = "hr"
	TurnBot       = "bot"
)

// LookUpRow is the state of one person.
type LookUpRow struct {
	Ref
	Applicant  string // open_id
	MaskedName string
	State      string // "" for somebody without a case
	Turn       string // who moves next; "" for nobody
	Since      time.Time
	InvitedAt  time.Time // of somebody without a case; zero if the bot has not invited the person
	Left       bool      // has left the company
	Suspended  bool      // the account is suspended
	Opens      bool      // it is HR's turn: offer to open the case
	Reminds    bool      // it is the person's turn: offer to remind
	Filed      bool      // there is an evidence point: offer to show it
	Invites    bool      // nobody has invited the person for a while, who is not registering: offer it
	// Campaign is the one under way in which such a person was invited: offer to open it. Zero for none.
	Campaign Ref
}

// maxLookUpRows is the number of people on the card.
const maxLookUpRows = 5

// JSON draws a row a person, or says that there is nobody.
func (v LookUp) JSON() json.RawMessage {
	f := frame{title: tr("look_up.title"), header: headerNeutral}
	rows := v.Rows[:min(len(v.Rows), maxLookUpRows)]
	switch {
	case len(rows) == 0 && v.ByID:
		f.elements = []node{line(tr("look_up.none_by_id"))}
	case len(rows) == 0:
		f.elements = []node{line(tr("look_up.none"))}
	case len(rows) > 1:
		f.elements = []node{line(tr("look_up.several", intArg("n", v.Total)))}
	}
	for _, r := range rows {
		f.elements = append(f.elements, r.node())
	}
	if more := v.Total - len(rows); len(rows) > 0 && more > 0 {
		f.elements = append(f.elements, small(tr("look_up.more", intArg("n", more))))
	}
	if v.Bounded {
		f.elements = append(f.elements, small(tr("look_up.bounded")))
	}
	return f.json()
}

// node draws one person: how things stand, and the one thing that HR can do.
func (r LookUpRow) node() node {
	about := r.about()
	switch {
	case r.Left:
		about = join(sameText(" · "), about, tr("look_up.left"))
	case r.Suspended:
		about = join(sameText(" · "), about, tr("look_up.suspended"))
	}
	e := []node{person(r.Applicant), line(about)}
	switch {
	case r.Opens:
		e = append(e, button("open", plainButton, r.act(ActNext)))
	case r.Reminds:
		e = append(e, button("remind_one", plainButton, r.act(ActRemind)))
	case r.Filed:
		e = append(e, button("evidence", quietButton, r.act(ActEvidence)))
	case r.Invites:
		invite := Ref{}.act(ActInvite)
		invite.Person = machineID(r.Applicant).zh
		e = append(e, button("invite_one", plainButton, invite))
	case r.Campaign.Case != "":
		progress := r.Campaign.act(ActCampaign)
		progress.To = "card"
		e = append(e, button("campaign_open", plainButton, progress))
	}
	return row(e...)
}

// about says how far the person is, whose turn it is, and since when.
func (r LookUpRow) about() text {
	if r.State == "" {
		if r.InvitedAt.IsZero() {
			return tr("look_up.not_begun")
		}
		return tr("look_up.invited", timeArg("at", r.InvitedAt))
	}
	parts := []text{foreignText(r.MaskedName, 12), codeText("state", r.State)}
	if r.Turn != "" {
		parts = append(parts, codeText("look_up_turn", r.Turn))
	}
	return join(sameText(" · "), append(parts, tr("look_up.since", timeArg("at", r.Since)))...)
}
