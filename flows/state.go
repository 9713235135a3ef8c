package flows

// State says whose turn it is. A case is in exactly one state.
type State string

const (
	AwaitingConsent      State = "awaiting_consent"
	AwaitingPhotos       State = "awaiting_photos"
	AwaitingConfirmation State = "awaiting_confirmation"
	AwaitingCode         State = "awaiting_code"
	Checking             State = "checking"
	AwaitingReview       State = "awaiting_review"
	Recording            State = "recording"
	Filing               State = "filing"
	NeedsAttention       State = "needs_attention"

	Done      State = "done"
	Rejected  State = "rejected"
	Declined  State = "declined"
	Withdrawn State = "withdrawn"
	Expired   State = "expired"
)

// States lists every state in the order of the way through the house, terminal ones last.
var States = []State{
	AwaitingConsent, AwaitingPhotos, AwaitingConfirmation, AwaitingCode, Checking,
	AwaitingReview, Recording, Filing, NeedsAttention,
	Done, Rejected, Declined, Withdrawn, Expired,
}

// Terminal reports whether nothing leaves s; the person may then start a new case.
func (s State) Terminal() bool {
	switch s {
	case Done, Rejected, Declined, Withdrawn, Expired:
		return true
	}
	return false
}

// Turn says whom a case in state s waits for.
func (s State) Turn() Role {
	switch s {
	case AwaitingConsent, AwaitingPhotos, AwaitingConfirmation, AwaitingCode:
		return Applicant
	case AwaitingReview, NeedsAttention:
		return HR
	case Checking, Recording, Filing:
		return Bot
	}
	return Nobody
}

// Role is what somebody is to a case. It is decided by the operator's open_id, never by a card.
type Role string

const (
	Applicant Role = "applicant"
	HR        Role = "hr"
	Bot       Role = "bot"
	Clock     Role = "clock"
	Nobody    Role = ""
)

// Method is how the person behind the card is verified.
type Method string

const (
	ThreeElements Method = "three_elements"
	BankCardFour  Method = "bank_card_four"
	Face          Method = "face"
	MethodNone    Method = "none"
)
