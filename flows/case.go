package flows

import (
	"encoding/json"
	"log/slog"
	"time"

	"shiming/idcard"
)

// Case is one person's registration. The exported fields hold nothing personal and are
// stored as JSON; Personal is stored sealed, bound to ID.
type Case struct {
	ID        string    `json:"id"` // UUIDv7; also e签宝's customBizId
	TenantKey string    `json:"tenant_key,omitempty"`
	OpenID    string    `json:"open_id"`
	ChatID    string    `json:"chat_id,omitempty"` // the applicant's p2p chat, once known
	State     State     `json:"state"`
	Rev       int64     `json:"rev"`     // +1 with each entry into a state; what cards show
	Version   int64     `json:"version"` // +1 with each write; the optimistic lock
	CreatedAt time.Time `json:"created_at"`
	EnteredAt time.Time `json:"entered_at"` // of the present state
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	Method    Method    `json:"method"` // pinned when the case starts

	Consent *Consent `json:"consent,omitempty"`
	Photos  []Photo  `json:"photos,omitempty"`
	// BadPhotos counts photos that could not be used.
	BadPhotos    int       `json:"bad_photos,omitempty"`
	PhotosGoneAt time.Time `json:"photos_gone_at,omitzero"` // when the last photo was deleted
	PurgeAt      time.Time `json:"purge_at,omitzero"`       // when the photos will be deleted

	// MaskedForm: the tenant's DLP refused clear values on the confirmation form (230028),
	// so it is drawn with empty inputs and an empty input means "as read".
	MaskedForm bool              `json:"masked_form,omitempty"`
	FormIssues map[string]string `json:"form_issues,omitempty"` // field -> problem of the last submission
	Mismatch   string            `json:"mismatch,omitempty"`    // field or check that sent the form back
	Changed    []string          `json:"changed,omitempty"`     // fields that differ from what the OCR read
	Confirmed  time.Time         `json:"confirmed,omitzero"`
	Rounds     int               `json:"rounds,omitempty"` // submissions to review

	CodeSeq    int         `json:"code_seq,omitempty"`    // codes asked for so far
	CodesAsked []time.Time `json:"codes_asked,omitempty"` // within the last 24 h, for the cap

	Code   *Code   `json:"code,omitempty"`
	Check  *Check  `json:"check,omitempty"`
	Review *Review `json:"review,omitempty"`

	Identity *Write            `json:"identity,omitempty"`
	Uploads  map[string]string `json:"uploads,omitempty"` // side -> e签宝 fileId
	Evidence *Write            `json:"evidence,omitempty"`

	Attention  *Attention  `json:"attention,omitempty"`
	Resolution *Resolution `json:"settled,omitempty"` // how the last stop ended
	Delayed    Step        `json:"delayed,omitempty"` // step that an upstream keeps waiting, shown on cards

	SameNumberCases []string     `json:"duplicates,omitempty"` // ids of other people's cases with the same number
	Sent            []Disclosure `json:"sent,omitempty"`
	Reminders       int          `json:"reminders,omitempty"`
	RemindedAt      time.Time    `json:"reminded_at,omitzero"`
	Outcome         string       `json:"outcome,omitempty"` // rejected | declined | withdrawn | expired | closed
	Erased          time.Time    `json:"erased,omitzero"`   // personal data deleted

	Personal Personal `json:"-"`
}

// Consent records what the applicant agreed to, and when.
type Consent struct {
	Version string    `json:"version"`
	Hash    string    `json:"hash"` // SHA-256 of the text, hex
	At      time.Time `json:"at"`
}

// Photo is one picture that the applicant sent. Its bytes lie encrypted in the store under ID.
type Photo struct {
	ID        string      `json:"id"`
	MessageID string      `json:"message_id"`
	FileKey   string      `json:"file_key"`
	Kind      string      `json:"kind"` // image | file: the resource type of the message
	State     PhotoState  `json:"state"`
	Side      idcard.Side `json:"side,omitempty"`
	Other     bool        `json:"other,omitempty"` // shows both sides
	Problem   string      `json:"problem,omitempty"`
	Past      bool        `json:"past,omitempty"`   // its problem is no longer worth showing
	SHA256    string      `json:"sha256,omitempty"` // of the picture as sent; stays when the picture is deleted
	Reader    string      `json:"reader,omitempty"` // job that is reading it
	Warnings  []string    `json:"warnings,omitempty"`
	Bytes     int         `json:"bytes,omitempty"` // of the picture as stored
	At        time.Time   `json:"at"`
}

// PhotoState is where a photo stands between chat and reading.
type PhotoState string

const (
	PhotoWaiting  PhotoState = "waiting"  // received, not fetched (before consent: not to be fetched)
	PhotoStored   PhotoState = "stored"   // fetched, inspected, encrypted
	PhotoRead     PhotoState = "read"     // its side is known and used
	PhotoRefused  PhotoState = "refused"  // Problem says why; its bytes are gone
	PhotoReplaced PhotoState = "replaced" // another photo took its place; its bytes are gone
)

// Code is the SMS code of the present round. The digits are known only as MAC until typed.
type Code struct {
	Seq      int       `json:"seq"` // counts the codes of this case
	State    CodeState `json:"state"`
	MAC      []byte    `json:"mac,omitempty"`   // keyed hash of case, seq and digits; nil = not made yet
	Tries    int       `json:"tries,omitempty"` // wrong ones so far
	Problem  string    `json:"problem,omitempty"`
	AskedAt  time.Time `json:"asked_at"`
	SentAt   time.Time `json:"sent_at,omitzero"`
	Supplier string    `json:"supplier,omitempty"`
	Serial   string    `json:"serial,omitempty"`
	PassedAt time.Time `json:"passed_at,omitzero"`
}

// CodeState is where a code stands.
type CodeState string

// States of a code.
const (
	CodeStateSending CodeState = "sending" // a job is to send it
	CodeStateSent    CodeState = "sent"
	CodeStateFailed  CodeState = "failed"  // certainly not sent; Problem says why
	CodeStateUnknown CodeState = "unknown" // it may have been sent
)

// CheckOutcome is what the supplier says of name, number and mobile.
type CheckOutcome string

// Outcomes of a check.
const (
	CheckMatch    CheckOutcome = "match"
	CheckMismatch CheckOutcome = "mismatch"
	CheckNoRecord CheckOutcome = "no_record"
)

// Check is what the verification supplier answered.
type Check struct {
	Outcome  CheckOutcome `json:"outcome"`
	Detail   string       `json:"detail,omitempty"`
	Supplier string       `json:"supplier"`
	Serial   string       `json:"serial"`
	At       time.Time    `json:"at"`
}

// ReviewOutcome is what HR or the policy decided.
type ReviewOutcome string

// Outcomes of a review.
const (
	ReviewApproved ReviewOutcome = "approved"
	ReviewSentBack ReviewOutcome = "sent_back"
	ReviewRejected ReviewOutcome = "rejected"
	ReviewClosed   ReviewOutcome = "closed"
)

// Review is HR's decision, or the policy's.
type Review struct {
	By     string        `json:"by"` // open_id; empty = the policy
	What   ReviewOutcome `json:"what"`
	Reason string        `json:"reason,omitempty"`
	At     time.Time     `json:"at"`
	Round  int           `json:"round"`
}

// Write is an external write that must not happen twice: its intent is stored before the call.
type Write struct {
	State   WriteState `json:"state"`
	Attempt int        `json:"attempt"`
	Started time.Time  `json:"started,omitzero"`
	At      time.Time  `json:"at,omitzero"`
	ID      string     `json:"id,omitempty"`  // verify_uid or eviPointId
	Job     string     `json:"job,omitempty"` // that began the attempt
	By      string     `json:"by,omitempty"`  // open_id of who entered ID by hand
}

// WriteState is where an external write stands.
type WriteState string

const (
	WriteStarted WriteState = "started"
	WriteDone    WriteState = "done"
	WriteRefused WriteState = "refused"
	WriteUnknown WriteState = "unknown" // may have been applied; never repeated blindly
)

// Step is a part of the way that an upstream can stop.
type Step string

// Steps that can stop.
const (
	StepPhotos   Step = "photos"
	StepCode     Step = "code"
	StepCheck    Step = "check"
	StepIdentity Step = "identity"
	StepUpload   Step = "upload"
	StepEvidence Step = "evidence"
)

// StopCode says why a step stopped; it is part of ids of texts (trouble.CODE). The codes of package failure are used
// as well.
type StopCode string

// Codes that this program gives by itself.
const (
	StopUnknownOutcome  StopCode = "unknown_outcome"  // a write may have been applied
	StopUnavailable     StopCode = "unavailable"      // an upstream gave no answer for long
	StopStalled         StopCode = "stalled"          // nothing works on the case although it is the bot's turn
	StopIncomplete      StopCode = "incomplete"       // what the evidence has to say did not happen
	StopPhotoLost       StopCode = "photo_lost"       // the store has the photo no more
	StopTooManyChecks   StopCode = "too_many_checks"  // the supplier takes no more for this person today
	StopSupplierRefused StopCode = "supplier_refused" // the supplier does not take what the person gave
)

// Attention says why a case waits for HR beside review.
type Attention struct {
	Step     Step      `json:"step"`
	Return   State     `json:"return"` // state to go on in after 重试
	Rev      int64     `json:"rev"`    // revision in which the step began
	Code     StopCode  `json:"code"`
	Upstream string    `json:"upstream,omitempty"`
	LogID    string    `json:"log_id,omitempty"`
	Since    time.Time `json:"since"`
	Incident string    `json:"incident,omitempty"` // set when the cause is the operator's and shared by many cases
	Probes   int       `json:"probes,omitempty"`
}

// ResolutionKind is how a stop ended.
type ResolutionKind string

// Ways in which a stop ends.
const (
	ResolutionRetried   ResolutionKind = "retried"
	ResolutionResolved  ResolutionKind = "resolved" // HR entered what the platform had done
	ResolutionClosed    ResolutionKind = "closed"
	ResolutionWithdrawn ResolutionKind = "withdrawn"
	ResolutionExpired   ResolutionKind = "expired"
	ResolutionResumed   ResolutionKind = "resumed" // went on by itself
)

// Resolution says how a stop ended.
type Resolution struct {
	Attention Attention      `json:"attention"`
	By        string         `json:"by,omitempty"` // open_id; empty = went on by itself
	Kind      ResolutionKind `json:"what"`
	At        time.Time      `json:"at"`
}

// Disclosure records one handing over of personal data to a processor.
type Disclosure struct {
	To string    `json:"to"`
	At time.Time `json:"at"`
}

// Personal is what identifies the person. It masks itself everywhere except in Clear.
type Personal struct {
	Front, Back   *idcard.SealedReading
	Name          string
	Number        string
	Mobile        string
	ContactName   string
	ContactMobile string
	CodeMobile    string // where the last code was sent
	SMSCode       string // the code that the person typed, once it was right
	Note          string // HR's words to the applicant; they may say anything
}

type clearPersonal Personal

// Clear returns the sealed form's plain text. Only for encryption.
func (p Personal) Clear() ([]byte, error) { return json.Marshal(clearPersonal(p)) }

// PersonalFromClear reads what Clear wrote.
func PersonalFromClear(b []byte) (Personal, error) {
	var p clearPersonal
	err := json.Unmarshal(b, &p)
	return Personal(p), err
}

func (Personal) String() string               { return "[personal]" }
func (Personal) GoString() string             { return "[personal]" }
func (Personal) LogValue() slog.Value         { return slog.StringValue("[personal]") }
func (Personal) MarshalJSON() ([]byte, error) { return []byte(`"[personal]"`), nil }

// Empty reports whether nothing personal is held.
func (p Personal) Empty() bool { return p == Personal{} }

// clone returns a deep copy, so that Decide never changes what it was given.
func (c *Case) clone() *Case {
	raw, err := json.Marshal(c)
	if err != nil {
		panic(err) // only plain data inside
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

// PhotoOf returns the photo that is used for the side, or nil.
func (c *Case) PhotoOf(s idcard.Side) *Photo {
	for i := range c.Photos {
		p := &c.Photos[i]
		if p.State == PhotoRead && (p.Side == s || p.Other) {
			return p
		}
	}
	return nil
}
