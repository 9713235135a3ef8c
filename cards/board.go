package cards

import (
	"encoding/json"
	"strings"
	"time"
)

// Board is the announcement in a group. It is patched in place, and names nobody who has not finished.
type Board struct {
	Day       string
	DoneToday int
	DoneTotal int
	Open      int
	OnFile    int             // people kept on file, who are not among the done
	Campaigns []BoardCampaign // newest first; the card shows maxBoardCampaigns
	// Departments have a bar each, in this order; Others are all other people.
	Departments []DepartmentBar
	Others      DepartmentBar
	People      []string // open_ids of the people who finished last, newest first; the card shows maxPeople
	Names       []string // masked names of the people who finished last, newest first; the card shows maxPeople
	At          time.Time
}

// BoardCampaign is how far a campaign has come. It names nobody.
type BoardCampaign struct {
	Target        CampaignTarget
	Milestone     string // start | half | end (texts "board_campaign.<code>")
	Invited, Done int
}

const maxBoardCampaigns = 3

func (c BoardCampaign) node() node {
	return line(codeText("board_campaign", c.Milestone, textArg("target", c.Target.text()), intArg("n", c.Invited),
		intArg("done", c.Done)), sizeHead)
}

// DepartmentBar is how many people of a department are registered, and how many are registering.
type DepartmentBar struct {
	Name       string
	Done, Open int
}

// maxPeople is the number of people on the board, maxMaskedName the average room of one with the space behind it.
const (
	maxPeople     = 20
	maxMaskedName = 8
)

// JSON draws the figures of the day, the departments and, where the operator wants it, who finished last.
func (v Board) JSON() json.RawMessage {
	var e []node
	for _, c := range v.Campaigns[:min(len(v.Campaigns), maxBoardCampaigns)] {
		e = append(e, c.node())
	}
	e = append(e,
		line(intArg("n", v.DoneToday).val, sizeBig, colourGreen),
		line(tr("board.today", quotedArg("day", v.Day))),
		line(tr("board.total", intArg("done", v.DoneTotal), intArg("open", v.Open))))
	if v.OnFile > 0 {
		e = append(e, line(tr("board.on_file", intArg("n", v.OnFile))))
	}
	if bars := v.departmentChart(); bars != nil {
		e = append(e, headline(tr("board.departments")), bars)
	}
	if len(v.People) > 0 {
		people := v.People[:min(len(v.People), maxPeople)]
		e = append(e, small(tr("board.people")), personList("medium", false, people...))
	}
	names := strings.Join(v.Names[:min(len(v.Names), maxPeople)], " ")
	if shown := foreignText(names, maxPeople*maxMaskedName); !shown.empty() {
		e = append(e, small(tr("board.people")), line(shown))
	}
	e = append(e, asOf(v.At)...)
	return frame{title: tr("board.title"), header: headerSuccess, elements: e}.json()
}

// maxDepartmentName is the number of characters of a department's name on a chart or in a table.
const maxDepartmentName = 12

// departmentChart draws a bar for each department: who is registered, and behind them who is registering. One bar alone
// would say nothing that the figures do not say.
func (v Board) departmentChart() node {
	bars := v.Departments
	if v.Others.Done+v.Others.Open > 0 && len(bars) > 0 {
		others := v.Others
		others.Name = bilingual("board.others")
		bars = append(bars[:len(bars):len(bars)], others)
	}
	if len(bars) < 2 {
		return nil
	}
	done, open := bilingual("board.done"), bilingual("board.open")
	var values []node
	for i, d := range bars {
		name := cleanText(d.Name, maxDepartmentName)
		if i == len(v.Departments) {
			name = d.Name
		}
		values = append(values,
			node{"department": name, "kind": done, "n": d.Done},
			node{"department": name, "kind": open, "n": d.Open})
	}
	return departmentBars(values)
}

// departmentBars draws a bar for each department, of which each kind of people is a part. values have department, kind
// and n.
func departmentBars(values []node) node {
	return chart(node{
		"type":        "bar",
		"direction":   "horizontal",
		"stack":       true,
		"data":        node{"values": values},
		"xField":      "n",
		"yField":      "department",
		"seriesField": "kind",
		"legends":     node{"visible": true, "orient": "bottom"},
	})
}
