package flows

import (
	"time"

	"shiming/cards"
	"shiming/idcard"
)

// Kind names what happened to a case.
type Kind string

// Events of the applicant.
const (
	PhotoReceived Kind = "photo_received"
	Consented     Kind = "consent"
	ConsentDenied Kind = "decline"
	Retake        Kind = "retake"
	Confirmed     Kind = "confirm"
	CodeAsked     Kind = "send_code"
	CodeTyped     Kind = "submit_code"
	EditAsked     Kind = "edit"
	Cancelled     Kind = "cancel"
	Erase         Kind = "withdraw"
	PhotoRecalled Kind = "photo_recalled"
	CardAsked     Kind = "resume" // wants the present card at the bottom of the chat
)

// Events of HR.
const (
	Approved Kind = "approve"
	SentBack Kind = "send_back"
	Refused  Kind = "reject"
	Retry    Kind = "retry"
	Resolved Kind = "resolve"
	Closed   Kind = "close"
	Nudged   Kind = "remind"
)

// Events of the bot: what an effect brought back.
const (
	PhotoFetched     Kind = "photo_fetched"
	PhotoClaimed     Kind = "photo_claimed"
	PhotoReadOK      Kind = "photo_read"
	PhotoFailed      Kind = "photo_failed"
	ContactKnown     Kind = "contact_known"
	CodePrepared     Kind = "code_prepared"
	CodeSent         Kind = "code_sent"
	CodeFailed       Kind = "code_failed"
	CodeUnknown      Kind = "code_unknown"
	CodeDropped      Kind = "code_dropped" // certainly not sent; the next attempt makes another one
	PersonChecked    Kind = "person_checked"
	CheckRefused     Kind = "check_refused" // the supplier does not take one of the three; Field says which
	IdentityStarted  Kind = "identity_started"
	IdentityRecorded Kind = "identity_recorded"
	IdentityMismatch Kind = "identity_mismatch"
	PhotoUploaded    Kind = "photo_uploaded"
	UploadsLost      Kind = "uploads_lost" // e签宝 does not know the files any more
	EvidenceStarted  Kind = "evidence_started"
	EvidenceFiled    Kind = "evidence_filed"
	WriteFailed      Kind = "write_failed" // certainly not applied; may be attempted again
	StepStopped      Kind = "step_stopped" // needs somebody: permission, quota, refusal, unknown outcome
	StepDelayed      Kind = "step_delayed" // an upstream has trouble; being retried
	FormTooClear     Kind = "form_too_clear"
	PhotosPurged     Kind = "photos_purged"
	Restored         Kind = "restored" // the database is a copy put back; ID says of when
)

// Events of the clock.
const (
	ReminderDue Kind = "reminder_due"
	ExpiryDue   Kind = "expiry_due"
)

// Event is one thing that happened, with everything that Decide may need to know about
// it: the moment, the actor, and facts that the engine looked up beforehand.
type Event struct {
	Kind  Kind
	At    time.Time
	Actor string // open_id; "" for bot and clock
	Role  Role   // of the actor to this case, decided by the engine
	// Rev is the revision that the actor saw or that the job belongs to; nil = does not matter.
	Rev *int64

	Photo     PhotoRef // PhotoReceived
	MessageID string   // PhotoReceived, PhotoRecalled
	ChatID    string
	PhotoID   string // new id for PhotoReceived; else the photo meant
	PhotoIDs  []string
	Problem   string // PhotoFailed, CodeFailed
	SHA256    string
	Warnings  []string
	Bytes     int // of the picture as stored
	Readings  []idcard.Reading
	Job       string // PhotoClaimed: who reads

	Form    cards.Form // Confirmed, SentBack, Refused, Resolved
	Side    string     // Retake
	Contact Contact
	// BlindIndex is the keyed hash of the number, SameNumberCases the cases of other people with the same number.
	BlindIndex      []byte
	SameNumberCases []string

	MAC      []byte // CodePrepared: of the digits made; CodeTyped: of the digits typed
	Code     string // CodeTyped: the digits, kept only if right
	Seq      int64  // code sequence or write attempt
	Supplier string
	Serial   string
	Check    *Check
	ID       string // verify_uid, fileId or eviPointId
	Field    string // IdentityMismatch

	Stop *Attention // StepStopped
	Step Step       // StepDelayed; "" = over

	// SourceMessage is the message that was clicked. The answer to the click holds its new card, so
	// that its redraw is only needed if the answer is lost.
	SourceMessage string
}

// Change is what Decide wants: the case as it shall be, and what follows from it.
type Change struct {
	Case *Case // nil = nothing changes
	From State
	Rule string // rule that decided, for audit, log and card
	Jobs []Job
	// Redraw lists the audiences whose cards change. Repost lists the audiences that get a new
	// message at the bottom of the chat, because a person waits for it.
	Redraw, Repost []string
	// SetBlindIndex stores BlindIndex as the case's; nil clears it.
	SetBlindIndex bool
	BlindIndex    []byte
	// DropPictures lists photos whose bytes go in the same transaction.
	DropPictures []string
	Toast        *cards.Toast
	Detail       map[string]string // for the audit row; nothing personal
	// Incident: HR is told once about a cause that many cases share.
	Incident string
	Silent   bool // too small for an audit row
}
