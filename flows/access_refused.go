package flows

import (
	"cmp"
	"slices"
	"time"

	"shiming/cards"
)

// EventAccessRefused is the audit event of somebody who has pressed a button about a case and has no right to. The detail
// has the act and what was refused, one of RefusedThings. It is written once an hour for a person, a case and an act.
const EventAccessRefused = "access_refused"

// What was refused (texts "refused_what.<code>").
const (
	RefusedPhotos   = "photos"   // originals
	RefusedEvidence = "evidence" // what is on record of the evidence
	RefusedReview   = "review"   // to see or decide cases
	RefusedExport   = "export"   // a list as a file
	RefusedRequest  = "request"  // a request of a person about the own data
	RefusedOthers   = "others"   // a card that belongs to another employee
	RefusedCampaign = "campaign" // invitations
	RefusedWords    = "words"    // a word of HR's
	RefusedReport   = "report"   // the privacy report
)

// RefusedThings lists them.
var RefusedThings = []string{RefusedPhotos, RefusedEvidence, RefusedReview, RefusedExport, RefusedRequest, RefusedOthers,
	RefusedCampaign, RefusedWords, RefusedReport}

// refusedByAct is what an act of HR's asks for; others are RefusedReview.
var refusedByAct = map[cards.Act]string{
	cards.ActPeek:           RefusedPhotos,
	cards.ActAgree:          RefusedPhotos,
	cards.ActEvidence:       RefusedEvidence,
	cards.ActExport:         RefusedExport,
	cards.ActFulfilRequest:  RefusedRequest,
	cards.ActDeclineRequest: RefusedRequest,
	cards.ActOpenRequest:    RefusedRequest,
	cards.ActInvite:         RefusedCampaign,
	cards.ActPause:          RefusedCampaign,
	cards.ActStop:           RefusedCampaign,
	cards.ActChase:          RefusedCampaign,
	cards.ActCampaign:       RefusedCampaign,
}

// RefusedThing says what an act asks for.
func RefusedThing(act cards.Act) string {
	if _, own := ApplicantActs[act]; own {
		return RefusedOthers
	}
	return cmp.Or(refusedByAct[act], RefusedReview)
}

// noRight are the toasts that refuse somebody who has no right, unlike those about a case that has moved on.
var noRight = []string{"not_allowed", "not_yours", "self_review"}

// IsNoRight reports whether a toast refuses somebody who has no right.
func IsNoRight(t *cards.Toast) bool { return t != nil && slices.Contains(noRight, t.ID) }

// AccessRefused is the audit row of a refused act.
func AccessRefused(c *Case, who string, act cards.Act, at time.Time) AuditRow {
	return AuditRow{
		CaseID: c.ID,
		At:     at,
		Actor:  who,
		Event:  EventAccessRefused,
		From:   c.State,
		To:     c.State,
		Detail: map[string]string{"act": string(act), "what": RefusedThing(act)},
	}
}

const figureRefused = "refused/" // and one of RefusedThings

// FigureRefused counts each time that something was refused for want of a right.
func FigureRefused(what string) Figure { return Figure(figureRefused + what) }

// RefusedCount is how often something was refused for want of a right, and how many people asked for it.
type RefusedCount struct {
	What   string    `json:"what"`
	N      int       `json:"n"`
	People int       `json:"people"`        // as far as it was about a case; the audit trail names them
	Last   time.Time `json:"last,omitzero"` // likewise
}

// RefusedCounts puts the figures of a period together with the rows of the trail that Add has seen.
func (t *PrivacyTally) RefusedCounts(figures Figures) []RefusedCount {
	out := []RefusedCount{}
	for _, what := range RefusedThings {
		c := RefusedCount{What: what, N: figures[FigureRefused(what)], People: len(t.refused[what])}
		for _, at := range t.refused[what] {
			if at.After(c.Last) {
				c.Last = at
			}
		}
		if c.N > 0 {
			out = append(out, c)
		}
	}
	return out
}

// addRefused notes who has asked for what in vain, and when last.
func (t *PrivacyTally) addRefused(r AuditRow) {
	what := r.Detail["what"]
	if t.refused[what] == nil {
		t.refused[what] = map[string]time.Time{}
	}
	if r.At.After(t.refused[what][r.Actor]) {
		t.refused[what][r.Actor] = r.At
	}
}
