package idcard

// Level is the weight of an Issue.
type Level string

// Levels.
const (
	Warn  Level = "warn"  // possibly wrong
	Error Level = "error" // certainly wrong
)

// Issue is a finding about a card or a photo. It contains codes only, never a value.
type Issue struct {
	Code  string `json:"code"`
	Level Level  `json:"level"`
	// Field is the field that is probably wrong, by Feishu's name (identity_name, identity_code, birth, …), or "" if the
	// issue concerns no single field. For CodeCardCut it is the edge: top, right, bottom or left.
	Field string `json:"field,omitempty"`
}

// Fields of a card by the names of Feishu's OCR (document_ai/v1/id_card/recognize).
const (
	FieldName      = "identity_name"
	FieldNumber    = "identity_code"
	FieldAddress   = "address"
	FieldGender    = "gender"
	FieldRace      = "race"
	FieldBirth     = "birth"
	FieldIssuedBy  = "issued_by"
	FieldValidFrom = "valid_date_start"
	FieldValidTo   = "valid_date_end"
)

// Codes of Issue. The values are stable, because they are stored and part of text ids.
const (
	// Found by ParseEntities.
	CodeNumberUnreadable = "number_unreadable" // the number is invalid; see RawNumber
	CodeNameUnreadable   = "name_unreadable"   // the name is invalid; see RawName
	CodeDateUnreadable   = "date_unreadable"   // a date is invalid
	CodeGenderUnreadable = "gender_unreadable" // neither 男 nor 女
	CodeFieldTwice       = "field_twice"       // two values for one field, possibly of two cards
	CodeSideDisagrees    = "side_disagrees"    // the OCR's side contradicts the fields, which decide
	CodeStrayField       = "stray_field"       // a single field of the other side, which is ignored

	// Found by Consistency.
	CodeBirthMismatch  = "birth_mismatch"  // number and printed birth differ
	CodeGenderMismatch = "gender_mismatch" // number and printed gender differ
	CodeNumberMismatch = "number_mismatch" // the number differs from both: it is misread or another person's

	// Found by SidesMatch.
	CodeIssuedBeforeBirth = "issued_before_birth" // valid from a day before birth
	CodeIssuedInFuture    = "issued_in_future"    // valid from a day after today
	CodeValidityReversed  = "validity_reversed"   // ends before it begins
	CodeValiditySpan      = "validity_span"       // not 5, 10, 20 years or 长期
	CodeValidityAge       = "validity_age"        // the span does not fit the age at issue
	CodeAuthorityAddress  = "authority_address"   // issuing authority and address name different places

	// Found by Photo.Warnings and CardEdges.
	CodePhotoBlurred     = "photo_blurred"
	CodePhotoLowContrast = "photo_low_contrast"
	CodePhotoGlare       = "photo_glare"
	CodePhotoDark        = "photo_dark"
	CodePhotoSmall       = "photo_small" // below 800 px on the long side
	CodePhotoGrey        = "photo_grey"  // no colour, possibly a photocopy
	CodeCardCut          = "card_cut"    // the card touches an edge of the picture
	CodeCardSmall        = "card_small"  // the card fills little of the picture

	// Found by Look.Judge, besides some of the former.
	CodePhotoCovered    = "photo_covered"    // something lies on the card
	CodePhotoScreenshot = "photo_screenshot" // of a screen that shows a card
)
