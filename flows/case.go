package flows

import (
	"encoding/json"
	"time"

	"shiming/idcard"
)

// Case is one registration of one person. All fields but Personal are stored as plain JSON and hold nothing personal.
// Personal is stored encrypted, with ID as associated data.
type Case struct {
	ID        string `json:"id"` // UUIDv7; also e签宝's customBizId
	TenantKey string `json:"tenant_key,omitempty"`
	OpenID    string `json:"open_id"`
	// Department is the applicant's first department, an open_department_id; "" until the directory has been asked, and
	// when the fields have been deleted.
	Department string    `json:"department,omitempty"`
	ChatID     string    `json:"chat_id,omitempty"` // the applicant's p2p chat, once known
	State      State     `json:"state"`
	Rev        int64     `json:"rev"`     // +1 with each entry into a state; cards and timers carry it
	Version    int64     `json:"version"` // +1 with each write; optimistic locking
	CreatedAt  time.Time `json:"created_at"`
	EnteredAt  time.Time `json:"entered_at"` // of the present state
	ExpiresAt  time.Time `json:"expires_at,omitzero"`
	// Method is the first of the policy when the applicant consented, then the chosen rung; see termsOf.
	Method Method `json:"method"`
	// Revision of the evidence, of the policy when the case was opened; see termsOf. Cases of versions that knew one have
	// none.
	Revision Revision `json:"revision,omitempty"`

	// Times of Feishu's clock, and its distance from ours, which tell what comes too late; see late.go.
	LastAct    time.Time `json:"last_act,omitzero"`    // when the newest event of a person was made
	ReachedAt  time.Time `json:"reached_at,omitzero"`  // EnteredAt by Feishu's clock
	PhotosFrom time.Time `json:"photos_from,omitzero"` // photos that were sent before come too late
	ClockLag   int64     `json:"clock_lag,omitempty"`  // milliseconds

	Consent *Consent `json:"consent,omitempty"`
	Reading *Reading `json:"reading,omitempty"` // of the agreements; nil in revision 2024
	// AfterConsent is the state in which the case goes on when the agreements have been read again; "" at the first time.
	AfterConsent State   `json:"after_consent,omitempty"`
	Photos       []Photo `json:"photos,omitempty"`
	BadPhotos    int     `json:"bad_photos,omitempty"` // number of refused photos
	// HeldUpAt is when a photo was held up for what a first look showed. Photos of this moment or later are read.
	HeldUpAt  time.Time `json:"held_up_at,omitzero"`
	SidesRead bool      `json:"sides_read,omitempty"` // both sides of the card have been read once
	// PhotosBefore are the times of the photos that the person sent to earlier cases; see CarryPhotos.
	PhotosBefore []time.Time `json:"photos_before,omitempty"`
	PhotosGoneAt time.Time   `json:"photos_gone_at,omitzero"` // when the last photo was deleted
	PurgeAt      time.Time   `json:"purge_at,omitzero"`       // when the photos will be deleted
	// DocumentUnreadable is set when the OCR for documents without a resident number cannot be used.
	DocumentUnreadable bool `json:"document_unreadable,omitempty"`

	// MaskedForm is set when the tenant's data loss prevention has refused clear values on the confirmation form (Feishu
	// error 230028). The form then has empty inputs, and an empty answer means the value that the OCR read.
	MaskedForm bool              `json:"masked_form,omitempty"`
	FormIssues map[string]string `json:"form_issues,omitempty"` // field -> problem of the last submission
	Mismatch   string            `json:"mismatch,omitempty"`    // field or check because of which the form came back
	Changed    []string          `json:"changed,omitempty"`     // fields that differ from the OCR's values
	Confirmed  time.Time         `json:"confirmed,omitzero"`
	Rounds     int               `json:"rounds,omitempty"` // number of submissions for review

	CodeSeq    int         `json:"code_seq,omitempty"`    // sequence number of the last code
	CodesAsked []time.Time `json:"codes_asked,omitempty"` // times of the case's codes within 24 h; see CodeUses
	Code       *Code       `json:"code,omitempty"`
	BankCard   *BankCard   `json:"bank_card,omitempty"`
	FaceCheck  *FaceCheck  `json:"face,omitempty"`
	Check      *Check      `json:"check,omitempty"`
	Review     *Review     `json:"review,omitempty"`
	// Risk is the worst level of the findings when the case was submitted for review.
	Risk         Level         `json:"risk,omitempty"`
	Assigned     *Assignment   `json:"assigned,omitempty"`     // the admin who reads it
	Conversation *Conversation `json:"conversation,omitempty"` // with HR, by the applicant's wish; nil: none
	Question     *Question     `json:"question,omitempty"`     // what HR has asked the applicant in this review
	// LookRequest is the wish of an admin to see the originals that another one has to confirm; see Policy.SecondLook.
	LookRequest *LookRequest `json:"look_request,omitempty"`
	OnHold      *ReviewHold  `json:"on_hold,omitempty"` // set while the case is off HR's list
	// FirstApproval is the first of two approvals, until the second or another decision; see FourEyes.
	FirstApproval *Review `json:"first_approval,omitempty"`
	// OtherNumber is set if the person was registered with another number before.
	OtherNumber bool `json:"other_number,omitempty"`
	// Bound is the field of the form of which Feishu has bound another value to the account; see Personal.BoundValue.
	Bound string `json:"bound,omitempty"`
	// Asked is the review with which HR sent the case back last. Review is removed when the applicant submits again.
	Asked *Review `json:"asked,omitempty"`
	// Pending is set while HR can undo Review.
	Pending *PendingReview `json:"pending,omitempty"`

	// Sampled is set if the policy has approved the case and it was drawn for a look afterwards.
	Sampled *SampleLook `json:"sampled,omitempty"`

	FailedChecks int    `json:"failed_checks,omitempty"` // number of checks that did not match
	FailedAnswer string `json:"failed_answer,omitempty"` // Mismatch after the last of them
	FailedMethod Method `json:"failed_method,omitempty"` // of the check with FailedAnswer
	Help         *Help  `json:"help,omitempty"`          // set from the request for HR's help to the next submission

	Identity *Write            `json:"identity,omitempty"`
	Uploads  map[string]string `json:"uploads,omitempty"` // side -> e签宝 fileId
	Evidence *Write            `json:"evidence,omitempty"`
	Lead     LeadReason        `json:"lead,omitempty"` // why the tenant's other cases wait for this one
	Hold     *Hold             `json:"hold,omitempty"` // set while the identity waits behind another case
	// What follows the evidence point; nil if nothing does.
	Handover *Handover       `json:"handover,omitempty"`
	Account  *SigningAccount `json:"signing_account,omitempty"`

	Attention  *Attention  `json:"attention,omitempty"`
	Resolution *Resolution `json:"settled,omitempty"` // end of the last stop
	Delayed    Step        `json:"delayed,omitempty"` // step whose job is retried because an upstream fails

	SameNumberCases []string     `json:"duplicates,omitempty"` // ids of other people's cases with the same ID number
	Sent            []Disclosure `json:"sent,omitempty"`
	Reminders       int          `json:"reminders,omitempty"`
	RemindedAt      time.Time    `json:"reminded_at,omitzero"`
	// on_file | rejected | declined | withdrawn | expired | closed | hr_delay | left | uninstalled
	Outcome string `json:"outcome,omitempty"`
	// LeftAt is when it became known that the applicant has left while a write was under way, which goes on.
	LeftAt time.Time `json:"left_at,omitzero"`
	Erased time.Time `json:"erased,omitzero"` // when the personal data was deleted

	Personal Personal `json:"-"`
}

// Consent records the version of the agreement that the applicant accepted.
type Consent struct {
	Version string    `json:"version"`
	Hash    string    `json:"hash"` // SHA-256 of the text, hex
	At      time.Time `json:"at"`
	// Recipients that the text named (texts "recipient.<code>"); empty of older versions.
	Recipients []string `json:"recipients,omitempty"`
}

// Photo is a picture that the applicant sent. The store keeps its bytes, encrypted, under ID.
type Photo struct {
	ID          string      `json:"id"`
	MessageID   string      `json:"message_id"`
	FileKey     string      `json:"file_key"`
	Kind        string      `json:"kind"` // image | file: the resource type of the message
	State       PhotoState  `json:"state"`
	Side        idcard.Side `json:"side,omitempty"`
	BothSides   bool        `json:"other,omitempty"` // shows both sides; Side is then the first one
	Problem     string      `json:"problem,omitempty"`
	ProblemSeen bool        `json:"past,omitempty"`    // cards no longer show Problem
	SHA256      string      `json:"sha256,omitempty"`  // of the picture as sent, hex; kept after the picture is deleted
	MD5         string      `json:"md5,omitempty"`     // the same; "" for pictures that an older version fetched
	Format      string      `json:"format,omitempty"`  // of the picture as sent
	Changes     string      `json:"changes,omitempty"` // how the stored picture was made of it; see event.go
	Reader      string      `json:"reader,omitempty"`  // job that is reading it
	Warnings    []string    `json:"warnings,omitempty"`
	Bytes       int         `json:"bytes,omitempty"` // of the picture as stored
	Width       int         `json:"width,omitempty"` // of the picture as stored, in pixels
	Height      int         `json:"height,omitempty"`
	At          time.Time   `json:"at"`
	MadeAt      time.Time   `json:"made_at,omitzero"` // when it was sent, by Feishu's clock
}

// PhotoState is the progress of a photo.
type PhotoState string

// States of a photo.
const (
	PhotoWaiting  PhotoState = "waiting"  // received, not fetched; before consent it must not be fetched
	PhotoStored   PhotoState = "stored"   // fetched, inspected, encrypted
	PhotoRead     PhotoState = "read"     // read and in use for Side
	PhotoRefused  PhotoState = "refused"  // unusable because of Problem; the bytes are deleted
	PhotoReplaced PhotoState = "replaced" // no longer needed; the bytes are deleted
)

// Code is the SMS code that is valid now. Only the MAC of the digits is stored.
type Code struct {
	Seq      int       `json:"seq"` // sequence number within the case, from 1
	State    CodeState `json:"state"`
	MAC      []byte    `json:"mac,omitempty"`   // keyed hash of case, seq and digits; nil before the digits are made
	Tries    int       `json:"tries,omitempty"` // number of wrong tries
	Problem  string    `json:"problem,omitempty"`
	AskedAt  time.Time `json:"asked_at"`
	SentAt   time.Time `json:"sent_at,omitzero"`
	Supplier string    `json:"supplier,omitempty"`
	Serial   string    `json:"serial,omitempty"`
	PassedAt time.Time `json:"passed_at,omitzero"`
	// RequestedAt is when the event was made that asked for the code, by Feishu's clock.
	RequestedAt time.Time `json:"requested_at,omitzero"`
}

// CodeState is the progress of a code.
type CodeState string

// States of a code.
const (
	CodeStateSending CodeState = "sending" // a job is queued or under way
	CodeStateSent    CodeState = "sent"
	CodeStateFailed  CodeState = "failed"  // certainly not sent, because of Problem
	CodeStateUnknown CodeState = "unknown" // the answer of the supplier was lost: it may have been sent
)

// CheckOutcome is the supplier's answer about the elements of a method.
type CheckOutcome string

// Outcomes of a check.
const (
	CheckMatch    CheckOutcome = "match" // the elements belong to one person
	CheckMismatch CheckOutcome = "mismatch"
	CheckNoRecord CheckOutcome = "no_record"
)

// Check is the answer of the verification supplier. Supplier and Serial go into the evidence.
type Check struct {
	Method   Method       `json:"method,omitempty"` // "" of versions that knew ThreeElements only
	Outcome  CheckOutcome `json:"outcome"`
	Detail   string       `json:"detail,omitempty"`
	Supplier string       `json:"supplier"`
	Serial   string       `json:"serial"`
	At       time.Time    `json:"at"`
	// Of a face: the supplier's similarity, and its status of the liveness check, both as they came.
	Similarity string `json:"similarity,omitempty"`
	Liveness   string `json:"liveness,omitempty"`
	Charged    int    `json:"charged,omitempty"` // tries that the supplier charges
}

// ReviewOutcome is the decision of a review.
type ReviewOutcome string

// Outcomes of a review.
const (
	ReviewApproved ReviewOutcome = "approved"
	ReviewSentBack ReviewOutcome = "sent_back"
	ReviewRejected ReviewOutcome = "rejected"
	ReviewClosed   ReviewOutcome = "closed"
	ReviewOnFile   ReviewOutcome = "on_file"
)

// Review is a decision of HR or of the policy.
type Review struct {
	By     string        `json:"by"`              // open_id; "" for the policy
	First  string        `json:"first,omitempty"` // open_id of the first of two admins
	What   ReviewOutcome `json:"what"`
	Reason string        `json:"reason,omitempty"`
	Redo   string        `json:"redo,omitempty"` // what the applicant has to do again, one of cards.Sides
	At     time.Time     `json:"at"`
	Round  int           `json:"round"`
}

// PendingReview is a decision that has not taken effect.
type PendingReview struct {
	Until  time.Time `json:"until"`            // when it takes effect
	Since  time.Time `json:"since"`            // when the case began to wait for the review
	Before *Review   `json:"before,omitempty"` // the review of the round before, which an undo restores
	First  *Review   `json:"first,omitempty"`  // the first of two approvals, which an undo restores
}

// Write is a write to a platform that must not happen twice. Its intent is stored before the call; see write_intent.go.
type Write struct {
	State   WriteState `json:"state"`
	Attempt int        `json:"attempt"`
	Started time.Time  `json:"started,omitzero"`
	At      time.Time  `json:"at,omitzero"`
	ID      string     `json:"id,omitempty"`  // verify_uid or eviPointId
	Job     string     `json:"job,omitempty"` // the job that began the attempt
	By      string     `json:"by,omitempty"`  // open_id of the admin who confirmed the write by hand
}

// WriteState is the progress of a Write.
type WriteState string

// States of a Write.
const (
	WriteStarted WriteState = "started"
	WriteDone    WriteState = "done"
	WriteRefused WriteState = "refused" // certainly not applied; another attempt may begin
	WriteUnknown WriteState = "unknown" // may have been applied; only HR can allow another attempt
)

// Disclosure records that personal data was passed to a processor.
type Disclosure struct {
	To string    `json:"to"` // code (texts "disclosed.<code>")
	At time.Time `json:"at"`
	// Supplier is the name that the settings had for the company that verifies; "" for other recipients.
	Supplier string `json:"supplier,omitempty"`
}

// clone returns a deep copy except for Personal, whose pointers steps replace and never write through.
func (c *Case) clone() *Case {
	raw, err := json.Marshal(c)
	if err != nil {
		panic(err) // a case is plain data, which always encodes
	}
	var out Case
	if err := json.Unmarshal(raw, &out); err != nil {
		panic(err)
	}
	out.Personal = c.Personal
	return &out
}

// PhotoByID returns the photo with the id, or nil.
func (c *Case) PhotoByID(id string) *Photo {
	for i := range c.Photos {
		if c.Photos[i].ID == id {
			return &c.Photos[i]
		}
	}
	return nil
}

// PhotoOf returns the photo in use for the side, or nil.
func (c *Case) PhotoOf(s idcard.Side) *Photo {
	for i := range c.Photos {
		p := &c.Photos[i]
		if p.State == PhotoRead && (p.Side == s || p.BothSides) {
			return p
		}
	}
	return nil
}
