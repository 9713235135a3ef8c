package flows

import (
	"encoding/json"
	"log/slog"
	"slices"
	"time"
)

// RequestKind is what a person asks for about the own data (PIPL art. 44 to 47).
type RequestKind string

// Kinds of requests (texts "request.<kind>"). The program carries out a copy and a deletion; HR answers the others.
const (
	RequestCopy     RequestKind = "copy"
	RequestCorrect  RequestKind = "correct"
	RequestObject   RequestKind = "object"
	RequestWithdraw RequestKind = "withdraw" // consent withdrawn and data deleted, at once
	RequestDelete   RequestKind = "delete"   // deletion that has to wait until a write has ended
)

// RequestKinds lists them.
var RequestKinds = []RequestKind{RequestCopy, RequestCorrect, RequestObject, RequestWithdraw, RequestDelete}

// RequestState is the progress of a request.
type RequestState string

// States of a request.
const (
	RequestOpen      RequestState = "open"
	RequestFulfilled RequestState = "fulfilled"
	RequestDeclined  RequestState = "declined"
)

// DataRequest is a request of a person about the own data. Words and Reason are stored encrypted, with the id as
// associated data, and are deleted with the fields of the person's cases; the rest holds ids, codes and times.
type DataRequest struct {
	ID        string // UUIDv7
	TenantKey string
	OpenID    string
	CaseID    string // newest case of the person; its audit chain names the request
	Kind      RequestKind
	State     RequestState
	AskedAt   time.Time
	DueAt     time.Time // end of the deadline; see Policy.RequestDue
	EndedAt   time.Time
	EndedBy   string       // open_id of the admin, or "bot"
	Text      RequestWords `json:"-"`
}

// RequestWords are free texts of a request. Printing, logging and marshalling show "[words]" only.
type RequestWords struct {
	Words  string // of the person: what is wrong, or to what the person objects
	Reason string // of HR: why the request was declined, or what was done
}

func (RequestWords) String() string               { return "[words]" }
func (RequestWords) GoString() string             { return "[words]" }
func (RequestWords) LogValue() slog.Value         { return slog.StringValue("[words]") }
func (RequestWords) MarshalJSON() ([]byte, error) { return []byte(`"[words]"`), nil }

type clearWords RequestWords

// Clear returns the texts as JSON in clear; nil if there are none. Only the store calls it, to encrypt the result.
func (w RequestWords) Clear() ([]byte, error) {
	if w == (RequestWords{}) {
		return nil, nil
	}
	return json.Marshal(clearWords(w))
}

// WordsFromClear is the inverse of Clear.
func WordsFromClear(b []byte) (RequestWords, error) {
	var w clearWords
	err := json.Unmarshal(b, &w)
	return RequestWords(w), err
}

// IsOverdue reports whether the deadline of an open request is over.
func (r *DataRequest) IsOverdue(now time.Time) bool {
	return r.State == RequestOpen && !now.Before(r.DueAt)
}

// Limits of requests.
const (
	// MaxRequestWords is how many characters a person and HR can write.
	MaxRequestWords = 500
	// CopyEvery is how soon a person can ask for another copy.
	CopyEvery = time.Hour
	// MaxRequests is how many requests of a person are looked at and shown, the newest first.
	MaxRequests = 20
)

// RequestDue returns the end of the deadline of a request made at a time: the end of the working day in China that is
// RequestDays working days after it.
func (p *Policy) RequestDue(at time.Time) time.Time {
	day := DayOf(at)
	for left := p.RequestDays; left > 0; {
		if day = day.AddDate(0, 0, 1); p.IsWorkday(day) {
			left--
		}
	}
	return day.AddDate(0, 0, 1)
}

// DPOsOf returns the open_ids of those who may see the tenant's privacy report.
func (p *Policy) DPOsOf(tenantKey string) []string { return ofTenant(p.DPOs, tenantKey) }

// IsDPO reports whether the person may see the tenant's privacy report.
func (p *Policy) IsDPO(tenantKey, openID string) bool {
	return slices.Contains(p.DPOsOf(tenantKey), openID)
}

// Audit events of requests. Their detail names the request and its kind.
const (
	EventRequestMade  = "request_made"
	EventRequestEnded = "request_ended"
	// EventRequestAnswered says that HR's answer was given by a command in the shell, by whom and why.
	EventRequestAnswered = "request_answered"
)

// auditRow is a row of the chain of the request's case.
func (r *DataRequest) auditRow(event, actor string, s State, at time.Time) AuditRow {
	return AuditRow{
		CaseID: r.CaseID,
		At:     at,
		Actor:  actor,
		Event:  event,
		From:   s,
		To:     s,
		Detail: map[string]string{"request": r.ID, "kind": string(r.Kind), "state": string(r.State)},
	}
}

// Made is the row of the chain that says that the person has asked; s is the state of the case.
func (r *DataRequest) Made(s State) AuditRow {
	return r.auditRow(EventRequestMade, r.OpenID, s, r.AskedAt)
}

// Ended is the row of the chain that says how the request has ended; s is the state of the case.
func (r *DataRequest) Ended(s State) AuditRow {
	return r.auditRow(EventRequestEnded, r.EndedBy, s, r.EndedAt)
}

// RequestCount is how many requests of a kind and state there are, and how long the ended ones took together.
type RequestCount struct {
	Kind  RequestKind
	State RequestState
	N     int
	Took  time.Duration // sum over the ended ones
	Late  int           // ended after the deadline; of open ones: overdue
}

// RequestDueJob tells HR that the deadline of a request is over, unless it has ended.
func RequestDueJob(tenantKey, id string, at time.Time) Job {
	return Job{Kind: JobRequestDue, ref: id, At: at, Args: map[Arg]string{ArgTenant: tenantKey}}
}

// EraseRequested carries out a deletion as soon as no write is under way.
func EraseRequested(tenantKey, id string) Job {
	return Job{Kind: JobEraseRequested, ref: id, Args: map[Arg]string{ArgTenant: tenantKey}}
}

// RequestID returns the request of RequestDueJob and EraseRequested.
func (j Job) RequestID() string { return j.ref }

// WritesUnderWay reports whether the identity or the evidence is being written, or may have been written. A deletion
// has to wait for the end: that takes seconds, or until HR has decided on a write whose outcome is unknown.
func (c *Case) WritesUnderWay() bool {
	switch c.State {
	case Recording, Filing:
		return true
	case NeedsAttention:
		return !c.BeforeWrites()
	}
	return false
}

// Formats of a copy: the people of an export that is a person's own data.
const (
	CopyJSON = "own_json"
	CopyPage = "own_page"
)

// CopyFormats lists them.
var CopyFormats = []string{CopyPage, CopyJSON}

// IsCopy reports whether the export is a copy of its own data for the person who asked.
func (x *Export) IsCopy() bool { return x.Request != "" }

// Notices about copies (texts "notice.<code>"), to the person.
const (
	NoticeCopyFailed = "copy_failed"
	NoticeCopyLeft   = "copy_left"
)
