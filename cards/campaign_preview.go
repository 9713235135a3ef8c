package cards

import (
	"strconv"
	"strings"
)

// CampaignPreview is what HR sees before anybody is invited.
type CampaignPreview struct {
	Invite     int             // people who would be invited
	Others     []CampaignTally // those who would not: by status (texts "campaign_status.<code>")
	Reasons    []CampaignTally // of those who cannot be reached (texts "campaign_code.<code>")
	Lines      []CampaignLines // lines of the list that name nobody
	Namesakes  []Namesakes     // the card shows maxNamesakes
	Duplicates int             // lines that name somebody whom another line names
}

// CampaignTally counts people with a code.
type CampaignTally struct {
	Code string
	N    int
}

// CampaignLines are the lines of a list with a code.
type CampaignLines struct {
	Code  string // texts "campaign_code.<code>"
	N     int
	Lines []int // the first of them
}

// Namesakes are people of one name, among whom HR chooses.
type Namesakes struct {
	Line   int
	People []string // open_ids
}

// Numbers of things on the card.
const (
	maxNamesakes  = 4
	maxCandidates = 5
	maxLines      = 12
)

// preview draws the numbers, what is wrong with the list, and the confirmation.
func (v Campaign) preview() []node {
	p := v.Preview
	e := []node{line(intArg("n", p.Invite).val, sizeBig, colourGreen), line(tr("campaign.invite"))}
	for _, t := range p.Others {
		e = append(e, line(codeText("campaign_status", t.Code, intArg("n", t.N))))
	}
	for _, t := range p.Reasons {
		e = append(e, small(codeText("campaign_code", t.Code, intArg("n", t.N))))
	}
	for _, l := range p.Lines {
		e = append(e, line(join(sameText(" "), codeText("campaign_code", l.Code, intArg("n", l.N)), l.numbers()),
			colourOrange))
	}
	if p.Duplicates > 0 {
		e = append(e, small(codeText("campaign_code", "duplicate", intArg("n", p.Duplicates))))
	}
	if v.Code != "" {
		e = append(e, line(tr("campaign.missing"), colourOrange))
		e = append(e, facts(fact("upstream", machineID(v.Code)))...)
	}
	e = append(e, v.userGroups()...)
	e = append(e, v.namesakes()...)
	e = append(e, rule())
	e = append(e, v.Forecast.nodes()...)
	if p.Invite > 0 && v.Announced {
		e = append(e, small(tr("campaign.announced")))
	}
	if p.Invite > 0 {
		e = append(e, askFirst("campaign_confirm", mainButton, v.act(ActInvite)))
	} else {
		e = append(e, line(tr("campaign.nobody")))
	}
	return append(e, v.button(ToDiscard, "campaign_discard", quietButton))
}

// userGroups says that there are people whom the bot may see and cannot find.
func (v Campaign) userGroups() []node {
	if v.UserGroups == 0 {
		return nil
	}
	return []node{line(tr("campaign.user_groups", intArg("n", v.UserGroups)), colourOrange)}
}

// numbers lists the numbers of the lines.
func (l CampaignLines) numbers() text {
	var numbers []string
	for _, n := range l.Lines[:min(len(l.Lines), maxLines)] {
		numbers = append(numbers, strconv.Itoa(n))
	}
	if len(numbers) == 0 {
		return text{}
	}
	if l.N > len(numbers) {
		numbers = append(numbers, "…")
	}
	return tr("campaign.lines", textArg("lines", sameText(strings.Join(numbers, ", "))))
}

// namesakes draws a row for each of the people of one name.
func (v Campaign) namesakes() []node {
	var e []node
	for _, n := range v.Preview.Namesakes[:min(len(v.Preview.Namesakes), maxNamesakes)] {
		e = append(e, line(tr("campaign.namesakes", intArg("line", n.Line))))
		for _, id := range n.People[:min(len(n.People), maxCandidates)] {
			a := v.act(ActCampaign)
			a.To, a.Person, a.Page = ToPick, machineID(id).zh, int64(n.Line)
			e = append(e, row(person(id), button("campaign_pick", plainButton, a)))
		}
	}
	if len(e) > 0 {
		e = append(e, small(tr("campaign.namesakes_left")))
	}
	return e
}
