package flows

import (
	"slices"
	"time"

	"shiming/cards"
)

// Limits of exports.
const (
	// ExportKept is how long the file stays in the admin's chat. A company may limit recalls to a day (page 撤回消息 names
	// no limit of its own), so that the file goes an hour before it is over.
	ExportKept = 23 * time.Hour
	// MaxExports is how many files an admin may ask for within ExportsWindow.
	MaxExports    = 5
	ExportsWindow = time.Hour
	// ExportTries is how long a file and its message are tried in an outage.
	ExportTries = time.Hour
	// MaxExportRows is how many people one file holds, and MaxExportBytes how large a file Feishu takes (page 上传文件).
	// The ids in a row do not compress: bench/export says how much 100,000 people take.
	MaxExportRows  = 100_000
	MaxExportBytes = 30 << 20
)

// ExportState is the progress of an export.
type ExportState string

// States of an export. All but the first two and ExportSent are ends.
const (
	ExportMaking    ExportState = "making"    // the file is made and uploaded; nobody can read it yet
	ExportSending   ExportState = "sending"   // its message may exist
	ExportSent      ExportState = "sent"      // its message stands in the admin's chat
	ExportRecalled  ExportState = "recalled"  // and was recalled
	ExportLeft      ExportState = "left"      // Feishu has refused the recall
	ExportEmpty     ExportState = "empty"     // nobody is meant by the filter; there was no file
	ExportTooLarge  ExportState = "too_large" // more people than a file holds; there was no file
	ExportWithdrawn ExportState = "withdrawn" // the person was no admin any more; nothing was sent
	ExportFailed    ExportState = "failed"    // Feishu has refused the file or its message; nothing was sent
	ExportUnknown   ExportState = "unknown"   // the answer to the message was lost, and it is too late to ask again
)

// Open reports whether a job still works on the export.
func (s ExportState) Open() bool { return s == ExportMaking || s == ExportSending }

// Export is a file with a list of people that an admin has asked for, as the ledger keeps it: who, when, which people,
// how many, and the hash of the file. It names nobody.
type Export struct {
	ID        string // UUIDv7; rows of audit chains name it
	TenantKey string
	By        string // open_id
	AskedAt   time.Time
	Filter    ExportFilter
	Language  string // zh | en
	State     ExportState
	Rows      int
	Bytes     int
	SHA256    string    // of the file, hex
	FileKey   string    // of the upload
	SendingAt time.Time // zero while the message certainly does not exist
	MessageID string
	SentAt    time.Time
	Code      string // why it failed: the code of the platform
	Request   string // id of the request that a copy answers; "" for a list of HR
}

// ExportFilter says which people an export lists. All parts have to apply.
type ExportFilter struct {
	People     string // one of cards.ExportPeople
	Department string // open_department_id; "" for all
	// Campaign is the id of the campaign whose people are meant, whether they have a case or not; "" for none. The other
	// parts do not matter then.
	Campaign string
}

// States returns the states of the listed cases.
func (f ExportFilter) States() []State {
	return slices.DeleteFunc(slices.Clone(States), func(s State) bool {
		switch f.People {
		case cards.ExportOpen:
			return s.Terminal()
		case cards.ExportHR:
			return s.Turn() != HR
		case cards.ExportDone:
			return s != Done
		case cards.ExportEnded:
			return !s.Terminal() || s == Done
		}
		return false
	})
}

// ParseExport reads what an admin has chosen on the card; word is the language that the card has offered first. ok is
// false for what the card does not offer.
func ParseExport(form cards.Form, word string) (f ExportFilter, language string, ok bool) {
	f.People, f.Department = choiceOf(form.ExportPeople, cards.ExportAll), choiceOf(form.ExportDepartment, "")
	if f.Department == cards.ExportEverywhere {
		f.Department = ""
	}
	language = choiceOf(form.ExportLanguage, choiceOf(&word, cards.ExportLanguages[0]))
	return f, language, (f.Department == "" || cards.IsID(f.Department)) &&
		slices.Contains(cards.ExportPeople, f.People) && slices.Contains(cards.ExportLanguages, language)
}

// choiceOf returns the value of a choice, or what an untouched choice means.
func choiceOf(value *string, untouched string) string {
	if value == nil || *value == "" {
		return untouched
	}
	return *value
}

// ExportRow is one person in an export: the newest case. It holds no name, number or mobile in full.
type ExportRow struct {
	CaseID, OpenID string
	MaskedName     string // as confirmed; "" before that, and when the fields are deleted
	Department     string // name, "" if it is not known
	State          State
	Method         Method
	OpenedAt       time.Time
	SubmittedAt    time.Time // of the last submission for review; zero if there was none
	DecidedAt      time.Time // of the last decision; zero without one
	DoneAt         time.Time
	EvidencePoint  string // id of e签宝; "" unless one is filed
}

// EventExported is the audit event of a case whose masked data is in a file for an admin. Its detail names the export.
const EventExported = "exported"

// Exported is the row of a case's audit chain that says so. s is the state that the file shows, sha256 the hash of the
// file.
func (x *Export) Exported(caseID string, s State, sha256 string, at time.Time) AuditRow {
	detail := map[string]string{"export": x.ID, "sha256": sha256}
	if x.IsCopy() {
		detail["own"] = "1" // the person's own copy is nobody's look
	}
	return AuditRow{
		CaseID: caseID,
		At:     at,
		Actor:  x.By,
		Event:  EventExported,
		From:   s,
		To:     s,
		Detail: detail,
	}
}

// Notices about exports (texts "notice.<code>"), to the admin who asked; the last two to all admins of the tenant.
const (
	NoticeExportEmpty    = "export_empty"
	NoticeExportTooLarge = "export_too_large"
	NoticeExportFailed   = "export_failed"
	NoticeExportUnknown  = "export_unknown"
	NoticeExportLeft     = "export_left"
	NoticeManyExports    = "many_exports"
)

// MakeExport makes the file of an export and sends it.
func MakeExport(tenantKey, id string) Job {
	return Job{Kind: JobExport, ref: id, Args: map[Arg]string{ArgTenant: tenantKey}}
}

// RecallExport recalls the message of an export.
func RecallExport(tenantKey, id string, at time.Time) Job {
	return Job{Kind: JobRecallExport, ref: id, At: at, Args: map[Arg]string{ArgTenant: tenantKey}}
}

// ExportID returns the export of MakeExport and RecallExport.
func (j Job) ExportID() string { return j.ref }
