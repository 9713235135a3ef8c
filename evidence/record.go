package evidence

import (
	"encoding/json"
	"time"

	"shiming/flows"
)

// Format and Version name the form of a Record. A reader refuses versions that it does not know.
const (
	Format  = "shiming-evidence"
	Version = 1
)

// Record holds the facts of one case: what is on record, and nothing else. A part is nil or empty if it did not happen.
// Times are in China time with milliseconds (flows.AuditTime). The JSON of a Record is what a bundle signs.
type Record struct {
	Format    string       `json:"format"`
	Version   int          `json:"version"`
	Export    Export       `json:"export"`
	Case      CaseFacts    `json:"case"`
	Read      []Reading    `json:"read,omitempty"`
	Corrected []Correction `json:"corrected,omitempty"`
	Confirmed *Confirmed   `json:"confirmed,omitempty"`
	Agreed    *Agreed      `json:"agreed,omitempty"`
	Code      *Code        `json:"code,omitempty"`
	Checked   *Checked     `json:"checked,omitempty"`
	Approved  []Approval   `json:"approved,omitempty"`
	Recorded  *Recorded    `json:"recorded,omitempty"`
	Filed     *Filed       `json:"filed,omitempty"`
	Photos    []Photo      `json:"photos,omitempty"`
	Looks     []Look       `json:"looks,omitempty"`
	Audit     Trail        `json:"audit"`
	// Pages is the SHA-256 of the page in each language (page.go), without the bundle that the page carries.
	Pages map[string]string `json:"pages,omitempty"`
}

// Export says how the record was made.
type Export struct {
	At      string `json:"at"`
	Company string `json:"company,omitempty"`
	Full    bool   `json:"full"`             // personal values are in clear
	Reason  string `json:"reason,omitempty"` // of an export in full, in the words of the operator
}

// CaseFacts identify the case and say how it stands.
type CaseFacts struct {
	ID            string         `json:"id"`
	Tenant        string         `json:"tenant,omitempty"`
	OpenID        string         `json:"open_id"`
	State         flows.State    `json:"state"`
	Outcome       string         `json:"outcome,omitempty"`
	Method        flows.Method   `json:"method"`
	Revision      flows.Revision `json:"revision"` // of the evidence
	OpenedAt      string         `json:"opened_at"`
	EnteredAt     string         `json:"entered_at"` // of the state
	PhotosDeleted string         `json:"photos_deleted_at,omitempty"`
	FieldsDeleted string         `json:"fields_deleted_at,omitempty"`
}

// Field is a named value.
type Field struct {
	Name  string     `json:"name"`
	Value string     `json:"value,omitempty"`
	State FieldState `json:"state,omitempty"`
}

// FieldState says why a value is not there as it was.
type FieldState string

// States of a field. In clear it has none.
const (
	Masked  FieldState = "masked"
	Deleted FieldState = "deleted" // the retention period is over, or the person asked for it
)

// Reading is what the OCR read on one side or on a document.
type Reading struct {
	Side   string  `json:"side"` // front | back | document
	At     string  `json:"at,omitempty"`
	Fields []Field `json:"fields"`
}

// Correction is a field in which the person confirmed another value than was read.
type Correction struct {
	Field string `json:"field"`
	Read  Field  `json:"read"`
	Typed Field  `json:"typed"`
}

// Confirmed is the form that the person sent.
type Confirmed struct {
	At     string  `json:"at"`
	Fields []Field `json:"fields"`
}

// Agreed is what the person agreed to, and how.
type Agreed struct {
	Consent    *Consent    `json:"consent,omitempty"`
	Agreements []Agreement `json:"agreements,omitempty"` // read on the page; the first is the certificate agreement
	ReadAt     string      `json:"read_at,omitempty"`
	ReadType   string      `json:"read_type,omitempty"`
	ReadLogin  string      `json:"read_login,omitempty"`
	ReadIP     *Field      `json:"read_ip,omitempty"`
}

// Consent is the consent to the handling of personal data.
type Consent struct {
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
	At      string `json:"at"`
}

// Agreement is a text that the page showed.
type Agreement struct {
	Title   string `json:"title"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
}

// Code is the SMS code that the person typed.
type Code struct {
	SentAt   string `json:"sent_at,omitempty"`
	Supplier string `json:"sms_supplier"`
	Serial   string `json:"serial,omitempty"`
	PassedAt string `json:"passed_at"`
}

// Checked is the answer of the verification supplier.
type Checked struct {
	Outcome  string `json:"outcome"`
	Supplier string `json:"supplier"`
	Serial   string `json:"serial"`
	At       string `json:"at"`
}

// Approval is an approval of an admin, or of the policy for a case that needs no review.
type Approval struct {
	By     string `json:"by,omitempty"` // open_id; "" for the policy
	At     string `json:"at"`
	Reason string `json:"reason,omitempty"` // a code, of an approval despite a failed check
	First  bool   `json:"first,omitempty"`  // the first of two
}

// Recorded is the identity in Feishu.
type Recorded struct {
	VerifyUID   string `json:"verify_uid,omitempty"`
	At          string `json:"at"`
	ConfirmedBy string `json:"confirmed_by,omitempty"` // admin who looked whether it had been written
}

// Filed is the evidence point at e签宝.
type Filed struct {
	Point       string         `json:"evi_point_id"`
	At          string         `json:"at"`
	Revision    flows.Revision `json:"revision"`
	ConfirmedBy string         `json:"confirmed_by,omitempty"` // admin who found the point by hand
	// Fields are those of the request, by their names there, as docs/evidence.md lists them. Times are moments; the form
	// in which the request writes them depends on the revision.
	Fields []Field `json:"fields,omitempty"`
}

// Photo says which picture was sent and which one e签宝 has.
type Photo struct {
	Side           string `json:"side"`
	FileID         string `json:"file_id"`
	At             string `json:"at"`
	SHA256         string `json:"sha256,omitempty"`
	MD5            string `json:"md5,omitempty"`
	Format         string `json:"format,omitempty"`
	Changes        string `json:"changes,omitempty"`
	SHA256Uploaded string `json:"sha256_uploaded"`
	MD5Uploaded    string `json:"md5_uploaded,omitempty"`
}

// Look is an access to the person's data that changed nothing.
type Look struct {
	By     string `json:"by"` // open_id, or operator
	At     string `json:"at"`
	What   string `json:"what"` // review | photos | export | evidence | evidence_full
	Reason string `json:"reason,omitempty"`
}

// Options of Of.
type Options struct {
	At     time.Time
	Full   bool
	Reason string // of Full
}

// Of builds the record of a case from the case and its audit rows. With Options.Full personal values are in clear.
func Of(c *flows.Case, rows []flows.AuditRow, policy *flows.Policy, o Options) (*Record, error) {
	b := builder{c: c, rows: rows, full: o.Full}
	trail, err := trailOf(rows, o.Full)
	if err != nil {
		return nil, err
	}
	return &Record{
		Format:  Format,
		Version: Version,
		Export:  Export{At: flows.AuditTime(o.At), Company: policy.Agreement.Company, Full: o.Full, Reason: o.Reason},
		Case: CaseFacts{
			ID:            c.ID,
			Tenant:        c.TenantKey,
			OpenID:        c.OpenID,
			State:         c.State,
			Outcome:       c.Outcome,
			Method:        c.Method,
			Revision:      c.EvidenceRevision(),
			OpenedAt:      stamp(c.CreatedAt),
			EnteredAt:     stamp(c.EnteredAt),
			PhotosDeleted: stamp(c.PhotosGoneAt),
			FieldsDeleted: stamp(c.Erased),
		},
		Read:      b.read(),
		Corrected: b.corrected(),
		Confirmed: b.confirmed(),
		Agreed:    b.agreed(),
		Code:      b.code(),
		Checked:   b.checked(),
		Approved:  b.approved(),
		Recorded:  b.recorded(),
		Filed:     b.filed(),
		Photos:    b.photos(),
		Looks:     b.looks(),
		Audit:     trail,
	}, nil
}

// payload returns the JSON of the record, as a person can read it.
func (r *Record) payload() ([]byte, error) { return json.MarshalIndent(r, indent, indent) }

const indent = "  "

// stamp formats a time; "" for the zero time.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return flows.AuditTime(t)
}
