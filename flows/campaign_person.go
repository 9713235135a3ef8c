package flows

import "time"

// CampaignPerson is a person of a campaign. Times are zero for what has not happened. Read, started, submitted and done
// are noted while the campaign runs or is paused.
type CampaignPerson struct {
	OpenID     string
	Department string // open_department_id, "" if it is not known
	Status     PersonStatus
	Code       PersonCode // why Status is PersonUnreachable, or CodeUnsure

	QueuedAt  time.Time // a job is to send the invitation
	SendingAt time.Time // the first call that sends it has begun
	SentAt    time.Time // Feishu has taken it
	MessageID string
	ReadAt    time.Time // the first receipt of the invitation or of a chase

	StartedAt   time.Time // a case was opened
	SubmittedAt time.Time // the person's own part was done
	DoneAt      time.Time // the case was done or on file

	Chases   int       // including one whose outcome is not known
	ChasedAt time.Time // when the call of the last chase began
}

// PersonStatus is what a campaign does with a person. The values are stored.
type PersonStatus string

// Statuses. All but PersonInvite are of people who are not invited, or not any more.
const (
	PersonInvite      PersonStatus = "invite"
	PersonRegistered  PersonStatus = "registered"  // a case is done or on file
	PersonBegun       PersonStatus = "begun"       // has an open case, and is reminded of it
	PersonRecent      PersonStatus = "recent"      // was invited by another campaign within InvitedEvery
	PersonUnreachable PersonStatus = "unreachable" // Code says why
	PersonTakenOut    PersonStatus = "taken_out"   // by HR
)

// PersonStatuses lists the statuses in the order of cards.
var PersonStatuses = []PersonStatus{
	PersonInvite, PersonRegistered, PersonBegun, PersonRecent, PersonUnreachable, PersonTakenOut,
}

// PersonCode says why somebody cannot be reached, or why a line of a list names nobody (texts
// "campaign.code.<code>"). The values are stored.
type PersonCode string

// Codes of people and of lines.
const (
	CodeOutside     PersonCode = "outside_availability" // not in the app's range
	CodeLeft        PersonCode = "left"                 // left the company, or was suspended
	CodeUnknownID   PersonCode = "unknown_id"           // no open_id of this app
	CodeBlocked     PersonCode = "blocked"              // has stopped the bot's messages
	CodeRefused     PersonCode = "refused"              // Feishu refuses messages to the person for another reason
	CodeUnsure      PersonCode = "unsure"               // whether the invitation has arrived is not known
	CodeNobody      PersonCode = "no_such_person"       // of a line
	CodeAmbiguous   PersonCode = "ambiguous"            // of a line: several people of the name; Candidates
	CodeUnreadable  PersonCode = "unreadable"           // of a line: neither a name nor an address nor an id
	CodeDuplicate   PersonCode = "duplicate"            // of a line: somebody whom another line names
	CodeNoDirectory PersonCode = "no_directory"         // of a line: the app may not look for this
)

// PersonCodes lists the codes in the order of cards.
var PersonCodes = []PersonCode{
	CodeOutside, CodeLeft, CodeUnknownID, CodeBlocked, CodeRefused, CodeUnsure, CodeNobody, CodeAmbiguous,
	CodeUnreadable, CodeDuplicate, CodeNoDirectory,
}

// CampaignLine is a line of a list that names no single person yet. Its text is personal: the store seals it, and
// deletes it with the end of the preview.
type CampaignLine struct {
	Line       int        // from 1, as HR's file counts
	Text       string     // the cells of the line, with tabs between them; "" once nobody needs it
	Code       PersonCode // "" until the resolver has looked at it
	Candidates []string   // open_ids, of CodeAmbiguous
}

func (CampaignLine) String() string { return "[line of a list]" }

// LogValue and MarshalJSON keep the text of a line out of logs and of anything that is not sealed.
func (l CampaignLine) LogValue() string             { return l.String() }
func (l CampaignLine) MarshalJSON() ([]byte, error) { return []byte(`"[line of a list]"`), nil }

// StepReached is how far a person has come with the registration, for the funnel.
type StepReached int

// Steps, each after the one before.
const (
	StepNone StepReached = iota
	StepStarted
	StepSubmitted
	StepDone
)

// ReachedBy returns the step that a case in the state has reached. A case that has ended otherwise counts as started.
// NeedsAttention says nothing about it: the state before does.
func ReachedBy(s State) StepReached {
	switch s {
	case Checking, AwaitingReview, Decided, Recording, Filing:
		return StepSubmitted
	case Done, OnFile:
		return StepDone
	}
	return StepStarted
}
