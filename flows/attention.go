package flows

import "time"

// Step names a part of a registration that depends on a platform and can stop.
type Step string

// Steps.
const (
	StepPhotos   Step = "photos"
	StepCode     Step = "code"
	StepCheck    Step = "check"
	StepIdentity Step = "identity"
	StepUpload   Step = "upload"
	StepEvidence Step = "evidence"
)

// StopCode is the reason why a step stopped. It is part of text ids ("trouble.<code>"). The classes of package failure
// are codes as well.
type StopCode string

// Codes that do not come from package failure.
const (
	StopUnknownOutcome  StopCode = "unknown_outcome"  // a write may have been applied
	StopUnavailable     StopCode = "unavailable"      // an upstream has not answered for a long time
	StopStalled         StopCode = "stalled"          // no job exists for the case although it is the bot's turn
	StopEvidenceField   StopCode = "evidence_field"   // e签宝 refuses a field of the evidence
	StopEvidenceReading StopCode = "evidence_reading" // of these, a field about the reading of the agreement
	StopIncomplete      StopCode = "incomplete"       // a point that the evidence needs is missing in the case
	StopFaceLiveScore   StopCode = "face_live_score"  // the settings give the evidence of a face no score
	StopPhotoLost       StopCode = "photo_lost"       // the store no longer has the photo
	StopTooManyPhotos   StopCode = "too_many_photos"  // the applicant asks for help after many unusable photos
	StopTooManyChecks   StopCode = "too_many_checks"  // the supplier accepts no more checks of this person today
	StopNotSetUp        StopCode = "not_set_up"       // the settings have no account of the supplier
	StopSupplierRefused StopCode = "supplier_refused" // the supplier does not accept the person's values
)

// Attention describes the stop of a case in NeedsAttention.
type Attention struct {
	Step     Step      `json:"step"`
	Return   State     `json:"return"` // state in which the case continues after 重试
	Rev      int64     `json:"rev"`    // revision of the case when the step stopped
	Code     StopCode  `json:"code"`
	Upstream string    `json:"upstream,omitempty"`
	Field    string    `json:"field,omitempty"` // of the request, if the upstream named one
	LogID    string    `json:"log_id,omitempty"`
	Since    time.Time `json:"since"`
	Incident string    `json:"incident,omitempty"` // cause that many cases share and the operator can remove; "" if none
	Probes   int       `json:"probes,omitempty"`   // failed attempts since the stop
}

// ResolutionKind names the way in which a stop ended (texts "did.<kind>").
type ResolutionKind string

// Kinds of resolutions.
const (
	ResolutionRetried   ResolutionKind = "retried"
	ResolutionResolved  ResolutionKind = "resolved" // HR confirmed that the write had been applied
	ResolutionClosed    ResolutionKind = "closed"
	ResolutionSentBack  ResolutionKind = "sent_back"
	ResolutionWithdrawn ResolutionKind = "withdrawn"
	ResolutionExpired   ResolutionKind = "expired"
	ResolutionHRDelay   ResolutionKind = "hr_delay"
	ResolutionLeft      ResolutionKind = "left"        // the applicant has left the company
	ResolutionGone      ResolutionKind = "uninstalled" // the company has uninstalled the app
	ResolutionResumed   ResolutionKind = "resumed"     // a late result of the step arrived
)

// Resolution records the end of a stop, for HR's card.
type Resolution struct {
	Attention Attention      `json:"attention"`
	By        string         `json:"by,omitempty"`    // open_id of the admin; "" without one
	First     string         `json:"first,omitempty"` // open_id of the first of two admins
	Kind      ResolutionKind `json:"what"`
	At        time.Time      `json:"at"`
}
