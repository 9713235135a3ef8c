package cards

import "encoding/json"

// Card is a view that can be drawn: a plain struct in, Card JSON 2.0 out.
// Every card carries Chinese and English through i18n_content; the client picks.
type Card interface {
	// JSON returns the complete card as one JSON object, at most 30 KB, valid for
	// both sending and patching (config.update_multi is always true).
	JSON() json.RawMessage
}

// Ref ties the buttons of a card to a case and to the revision that the card shows.
type Ref struct {
	Case string // case id; the only identity that a card carries
	Rev  int64  // case revision; a click with another revision is answered as late
}

// Step is a stage of the way as the applicant sees it; drawn as a row of dots on the
// applicant's cards.
type Step string

const (
	StepConsent  Step = "consent"
	StepPhotos   Step = "photos"
	StepConfirm  Step = "confirm"
	StepCode     Step = "code"
	StepReview   Step = "review"
	StepRecord   Step = "record"
	StepEvidence Step = "evidence"
	StepDone     Step = "done"
)

// Level colours a check or a notice.
type Level string

const (
	Green Level = "green"
	Amber Level = "amber"
	Red   Level = "red"
	Grey  Level = "grey" // not examined; never counted as passed
)

// Check is one finding shown to HR as a chip. Code selects the text (texts "check.<code>.<level>").
// Args are already masked.
type Check struct {
	Code  string
	Level Level
	Args  map[string]string
}

// Change is one field that the applicant changed against what the OCR read. Values are already masked.
type Change struct {
	Field  string // identity_name, identity_code
	Before string
	After  string
}
