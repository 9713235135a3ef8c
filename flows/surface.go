package flows

import "time"

// Audiences of a surface. They are part of surface ids and stored in the database.
const (
	AudienceApplicant = "applicant"
	AudienceHR        = "hr"
	AudienceBoard     = "board" // a group's announcement
)

// NoteClicked takes note of a message that a click was answered on.
func (s *Surface) NoteClicked(clicked string) {
	switch {
	case clicked == "":
	case clicked == s.MessageID:
		s.RenderedHash = []byte("answered") // with what is not known
	case s.Audience == AudienceApplicant && s.OldID == "":
		s.OldID = clicked // once more a pointer
	}
}

// Surface is a message that shows something living: a case to somebody, or a board.
type Surface struct {
	ID        string // case/<id>/applicant, case/<id>/hr/<receiver>, board/<chat>/<day>
	CaseID    string // "" for boards
	TenantKey string // set for boards; a case knows its own
	Audience  string // applicant | hr | board
	To        Receiver
	// A message has a generation. If WantedGeneration > SentGeneration, a new message is posted
	// at the bottom of the chat, and the old one becomes a pointer to it.
	WantedGeneration, SentGeneration int
	// SendingGeneration > SentGeneration means: the message of that generation may exist. Its
	// sending has begun and the answer is not stored yet.
	SendingGeneration int
	MessageID         string
	OldID             string // message of the former generation, until a pointer replaces it
	// RenderedHash is the SHA-256 of the card that MessageID shows. A value of another length means
	// unknown: a click was answered with another card.
	RenderedHash []byte
	// LeaseOwner is the job that draws until LeaseUntil. Dirty asks it to draw again.
	LeaseOwner  string
	LeaseUntil  time.Time
	Dirty       bool
	Unreachable bool // the message can no longer be changed (14 days, recalled, bot stopped)
}
