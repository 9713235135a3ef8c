package flows

import "time"

// NoteClicked takes note of a message that a click was answered on.
func (s *Surface) NoteClicked(clicked string) {
	switch {
	case clicked == "":
	case clicked == s.MessageID:
		s.Shown = []byte("answered") // with what is not known
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
	// Gen is the message wanted, Sent the message there is: Gen > Sent means "post anew at
	// the bottom", and the old message becomes a pointer.
	Gen, Sent int
	// Posting, while above Sent, is the generation whose message may be there already: its sending
	// has begun, and nobody has stored the answer.
	Posting   int
	MessageID string
	OldID     string // message of the former generation, until it has been replaced by a pointer
	// Shown is the SHA-256 of the card that MessageID shows, or something of another length when
	// that is not known, since a click was answered with another card.
	Shown []byte
	// Holder is the job that is drawing, until HeldUntil; Dirty asks it to draw again.
	Holder    string
	HeldUntil time.Time
	Dirty     bool
	Dead      bool // the message can no longer be changed (14 days, recalled, bot stopped)
}
