package cards

import (
	"encoding/json"
	"time"
)

// Board is the group's announcement, edited in place, without personal data.
type Board struct {
	Day       string
	DoneToday int
	DoneTotal int
	Open      int
	People    []string // open_ids of the latest who finished, newest first, at most 20
	At        time.Time
}

// maxPeople is the number of avatars on the board.
const maxPeople = 20

// JSON draws the day's figure for a group: how many, and the faces of those who just finished. No names, no numbers of
// people, nothing about those who have not.
func (v Board) JSON() json.RawMessage {
	e := []node{
		line(num("n", v.DoneToday).val, sizeBig, inkGreen),
		line(tr("board.today", said("day", v.Day))),
		line(tr("board.total", num("done", v.DoneTotal), num("open", v.Open))),
	}
	if len(v.People) > 0 {
		persons := make([]node, 0, maxPeople)
		for _, id := range v.People[:min(len(v.People), maxPeople)] {
			persons = append(persons, node{"id": machineID(id).zh})
		}
		e = append(e, small(tr("board.people")), node{
			"tag": "person_list", "persons": persons,
			"show_name": false, "show_avatar": true, "size": "medium",
			// Somebody may have left the company; one of them must not cost the group its board.
			"drop_invalid_user_id": true,
		})
	}
	e = append(e, asOf(v.At)...)
	return frame{title: tr("board.title"), mood: moodGood, elements: e}.json()
}
