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
	OnFile    int      // people kept on file, who are not among the done
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
	if v.OnFile > 0 {
		e = append(e, line(tr("board.on_file", intArg("n", v.OnFile))))
	}
	if len(v.People) > 0 {
		people := v.People[:min(len(v.People), maxPeople)]
		e = append(e, small(tr("board.people")), personList("medium", false, people...))
	}
	e = append(e, asOf(v.At)...)
	return frame{title: tr("board.title"), header: headerSuccess, elements: e}.json()
}
