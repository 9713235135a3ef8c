package cards

import (
	"encoding/json"
	"time"
)

// Invitation asks a person to register. It says what the person has done since, so that it offers nothing that is over.
type Invitation struct {
	Company string
	State   string // "" | begun | done
	// Chase is the number of the reminder, from 1; 0 for the invitation itself. The words of each differ.
	Chase int
	At    time.Time // when the person was invited, of a reminder
}

// JSON draws the request and the button that begins.
func (v Invitation) JSON() json.RawMessage {
	f := frame{title: tr("invitation.title"), header: headerYourTurn}
	company := foreignText(v.Company, maxCampaignName)
	if company.empty() {
		company = tr("invitation.company")
	}
	switch v.State {
	case "begun":
		f.header = headerWaiting
		f.elements = []node{line(tr("invitation.begun")), button("my_data", quietButton, Ref{}.act(ActMyData))}
		return f.json()
	case "done":
		f.header = headerSuccess
		f.elements = []node{line(tr("invitation.done")), button("my_data", quietButton, Ref{}.act(ActMyData))}
		return f.json()
	}
	switch v.Chase {
	case 0:
		f.elements = []node{line(tr("invitation.text", textArg("company", company))), small(tr("invitation.why"))}
	case 1:
		f.title = tr("invitation.chase1_title")
		f.elements = []node{line(tr("invitation.chase1", timeArg("at", v.At)))}
	case 2:
		f.title = tr("invitation.chase2_title")
		f.elements = []node{line(tr("invitation.chase2"))}
	default:
		f.title = tr("invitation.chase3_title")
		f.elements = []node{line(tr("invitation.chase3"))}
	}
	f.elements = append(f.elements, button("start", mainButton, Ref{}.act(ActStart)), small(tr("invitation.help")))
	return f.json()
}
