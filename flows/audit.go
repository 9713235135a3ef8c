package flows

import (
	"crypto/sha256"
	"encoding/json"
	"time"
)

// AuditTime writes a time into the detail of a row, in China time.
func AuditTime(t time.Time) string { return t.In(ChinaTime).Format("2006-01-02T15:04:05.000Z07:00") }

// AuditRow is a row of the audit chain of a case. It holds nothing personal but the address from which the agreements
// were read (read_ip), which the evidence states.
type AuditRow struct {
	CaseID   string
	Seq      int64
	At       time.Time
	Actor    string // open_id, "bot" or "clock"
	Event    string
	From, To State
	Why      string            // Change.Rule
	Detail   map[string]string // ids, hashes, codes
	Prev     []byte            // hash of the row before
	Hash     []byte            // SHA-256 of Prev and this row
}

// auditLink is the canonical form of an audit row: its JSON with the fields in this order and the keys of detail sorted.
type auditLink struct {
	Case   string            `json:"case"`
	Seq    int64             `json:"seq"`
	AtMS   int64             `json:"at_ms"`
	Actor  string            `json:"actor"`
	Event  string            `json:"event"`
	From   State             `json:"from"`
	To     State             `json:"to"`
	Why    string            `json:"why"`
	Detail map[string]string `json:"detail,omitempty"`
}

// Link returns the canonical JSON of the row, without Prev and Hash. The hash of the row covers these bytes.
func (r AuditRow) Link() ([]byte, error) {
	return json.Marshal(auditLink{
		Case:   r.CaseID,
		Seq:    r.Seq,
		AtMS:   r.At.UnixMilli(),
		Actor:  r.Actor,
		Event:  r.Event,
		From:   r.From,
		To:     r.To,
		Why:    r.Why,
		Detail: r.Detail,
	})
}

// LinkHash returns SHA-256(prev ‖ link), the hash of a row after a row with the hash prev. The first row of a case
// follows 32 zero bytes.
func LinkHash(prev, link []byte) []byte {
	h := sha256.New()
	h.Write(prev)
	h.Write(link)
	return h.Sum(nil)
}

// ActorOperator is the actor of audit rows that a command in the shell has caused.
const ActorOperator = "operator"

// Audit events of looks that change nothing of a case. The applicant finds them in the card 我的资料.
const (
	EventLook = "look" // an admin has looked at the masked data, or was sent a card with it
	// EventShownToGroup says that a card with the masked data was sent to HR's group, which the detail names.
	EventShownToGroup = "shown_to_group"
	// EventEvidenceShown and EventEvidenceExported are looks of the operator at the evidence, on the terminal and into a
	// file. Their detail says whether the values were in full, and then the reason.
	EventEvidenceShown    = "evidence_shown"
	EventEvidenceExported = "evidence_exported"
	// EventCopyWritten says that a command has written a copy of everything in full for the person; the detail names
	// the request, the admin who has met the person, and how the person was recognised.
	EventCopyWritten = "copy_written"
)

// LookAtEvidence returns the code of an operator's look at the evidence, or of a copy that was written (texts
// "looked.<code>").
func LookAtEvidence(r AuditRow) string {
	if r.Event == EventCopyWritten {
		return "copy"
	}
	if r.Detail["full"] != "" {
		return "evidence_full"
	}
	return "evidence"
}
