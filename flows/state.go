package flows

// State is the state of a case. The values are stored in the database and in cards' statistics.
type State string

// States of an open case.
const (
	AwaitingConsent      State = "awaiting_consent"
	AwaitingPhotos       State = "awaiting_photos"
	AwaitingConfirmation State = "awaiting_confirmation"
	AwaitingBankCard     State = "awaiting_bank_card"
	AwaitingCode         State = "awaiting_code"
	AwaitingFace         State = "awaiting_face"
	Checking             State = "checking"
	AwaitingReview       State = "awaiting_review"
	Decided              State = "decided"         // HR has decided and may still undo it; nobody is told
	Recording            State = "recording"       // the identity is written to Feishu, the photos are uploaded to e签宝
	Filing               State = "filing"          // the evidence point is created at e签宝
	NeedsAttention       State = "needs_attention" // a step stopped; Attention says why
)

// Terminal states.
const (
	Done      State = "done"
	OnFile    State = "on_file" // HR has looked at a document that no platform takes: nothing is recorded or filed
	Rejected  State = "rejected"
	Declined  State = "declined"
	Withdrawn State = "withdrawn"
	Expired   State = "expired"
)

// States lists every state in the order of a registration, terminal states last.
var States = []State{
	AwaitingConsent, AwaitingPhotos, AwaitingConfirmation, AwaitingBankCard, AwaitingCode, AwaitingFace,
	Checking,
	AwaitingReview, Decided, Recording, Filing, NeedsAttention,
	Done, OnFile, Rejected, Declined, Withdrawn, Expired,
}

// Terminal reports whether no event leaves s. The person may then start a new case.
func (s State) Terminal() bool {
	switch s {
	case Done, OnFile, Rejected, Declined, Withdrawn, Expired:
		return true
	}
	return false
}

// Turn returns the role that a case in state s waits for: Nobody in a terminal state.
func (s State) Turn() Role {
	switch s {
	case AwaitingConsent, AwaitingPhotos, AwaitingConfirmation, AwaitingBankCard, AwaitingCode, AwaitingFace:
		return Applicant
	case AwaitingReview, NeedsAttention:
		return HR
	case Checking, Decided, Recording, Filing:
		return Bot
	}
	return Nobody
}

// Role is the relation of an actor to a case. The engine derives it from the operator's open_id in the callback, never
// from the content of a card.
type Role string

// Roles.
const (
	Applicant Role = "applicant"
	HR        Role = "hr"
	Bot       Role = "bot"
	Clock     Role = "clock"
	Nobody    Role = ""
)

// Method is the way in which a person is verified. The settings choose it; see Policy.Method and Policy.Ladder.
type Method string

// Methods.
const (
	ThreeElements Method = "three_elements"
	BankCardFour  Method = "bank_card_four"
	Face          Method = "face"
	MethodNone    Method = "none" // no verification, hence no code and no evidence
)
