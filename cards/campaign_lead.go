package cards

import (
	"encoding/json"
	"time"
)

// CampaignLead tells the lead of a department who of it was invited and has not begun. An admin has asked for it.
type CampaignLead struct {
	By         string // open_id of the admin
	Department string // name, "" if it is not known
	Sent, Done int
	Missing    int
	People     []string // open_ids of those who are missing; the card shows maxLeadPeople
	At         time.Time
}

// maxLeadPeople is how many people the card shows.
const maxLeadPeople = 20

// JSON draws the numbers and the people. It has no button: only the people themselves can register.
func (v CampaignLead) JSON() json.RawMessage {
	e := []node{row(person(v.By), line(tr("campaign_lead.by")))}
	if name := foreignText(v.Department, maxDepartmentName); !name.empty() {
		e = append(e, headline(name))
	}
	e = append(e, line(tr("campaign_lead.numbers", intArg("sent", v.Sent), intArg("done", v.Done),
		intArg("missing", v.Missing))))
	if people := v.People[:min(len(v.People), maxLeadPeople)]; len(people) > 0 {
		e = append(e, personList("medium", true, people...))
		if more := v.Missing - len(people); more > 0 {
			e = append(e, small(tr("campaign_lead.more", intArg("n", more))))
		}
	}
	e = append(e, small(tr("campaign_lead.how")))
	return frame{title: tr("campaign_lead.title"), header: headerYourTurn, elements: append(e, asOf(v.At)...)}.json()
}
