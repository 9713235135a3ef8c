package flows

import (
	"strings"
	"time"
)

// Audiences of a surface. They are part of surface ids and stored in the database.
const (
	AudienceApplicant = "applicant"
	AudienceHR        = "hr"
	AudienceBoard     = "board"   // a group's announcement
	AudienceDesk      = "desk"    // the review desk of an admin
	AudienceQueue     = "queue"   // the review group's board
	AudienceOverdue   = "overdue" // an admin's card about overdue cases
	// AudienceOriginal is a message with the original photos of a case, to one admin. It is recalled, and never drawn
	// again: see workers/original.go.
	AudienceOriginal = "original"
	// AudienceCampaign is an admin's card of a campaign, AudienceInvitation the invitation of one of its people.
	AudienceCampaign   = "campaign"
	AudienceInvitation = "invitation"
)

// Surface is a message that is kept up to date: the card of a case for one receiver, or the board of a group.
type Surface struct {
	// ID: case/<id>/applicant, case/<id>/hr/<receiver>, board/<chat>, desk/<tenant>/<admin>, queue/<chat>,
	// overdue/<tenant>/<admin>, original/<case>/<event>, campaign/<campaign>/<admin>, invitation/<campaign>/<person>.
	ID        string
	CaseID    string // "" for what is about no single case
	TenantKey string // set for what is about no single case; a case knows its tenant
	Audience  string // applicant | hr | board | desk | queue | overdue | original | campaign | invitation
	To        Receiver
	// Messages of a surface have generations. While WantedGeneration > SentGeneration, a new message has to be posted at
	// the bottom of the chat. The former message then becomes a pointer to it (cards.Superseded).
	WantedGeneration, SentGeneration int
	// SendingGeneration > SentGeneration means that the message of this generation may exist: the call has begun, and its
	// answer is not stored yet.
	SendingGeneration int
	MessageID         string
	OldID             string // message of the former generation, until the pointer replaces it
	// RenderedHash is the SHA-256 of the card that MessageID shows. A value of another length means that the content is
	// not known, because a click was answered with another card.
	RenderedHash []byte
	// LeaseOwner is the job that draws the surface until LeaseUntil, and the engine that runs it: see Lease. Dirty asks
	// it to draw again before it releases the lease. A job that waits for its next attempt stays LeaseOwner after
	// LeaseUntil: a newer job may take the surface over, and the older one then ends.
	LeaseOwner string
	LeaseUntil time.Time
	Dirty      bool
	// Unreachable means that Feishu has refused the surface for good: the receiver takes no messages, or the message was
	// recalled or is older than 14 days. Nothing is tried until the case changes or its applicant writes. Of
	// AudienceOriginal: the look is over, and nothing more is sent or recalled.
	Unreachable bool
}

// LeaseDuration is how long a job may draw a surface before another job may take over. It is longer than the calls of
// one drawing take.
const LeaseDuration = 45 * time.Second

// Lease gives the surface to a job for LeaseDuration. engine is the id of the engine that runs the job.
func (s *Surface) Lease(job, engine string, now time.Time) {
	s.LeaseOwner, s.LeaseUntil = job+leaseSeparator+engine, now.Add(LeaseDuration)
}

const leaseSeparator = "@"

// LeasedTo returns the job and the engine of the lease. Leases of older versions have no engine.
func (s *Surface) LeasedTo() (job, engine string) {
	i := strings.LastIndex(s.LeaseOwner, leaseSeparator)
	if i < 0 {
		return s.LeaseOwner, ""
	}
	return s.LeaseOwner[:i], s.LeaseOwner[i+len(leaseSeparator):]
}

// Outdated reports whether the surface does not show what it should, and a drawing may change that.
func (s *Surface) Outdated() bool {
	return !s.Unreachable && (s.WantedGeneration > s.SentGeneration || s.RenderedHash == nil)
}

// AnsweredHash is the RenderedHash of a message that shows the answer to a click. It does not have 32 bytes.
const AnsweredHash = "answered"

// NoteClicked records that a click on the message was answered with a card, which replaces the card that the message
// showed. A click on an older message makes this message a pointer again.
func (s *Surface) NoteClicked(clicked string) {
	switch {
	case clicked == "":
	case clicked == s.MessageID:
		s.RenderedHash = []byte(AnsweredHash)
	case s.Audience == AudienceApplicant && s.OldID == "":
		s.OldID = clicked
	}
}

// Notices about the group of a board (texts "notice.<code>"), to each admin.
const (
	NoticeGroupLost     = "group_lost"     // it takes no messages any more
	NoticeGroupExternal = "group_external" // people of other companies can be in it
)
