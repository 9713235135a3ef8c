package cards

import (
	"encoding/json"
	"slices"
	"time"
)

// CampaignPeople lists people of a campaign, for HR only: a page of a part of them.
type CampaignPeople struct {
	Ref
	Target      CampaignTarget
	State       string
	Part        string // one of CampaignParts
	Rows        []CampaignRow
	Total, Page int // pages count from 0
	Departments []DeskDepartment
	Department  string // the only one that is shown, "" for all
	ReadKnown   bool
	// Lead says that the lead of the department can be told; see ActChase.
	Lead bool
	// MayChase is how many people of the campaign can be reminded now; a list of all who are missing offers it.
	MayChase, ChasesAllowed int
	At                      time.Time
}

// CampaignParts lists the parts of a campaign's people (texts "campaign_part.<code>").
var CampaignParts = []string{"missing", "unread", "read", "chased", "begun", "stopped"}

// CampaignRow is a person of a campaign.
type CampaignRow struct {
	OpenID  string
	Sent    time.Time
	Read    bool
	Chases  int
	Started time.Time
	Code    string // why the person cannot be reached, or taken_out; "" for others
}

// CampaignPage is how many people are on a page.
const CampaignPage = 10

// JSON draws the parts, the departments, the people of the page and the way back.
func (v CampaignPeople) JSON() json.RawMessage {
	if !slices.Contains(CampaignParts, v.Part) {
		v.Part = CampaignParts[0]
	}
	v.Department = machineID(v.Department).zh
	e := []node{headline(v.Target.text()), v.partRow()}
	e = append(e, v.departmentRow()...)
	if len(v.Rows) == 0 {
		e = append(e, line(tr("campaign.nobody_here")))
	}
	for _, r := range v.Rows[:min(len(v.Rows), CampaignPage)] {
		e = append(e, v.row(r))
	}
	var pages []node
	turn := func(to int, label string) {
		a := v.place(v.Part)
		a.Page = int64(to)
		pages = append(pages, button(label, quietButton, a))
	}
	if v.Page > 0 {
		turn(v.Page-1, "campaign_previous")
	}
	if (v.Page+1)*CampaignPage < v.Total {
		turn(v.Page+1, "campaign_next")
	}
	back := v.act(ActCampaign)
	back.To = ToMain
	e = append(e, row(append(pages, button("campaign_back", plainButton, back))...))
	if v.MayChase > 0 && v.Part == "missing" && v.Department == "" {
		e = append(e, small(tr("campaign.may_chase", intArg("n", v.MayChase), intArg("most", v.ChasesAllowed))),
			askFirst("campaign_chase", plainButton, v.act(ActChase)))
	}
	if v.Lead {
		lead := v.act(ActChase)
		lead.To, lead.Department = ToLead, v.Department
		e = append(e, small(tr("campaign.lead")), button("campaign_lead", plainButton, lead))
	}
	return frame{
		title:     tr("campaign.people_title"),
		header:    headerNeutral,
		tag:       tr("campaign.people_count", intArg("n", v.Total)),
		tagColour: "blue",
		elements:  append(e, asOf(v.At)...),
	}.json()
}

// place leads to a part of the present department.
func (v CampaignPeople) place(part string) Action {
	a := v.act(ActCampaign)
	a.To, a.Department = part, v.Department
	return a
}

func (v CampaignPeople) partRow() node {
	var buttons []node
	for _, part := range CampaignParts {
		if !v.ReadKnown && (part == "read" || part == "unread") {
			continue
		}
		look := quietButton
		if part == v.Part {
			look = plainButton
		}
		buttons = append(buttons, labelled(codeText("campaign_part", part), look, v.place(part)))
	}
	return row(buttons...)
}

// departmentRow draws a button for each of the departments with the most people, as Desk does.
func (v CampaignPeople) departmentRow() []node {
	shown := slices.DeleteFunc(slices.Clone(v.Departments), func(d DeskDepartment) bool { return d.Name == "" })
	if len(shown) < 2 {
		return nil
	}
	if i := slices.IndexFunc(shown, func(d DeskDepartment) bool { return d.ID == v.Department }); i >= maxListDepartments {
		shown[maxListDepartments-1] = shown[i]
	}
	var buttons []node
	for _, d := range shown[:min(len(shown), maxListDepartments)] {
		a := v.place(v.Part)
		a.Department = machineID(d.ID).zh
		look := quietButton
		if a.Department == v.Department {
			a.Department, look = "", plainButton
		}
		name := foreignText(d.Name, maxDepartmentName)
		buttons = append(buttons, labelled(tr("desk.filter", textArg("what", name), intArg("n", d.Count)), look, a))
	}
	return []node{row(buttons...)}
}

// row draws a person, and the button that takes the person out while the campaign runs.
func (v CampaignPeople) row(r CampaignRow) node {
	var what text
	switch {
	case r.Code != "":
		what = codeText("campaign_person", r.Code)
	case !r.Started.IsZero():
		what = tr("campaign.row_begun", timeArg("at", r.Started))
	case r.Read:
		what = tr("campaign.row_read", timeArg("at", r.Sent))
	default:
		what = tr("campaign.row_sent", timeArg("at", r.Sent))
	}
	if r.Chases > 0 && r.Started.IsZero() && r.Code == "" {
		what = join(sameText(" · "), what, tr("campaign.row_chased", intArg("n", r.Chases)))
	}
	e := []node{person(r.OpenID), line(what)}
	if r.Code == "" && r.Started.IsZero() && (v.State == "running" || v.State == "paused") {
		a := v.place(ToTakeOut)
		a.Person, a.Page = machineID(r.OpenID).zh, int64(v.Page)
		e = append(e, button("campaign_take_out", quietButton, a))
	}
	return row(e...)
}

// maxListDepartments is how many departments a list of people offers.
const maxListDepartments = 5
