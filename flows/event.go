package flows

import (
	"time"

	"shiming/cards"
	"shiming/idcard"
)

// Kind names an event. The values are stored in the audit chain.
type Kind string

// Events of the applicant.
const (
	PhotoReceived Kind = "photo_received"
	Consented     Kind = "consent"
	ConsentDenied Kind = "decline"
	Retake        Kind = "retake"
	Confirmed     Kind = "confirm"
	BankCardTyped Kind = "submit_card"
	MethodChosen  Kind = "method"     // the applicant takes another rung of the ladder
	FaceAsked     Kind = "start_face" // the applicant agrees to a check by face
	FaceLookAsked Kind = "check_face" // the applicant says that it is finished
	CodeAsked     Kind = "send_code"
	CodeTyped     Kind = "submit_code"
	EditAsked     Kind = "edit"
	Answered      Kind = "answer" // the applicant writes an answer to HR's question
	Cancelled     Kind = "cancel"
	Erase         Kind = "withdraw"
	PhotoRecalled Kind = "photo_recalled"
	OtherDocument Kind = "other_document" // the applicant has no resident identity card, or types the document's values
	DocumentPhoto Kind = "document_photo" // the applicant photographs the document of the kind in Document
	HelpAsked     Kind = "ask_hr"         // the verification does not succeed, and HR shall decide
	PersonAsked   Kind = "human"          // the applicant wants to talk with HR
	WordsSaid     Kind = "say"            // the applicant says something to HR
	TalkLeft      Kind = "leave_talk"     // the applicant ends the conversation
	CardAsked     Kind = "resume"         // the applicant wants the present card at the bottom of the chat
)

// Events of HR.
const (
	Approved   Kind = "approve"
	SentBack   Kind = "send_back"
	Refused    Kind = "reject"
	KeptOnFile Kind = "keep_on_file"
	Assigned   Kind = "assign"
	Released   Kind = "release"
	Undone     Kind = "undo" // the admin takes the decision back before it takes effect
	Retry      Kind = "retry"
	Resolved   Kind = "resolve"
	Closed     Kind = "close"
	Nudged     Kind = "remind"

	SampleFine    Kind = "sample_fine"  // somebody has looked at a sampled case: nothing is wrong
	SampleFault   Kind = "sample_fault" // something is wrong
	Queried       Kind = "ask"          // HR asks the applicant something, and the case stays with HR
	Held          Kind = "hold"         // the case is off the list until the time of Field
	Handed        Kind = "transfer"     // the case is handed to the admin of the form
	Noted         Kind = "note"         // an internal note
	LookAsked     Kind = "look_asked"   // an admin wants to see the originals, for the reason in Preset
	WordsAnswered Kind = "reply_talk"   // HR answers in a conversation
	TalkClosed    Kind = "close_talk"   // HR ends it
	LookAgreed    Kind = "look_agreed"  // another admin agrees
)

// Events of the bot: results of jobs.
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
	CodeDropped      Kind = "code_dropped" // certainly not sent; the next attempt makes new digits
	BankKnown        Kind = "bank_known"
	FaceOpened       Kind = "face_opened"
	FaceReturned     Kind = "face_returned" // a browser came back from the supplier's page
	FaceClaimed      Kind = "face_fetching" // the job in Job fetches the result
	FacePending      Kind = "face_pending"  // there is no result yet, or the call was refused
	FaceFailed       Kind = "face_failed"   // the flow ended without an answer about the person
	FaceLost         Kind = "face_unknown"  // the answer with the result may be lost
	PersonChecked    Kind = "person_checked"
	CheckRefused     Kind = "check_refused" // the supplier does not accept the value of Field
	IdentityStarted  Kind = "identity_started"
	IdentityRecorded Kind = "identity_recorded"
	IdentityMismatch Kind = "identity_mismatch"
	PhotoUploaded    Kind = "photo_uploaded"
	UploadsLost      Kind = "uploads_lost" // e签宝 no longer knows the uploaded files
	EvidenceStarted  Kind = "evidence_started"
	EvidenceFiled    Kind = "evidence_filed"
	WriteFailed      Kind = "write_failed"    // the write of Step was certainly not applied and may be repeated
	StepStopped      Kind = "step_stopped"    // retries do not help: permission, quota, refusal, unknown outcome
	StepDelayed      Kind = "step_delayed"    // an upstream has trouble and the job is retried; Step "" ends the delay
	FormTooClear     Kind = "form_too_clear"  // the tenant's DLP refused the confirmation form (230028)
	HandedOver       Kind = "handed_over"     // another system has been told of the evidence point
	HandoverFailed   Kind = "handover_failed" // it has not taken the notification
	HandoverPassed   Kind = "handover_passed" // it has taken a later one while it refused this
	Replayed         Kind = "handover_replayed"
	AccountStarted   Kind = "account_started"
	AccountOpened    Kind = "account_opened" // opened, or found
	AccountFailed    Kind = "account_failed" // certainly not opened
	AccountUnknown   Kind = "account_unknown"
	AccountStopped   Kind = "account_stopped"
	PhotosPurged     Kind = "photos_purged" // a retention period is over; Field is the PurgeScope
	// ErasedBefore: a restored backup has what was deleted after it was made; Field is the PurgeScope.
	ErasedBefore Kind = "erased_before"
	Restored     Kind = "restored" // the database was restored from a backup; ID names its time
	// ApplicantLeft says that there is nobody any more who could register; Field is OutcomeLeft or OutcomeUninstalled.
	ApplicantLeft Kind = "applicant_left"
)

// Events of the clock.
const (
	ReminderDue Kind = "reminder_due"
	ExpiryDue   Kind = "expiry_due"
	DecisionDue Kind = "decision_due" // the time for undoing a decision is over
	HoldEnded   Kind = "hold_ended"
	TalkDue     Kind = "talk_due"     // nobody may have said anything in a conversation for ConversationQuiet
	QuestionDue Kind = "question_due" // a question of HR may still be unanswered
)

// Event is one event with everything that Decide needs: the time, the actor, and facts that the engine looked up
// beforehand. A comment names the kinds that fill a field; all other kinds leave it empty.
type Event struct {
	Kind Kind
	At   time.Time
	// MadeAt is when the person made the event, by Feishu's clock in milliseconds. It is zero if the event has no time or
	// is none of a person.
	MadeAt time.Time
	Actor  string // open_id; "" for bot and clock
	Role   Role   // of the actor to this case
	// Rev is the revision that the clicked card showed or that the job belongs to. Decide refuses an event of another
	// revision. nil skips this check.
	Rev *int64

	Photo     PhotoRef // PhotoReceived
	MessageID string   // PhotoReceived, PhotoRecalled
	ChatID    string
	PhotoID   string   // PhotoReceived: a new id; PhotoFetched, PhotoReadOK, PhotoFailed: an existing photo
	PhotoIDs  []string // PhotoClaimed
	Problem   string   // PhotoFailed, CodeFailed, FaceFailed: a code (texts "photo.<code>", "code.<code>", …)
	// SHA256 and MD5 are those of the picture as sent (PhotoFetched), of the JPEG as uploaded (PhotoUploaded); hex.
	SHA256, MD5 string
	Format      string      // PhotoFetched: of the picture as sent, e.g. jpeg
	Changes     string      // PhotoFetched: UnchangedPhoto, or codes of idcard.Change in their order, separated by spaces
	Warnings    []string    // PhotoFetched: codes of idcard.Photo.Warnings
	Look        idcard.Look // PhotoFetched: what the picture alone tells
	Bytes       int         // PhotoFetched: size of the stored picture
	Width       int         // PhotoFetched: of the stored picture, in pixels
	Height      int
	Readings    []idcard.Reading // PhotoReadOK: one reading a side
	// DocumentRead is the reading of a document without a resident number (PhotoReadOK).
	DocumentRead *idcard.DocumentReading
	Job          string // PhotoClaimed, FaceClaimed, IdentityStarted, EvidenceStarted, AccountStarted: the job
	// Proven says that e签宝 has taken an evidence point of the tenant with the present set-up, and has refused none for
	// the set-up since (IdentityStarted).
	Proven bool
	// Ahead is the case that goes ahead of the tenant's others until then; nil if there is none (IdentityStarted).
	Ahead *Case

	Reading *PageReading // Consented, on the page; nil by a click on the card
	// AgreementTag is cards.Agreement.Tag of the text that the clicked card showed (Consented); "" by a card of a version
	// that did not say.
	AgreementTag string
	Form         cards.Form // Confirmed, BankCardTyped, SentBack, Refused, Resolved, Queried, Handed, Noted
	Method       Method     // MethodChosen
	Text         string     // Answered: what the applicant has written; personal
	Preset       string     // Queried: one of cards.Questions, "" for words of the form; LookAsked: one of cards.PeekReasons
	Side         string     // Retake, PhotoUploaded
	// Document is the kind that the applicant photographs (DocumentPhoto).
	Document idcard.Document
	Contact  Contact // ContactKnown
	// BlindIndex is the keyed hash of the confirmed number (Confirmed).
	BlindIndex []byte
	// OtherNumber says that the person was registered with another number before (Confirmed).
	OtherNumber bool
	// SameNumberCases lists ids of other people's cases with the same number (Confirmed).
	SameNumberCases []string

	CodeKey  []byte       // CodePrepared: key of MAC
	MAC      []byte       // CodePrepared: keyed hash of the new digits; CodeTyped: of the typed digits
	Code     string       // CodeTyped: the digits, which are kept only if they are right
	Seq      int64        // of a code, a look-up of a bank, or a flow for a face: its sequence number
	Supplier string       // CodePrepared
	Serial   string       // CodeSent: the supplier's serial number; FaceFailed: its code
	Check    *Check       // PersonChecked
	Bank     *BankFound   // BankKnown; nil for all others
	Face     *FaceOpening // FaceOpened
	// FacePicture is the picture of the face (PersonChecked of Face, with a match).
	FacePicture *FacePicture
	// ID: IdentityRecorded: verify_uid; PhotoUploaded: fileId; EvidenceFiled: eviPointId; AccountOpened: accountId;
	// Restored: time.
	ID string
	// Field: CheckRefused, IdentityMismatch: field of the form; PhotosPurged, ErasedBefore: scope; Held: one of cards.Holds; Released:
	// FieldDeparted, or ""; ApplicantLeft: the outcome.
	Field string
	// Deletion is the rule by which something is deleted (PhotosPurged).
	Deletion DeletionRule

	Stop *Attention // StepStopped, AccountStopped

	Refusal string        // HandoverFailed: an HTTP status, or a kind of package handover
	After   time.Duration // HandoverFailed, FaceFailed: the pause that the other side asked for
	// Final: HandoverFailed: the receiver wants no more; ApplicantLeft: the retention is over, no write can follow.
	Final bool

	// Unreachable says that the applicant's account is suspended, or the applicant has left (ReminderDue, QuestionDue,
	// Nudged).
	Unreachable bool

	Step Step // StepDelayed, WriteFailed

	// CodeUses are the codes within the last 24 h, across cases (Confirmed, BankCardTyped, CodeAsked).
	CodeUses CodeUses

	// SampleDraw is a number from 1 to 100 by which a case is sampled; 0: it is not.
	SampleDraw int

	// Staff is who may decide on the tenant's cases now (events of HR); nil for the policy's, of whom nobody is away.
	Staff *Staff

	// SourceMessage is the message with the clicked card. The answer to the click already contains the new card, so this
	// message needs a redraw only if the answer is lost.
	SourceMessage string
}

// UnchangedPhoto says that the stored picture is the one that was sent, byte for byte.
const UnchangedPhoto = "as_sent"

// Change is the result of Decide: the new case and the effects. The engine stores all of it in one transaction.
type Change struct {
	Case *Case // nil after a refusal
	From State
	Rule string // the rule that decided, or the reason of a refusal; for audit row and log
	Jobs []Job
	// Redraw lists the audiences whose cards change in place.
	Redraw []string
	// Repost lists the audiences that get a new message at the bottom of the chat, because they wait for it.
	Repost []string
	// SetBlindIndex stores BlindIndex as the index of the case. A nil index is removed.
	SetBlindIndex bool
	BlindIndex    []byte
	// CodeDue is when the new code of the case is sent, if there is one. It counts for the limits from then on.
	CodeDue time.Time
	// CodeFreed is the sequence number of a code that is never sent, so that it does not count; 0 if there is none.
	CodeFreed int
	// DropPictures lists photos whose bytes are deleted in the same transaction.
	DropPictures []string
	// Deleted is the deletion of personal data; nil without one.
	Deleted *Deletion
	// Ring lists the admins whose desks come to the bottom of their chats, because the case is theirs to see now.
	Ring   []string
	Toast  *cards.Toast
	Detail map[string]string // of the audit row; never personal data
	// Incident names a cause that many cases share. HR gets one card for all of them.
	Incident string
	// Figures are added to those of the event's day.
	Figures Figures
	// TakesLead makes the case the one that goes ahead; see Case.Lead.
	TakesLead bool
	// Proven says that e签宝 has taken an evidence point, so that no case has to wait behind another.
	Proven bool
	// Stopped and Ended name what follows the evidence point and cannot go on, or has succeeded. HR is told once of an
	// outage, which the next success ends.
	Stopped, Ended FollowUp
	// Silent leaves out the audit row of a small technical change.
	Silent bool
}

// FollowUp names what follows an evidence point.
type FollowUp string

// What can follow an evidence point.
const (
	FollowUpHandover FollowUp = "handover"
	FollowUpAccount  FollowUp = "account"
)
