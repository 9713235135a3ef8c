package sim

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"shiming/sim/feishu"
)

// Journey is a registration as it is visible from outside: in the applicant's chat, at the platforms and in the group.
// It holds ids, counts and times, nothing personal. Stage and Steps describe the latest case; the counts cover all
// cases.
type Journey struct {
	OpenID string    `json:"open_id"`
	Case   string    `json:"case"`  // customBizId of its evidence point; "" before the first card
	Cases  []string  `json:"cases"` // all cases of the person, oldest first
	Stage  CardStage `json:"stage"` // where the latest case stands
	Steps  []Step    `json:"steps"` // of the latest case, as its cards showed them

	Photos   int `json:"photos"`   // messages with photos from the person
	Messages int `json:"messages"` // messages from the bot to the person
	Updates  int `json:"updates"`  // edits of those messages
	SMS      int `json:"sms"`      // text messages to the person's mobile

	Identity   bool `json:"identity"`   // Feishu holds the name and number of the person's ID card
	Identities int  `json:"identities"` // successful writes of the identity
	// Points lists the evidence points of all cases, oldest first. A case with more than one is an error of the bot.
	Points []string `json:"points"`
	// Duplicates counts evidence points and identities that were written more than once for a case.
	Duplicates int `json:"duplicates"`
	// Announced means that the announcement in the group has listed the person.
	Announced bool `json:"announced"`

	// Misread names the fields whose prefilled value differs from the ID card. Only Register sets it.
	Misread []string `json:"misread,omitempty"`
}

// Step is a stage and the time at which the person's card first showed it.
type Step struct {
	Stage CardStage `json:"stage"`
	At    time.Time `json:"at"`
}

// Filed reports whether the case is done and each write happened exactly once.
func (j Journey) Filed() bool {
	return j.Stage == StageDone && j.Identity && len(j.Points) > 0 && j.Duplicates == 0
}

// Took returns the time between the first and the latest step.
func (j Journey) Took() time.Duration {
	if len(j.Steps) == 0 {
		return 0
	}
	return j.Steps[len(j.Steps)-1].At.Sub(j.Steps[0].At)
}

// Reached returns when the case first reached a stage.
func (j Journey) Reached(s CardStage) (time.Time, bool) {
	for _, step := range j.Steps {
		if step.Stage == s {
			return step.At, true
		}
	}
	return time.Time{}, false
}

// Journey returns a person's progress. It is empty for an unknown person.
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
		j.Duplicates += max(0, id.Writes-len(j.Cases)) // each case may write it once
	}
	j.Announced = w.announced(openID)
	return j
}

// LatestCase returns a person's latest case and its stage, as the chat shows them.
func (w *World) LatestCase(e *Employee) (caseID string, s CardStage) {
	j := Journey{}
	w.readChat(e, &j)
	return j.Case, j.Stage
}

// cardVersion is one version of a card of a case.
type cardVersion struct {
	at     time.Time
	caseID string
	stage  CardStage
}

// readChat fills in what the chat shows. It visits the messages in order, and the versions of each message in order,
// because a card of a case no longer changes its stage once a newer card has replaced it.
func (w *World) readChat(e *Employee, j *Journey) {
	var all []cardVersion
	for _, m := range w.Feishu.Messages(e.ChatID) {
		switch {
		case m.FromBot:
			j.Messages++
			j.Updates += m.Edits
			all = append(all, cardVersions(m)...)
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
		if s.at.After(last) { // a version has the time of its request, which may have waited for another one
			last = s.at
		}
		j.Stage = s.stage
		j.Steps = append(j.Steps, Step{s.stage, last})
	}
}

// cardVersions lists the versions of a message that show a case. A version whose buttons name no case belongs to the
// case that the other versions name.
func cardVersions(m feishu.Message) []cardVersion {
	var out []cardVersion
	caseID := ""
	for _, v := range m.History {
		s := readCard(v.Card)
		caseID = cmp.Or(caseID, s.caseID)
		if s.kind == kindCase {
			out = append(out, cardVersion{at: v.At, stage: s.stage})
		}
	}
	for i := range out {
		out[i].caseID = caseID
	}
	return out
}

// announcements caches which people the announcement has listed. It reads each version once, because there may be
// thousands.
type announcements struct {
	mu     sync.Mutex
	read   map[string]int // by message: number of versions that were read
	listed map[string]bool
}

// announced reports whether any version of the announcement has listed a person.
func (w *World) announced(openID string) bool {
	b := &w.announcements
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

// WaitAnnouncement blocks until the group has an announcement, or ctx ends.
func (w *World) WaitAnnouncement(ctx context.Context) error {
	_, err := w.Feishu.Watch(ctx, w.AnnounceChat(), func(m feishu.Message) bool { return m.FromBot })
	return err
}

// WaitAnnounced blocks until the announcement has listed a person, or ctx ends. The announcement lists the latest few
// people only, so it may never list some of many who finish between two versions.
func (w *World) WaitAnnounced(ctx context.Context, openID string) error {
	_, err := w.Feishu.Watch(ctx, w.AnnounceChat(), func(feishu.Message) bool { return w.announced(openID) })
	return err
}
