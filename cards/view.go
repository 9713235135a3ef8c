package cards

import "encoding/json"

// Card is a view struct that can be drawn as Card JSON 2.0. A card contains both languages as i18n_content, and the
// client chooses one.
type Card interface {
	// JSON returns the complete card as one JSON object of at most 30 KB. It can be sent and patched, because
	// config.update_multi is always true.
	JSON() json.RawMessage
}

// Ref is the case to which the buttons of a card belong, and the revision that the card shows.
type Ref struct {
	Case string // case id; a card contains no other id of the person
	Rev  int64  // revision of the case; a click with another revision is answered as late
}

// Step is a step of a registration, as the row of steps on the applicant's cards shows it (texts "step.<code>").
type Step string

// Steps in their order.
const (
	StepConsent  Step = "consent"
	StepPhotos   Step = "photos"
	StepConfirm  Step = "confirm"
	StepBankCard Step = "bank_card"
	StepCode     Step = "code"
	StepFace     Step = "face"
	StepReview   Step = "review"
	StepRecord   Step = "record"
	StepEvidence Step = "evidence"
	StepDone     Step = "done"
)

// Level is the colour of a check or a notice.
type Level string

// Levels.
const (
	Green Level = "green"
	Amber Level = "amber"
	Red   Level = "red"
	Grey  Level = "grey" // not examined; never counted as passed
)

// Check is the result of an automatic check, which HR sees as a tag and a sentence.
type Check struct {
	Code  string // texts "chip.<code>.<level>" and "check.<code>.<level>"
	Level Level
	Args  map[string]string // already masked
	// Issues are the causes. Their texts replace "check.<code>.<level>".
	Issues []CheckIssue
}

// CheckIssue is one cause of a check (texts "issue.<code>").
type CheckIssue struct {
	Code  string
	Side  string // front | back, or ""
	Field string // texts "card_field.<field>"
}

// Change is a field in which one value differs from another, such as the typed one from the read one. Both are already
// masked: at most the characters are legible in which they differ.
type Change struct {
	Field     string // identity_name, identity_code, document_number
	Before    string
	After     string
	Different bool // so much differs that neither value is given
}
