package idcard

// Level says how much an Issue weighs.
type Level string

const (
	Warn  Level = "warn"  // a person should look
	Error Level = "error" // cannot be right as it stands
)

// Issue is one finding about a card or a photo. It carries codes only, never a value.
type Issue struct {
	Code  string `json:"code"`
	Level Level  `json:"level"`
	// Field is the field that is probably wrong, in Feishu's words (identity_name,
	// identity_code, birth, …); "" when the finding is about the whole. For
	// CodeCardCut it is the edge: top, right, bottom or left.
	Field string `json:"field,omitempty"`
}

// Fields of a card as Feishu OCR names them (document_ai/v1/id_card/recognize).
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

// Codes of Issue. The values are stable: they are stored and looked up in texts.
const (
	// Found by ParseEntities.
	CodeNumberUnreadable = "number_unreadable" // the read number is not valid; RawNumber has what was read
	CodeNameUnreadable   = "name_unreadable"   // the read name is not a name; RawName has what was read
	CodeDateUnreadable   = "date_unreadable"   // a read date is none
	CodeGenderUnreadable = "gender_unreadable" // neither 男 nor 女
	CodeFieldTwice       = "field_twice"       // two different values for one field: two cards?
	CodeSideDisagrees    = "side_disagrees"    // OCR's side and OCR's fields name different sides; the fields won
	CodeStrayField       = "stray_field"       // a single field of the other side, ignored

	// Found by Consistency.
	CodeBirthMismatch  = "birth_mismatch"  // number and printed birth differ
	CodeGenderMismatch = "gender_mismatch" // number and printed gender differ
	CodeNumberMismatch = "number_mismatch" // number differs from both: the number is somebody else's or badly read

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
	CodePhotoSmall       = "photo_small" // readable perhaps, below 800 px on the long side
	CodePhotoGrey        = "photo_grey"  // no colour: perhaps a photocopy
	CodeCardCut          = "card_cut"    // the card touches an edge of the picture
	CodeCardSmall        = "card_small"  // the card fills little of the picture
)
