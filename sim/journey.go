package sim

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"shiming/sim/feishu"
)

// Journey is a registration as it can be seen from outside: in the person's chat, at the platforms, in the group. It
// holds ids, counts and times, nothing personal. It is about the person's latest case; counts are about all.
type Journey struct {
	OpenID string    `json:"open_id"`
	Case   string    `json:"case"`  // customBizId of its evidence; "" before the first card
	Cases  []string  `json:"cases"` // all cases of the person, oldest first
	Stage  CardStage `json:"stage"` // where the latest case stands
	Steps  []Step    `json:"steps"` // of the latest case, as its cards showed them

	Photos   int `json:"photos"`   // messages with photos that the person sent
	Messages int `json:"messages"` // messages that the person got from the bot
	Updates  int `json:"updates"`  // changes of those messages
	SMS      int `json:"sms"`      // text messages to the person's mobile

	Identity   bool `json:"identity"`   // Feishu has the person bound to the name and number of the card
	Identities int  `json:"identities"` // successful writes of it
	// Points are the evidence points of all cases, oldest first; one for each case that was filed, more is a fault.
	Points []string `json:"points"`
	// Duplicates counts what was written more than once: points of one case, identities.
	Duplicates int `json:"duplicates"`
	// Announced: the announcement in the group has listed the person.
	Announced bool `json:"announced"`

	// Misread names the fields that were prefilled with something else than the card says. Only Register sets it.
	Misread []string `json:"misread,omitempty"`
}

// Step is a stage of the way and when the person's card first showed it.
type Step struct {
	Stage CardStage `json:"stage"`
	At    time.Time `json:"at"`
}

// Filed reports whether everything was done, once each.
func (j Journey) Filed() bool {
	return j.Stage == StageDone && j.Identity && len(j.Points) > 0 && j.Duplicates == 0
}

// Took is the time from the first card of the case to the present one.
func (j Journey) Took() time.Duration {
	if len(j.Steps) == 0 {
		return 0
	}
	return j.Steps[len(j.Steps)-1].At.Sub(j.Steps[0].At)
}

// Reached returns when the case first came to a stage.
func (j Journey) Reached(s CardStage) (time.Time, bool) {
	for _, step := range j.Steps {
		if step.Stage == s {
			return step.At, true
		}
	}
	return time.Time{}, false
}

// Journey tells how far a person has come. Unknown people have an empty one.
func (w *World) Journey(openID string) Journey {
	j := Journey{OpenID: openID}
	e := w.Employee(openID)
	if e == nil {
		return j
	}
	w.readChat(e, &j)
	j.SMS = len(w.Tencent.Inbox(e.Person.Mobile))
	for _, c := range j.Cases {
		points := w.ESign.PointsFor(c)
		for _, p := range points {
			j.Points = append(j.Points, p.ID)
		}
		j.Duplicates += max(0, len(points)-1)
	}
	if id, ok := w.Feishu.Identities()[openID]; ok {
		j.Identities = id.Writes
		j.Identity = id.Writes > 0 && id.Name == e.Person.Name && id.Code == e.Person.Code
		j.Duplicates += max(0, id.Writes-len(j.Cases)) // a new case may write it again
	}
	j.Announced = w.announced(openID)
	return j
}

// LatestCase tells a person's latest case and where it stands, from the chat alone.
func (w *World) LatestCase(e *Employee) (caseID string, s CardStage) {
	j := Journey{}
	w.readChat(e, &j)
	return j.Case, j.Stage
}

// sight is one version of a card of the case.
type sight struct {
	at     time.Time
	caseID string
	stage  CardStage
}

// readChat goes through the versions of each message in their order, and through the messages in theirs: a card of
// the case does not change its stage any more when a newer one has taken its place.
func (w *World) readChat(e *Employee, j *Journey) {
	var all []sight
	for _, m := range w.Feishu.Messages(e.ChatID) {
		switch {
		case m.FromBot:
			j.Messages++
			j.Updates += m.Edits
			all = append(all, sights(m)...)
		case m.Type == "image", m.Type == "post", m.Type == "file":
			j.Photos++
		}
	}
	for _, s := range all {
		if s.caseID != "" && !slices.Contains(j.Cases, s.caseID) {
			j.Cases = append(j.Cases, s.caseID)
		}
	}
	if n := len(j.Cases); n > 0 {
		j.Case = j.Cases[n-1]
	}
	var last time.Time
	for _, s := range all {
		if cmp.Or(s.caseID, j.Case) != j.Case || s.stage == j.Stage {
			continue
		}
		if s.at.After(last) { // a version is dated by its request, which may have had to wait for another
			last = s.at
		}
		j.Stage = s.stage
		j.Steps = append(j.Steps, Step{s.stage, last})
	}
}

// sights reads every version of a message. A version whose buttons name no case belongs to the case of the others.
func sights(m feishu.Message) []sight {
	var out []sight
	caseID := ""
	for _, v := range m.History {
		s := readCard(v.Card)
		caseID = cmp.Or(caseID, s.caseID)
		if s.kind == kindCase {
			out = append(out, sight{at: v.At, stage: s.stage})
		}
	}
	for i := range out {
		out[i].caseID = caseID
	}
	return out
}

// board remembers whom the announcement has ever listed. Versions are read once, since there may be thousands.
type board struct {
	mu     sync.Mutex
	read   map[string]int // versions of each message that were read
	listed map[string]bool
}

// announced tells whether any version of the announcement has listed a person.
func (w *World) announced(openID string) bool {
	b := &w.board
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.read == nil {
		b.read, b.listed = map[string]int{}, map[string]bool{}
	}
	for _, m := range w.Feishu.Messages(w.AnnounceChat()) {
		for _, v := range m.History[b.read[m.ID]:] {
			_, people := persons(v.Card)
			for _, id := range people {
				b.listed[id] = true
			}
		}
		b.read[m.ID] = len(m.History)
	}
	return b.listed[openID]
}

// WaitAnnounced blocks until the announcement has listed a person, or ctx ends. The announcement lists the latest few
// only, so when many finish between two versions of it, some may never be listed.
func (w *World) WaitAnnounced(ctx context.Context, openID string) error {
	_, err := w.Feishu.Watch(ctx, w.AnnounceChat(), func(feishu.Message) bool { return w.announced(openID) })
	return err
}
