package cards

import (
	"encoding/json"
	"time"
)

// Board is the announcement in a group. It is patched in place and holds no personal data.
type Board struct {
	Day       string
	DoneToday int
	DoneTotal int
	Open      int
	People    []string // open_ids of the people who finished last, newest first; the card shows maxPeople
	At        time.Time
}

// maxPeople is the number of avatars on the board.
const maxPeople = 20

// JSON draws the figures of the day and the avatars of the people who finished last. It shows neither names nor people
// who have not finished.
func (v Board) JSON() json.RawMessage {
	e := []node{
		line(intArg("n", v.DoneToday).val, sizeBig, colourGreen),
		line(tr("board.today", quotedArg("day", v.Day))),
		line(tr("board.total", intArg("done", v.DoneTotal), intArg("open", v.Open))),
	}
	if len(v.People) > 0 {
		persons := make([]node, 0, maxPeople)
		for _, id := range v.People[:min(len(v.People), maxPeople)] {
			persons = append(persons, node{"id": machineID(id).zh})
		}
		e = append(e, small(tr("board.people")), node{
			"tag":         "person_list",
			"persons":     persons,
			"show_name":   false,
			"show_avatar": true,
			"size":        "medium",
			// Without this, one person who has left the company makes Feishu refuse the whole card.
			"drop_invalid_user_id": true,
		})
	}
	e = append(e, asOf(v.At)...)
	return frame{title: tr("board.title"), header: headerSuccess, elements: e}.json()
}
