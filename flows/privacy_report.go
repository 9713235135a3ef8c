package flows

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// PrivacyReport is what a data-protection officer needs to know about a tenant and a period. It names admins, who look
// at data, and nobody whose data it is; free texts are left out.
type PrivacyReport struct {
	TenantKey  string                 `json:"tenant"`
	From       time.Time              `json:"from"`
	To         time.Time              `json:"to"`
	Method     Method                 `json:"verification_method"`
	Recipients []string               `json:"recipients"` // codes, as the consent text names them
	Supplier   string                 `json:"supplier"`   // legal name of the company behind Tencent Cloud
	Retention  map[string]string      `json:"retention"`  // settings and their values
	States     map[State]int          `json:"people_by_state"`
	Started    int                    `json:"started"` // in the period, as everything below
	Done       int                    `json:"done"`
	Looks      []LookCount            `json:"looks"`
	Deletions  DeletionReport         `json:"deletions"`
	Incidents  map[IncidentReport]int `json:"incidents"` // numbers
	Requests   []RequestReport        `json:"requests"`
	Open       int                    `json:"open_requests"` // now
	Overdue    int                    `json:"overdue_requests"`
	LastHead   string                 `json:"last_audit_head,omitempty"` // hex
	HeadDay    string                 `json:"last_audit_head_day,omitempty"`
}

// LookCount is how often somebody has looked at data in one way for one reason.
type LookCount struct {
	By     string `json:"by"`   // open_id of the admin, or operator
	What   string `json:"what"` // texts "looked.<code>"
	Reason string `json:"reason,omitempty"`
	N      int    `json:"n"`
}

// LookOfGroup is the kind of look of a card with the masked data in HR's group (text "looked.group").
const LookOfGroup = "group"

// RequestReport is how many requests of a kind were made, and how they ended.
type RequestReport struct {
	Kind      RequestKind   `json:"kind"`
	Made      int           `json:"made"`
	Fulfilled int           `json:"fulfilled"`
	Declined  int           `json:"declined"`
	Late      int           `json:"late"`
	Took      time.Duration `json:"average_ns"` // average of the ended ones
}

// IncidentReport is a kind of incident that the audit trail shows.
type IncidentReport string

// Kinds of incidents (texts "incident_report.<kind>").
const (
	IncidentManyLooks IncidentReport = "many_looks"      // hours with MaxLooks looks of an admin at originals
	IncidentUnknown   IncidentReport = "unknown_outcome" // a write to a platform that may have been applied
	IncidentKept      IncidentReport = "original_kept"   // originals that could not be recalled
	IncidentInFull    IncidentReport = "evidence_full"   // the operator has looked at the evidence in full
)

// IncidentReports lists them.
var IncidentReports = []IncidentReport{IncidentManyLooks, IncidentUnknown, IncidentKept, IncidentInFull}

// PrivacyView holds the queries of the report.
type PrivacyView interface {
	// AuditBetween calls each for every row of the tenant's trail in a period, in no order. It fills At, Actor, Event, Why
	// and Detail.
	AuditBetween(ctx context.Context, tenantKey string, from, to time.Time, each func(AuditRow)) error
}

// PrivacyTally sums up rows of the audit trail.
type PrivacyTally struct {
	looks     map[LookCount]int
	originals map[string]int // looks at originals by admin and hour
	incidents map[IncidentReport]int
}

// NewPrivacyTally returns an empty tally.
func NewPrivacyTally() *PrivacyTally {
	return &PrivacyTally{map[LookCount]int{}, map[string]int{}, map[IncidentReport]int{}}
}

// Add counts a row.
func (t *PrivacyTally) Add(r AuditRow) {
	look := func(what, reason string) { t.looks[LookCount{By: r.Actor, What: what, Reason: reason}]++ }
	switch r.Event {
	case EventLook, string(Assigned):
		if r.Actor != string(Bot) && r.Actor != string(Clock) {
			look("review", "")
		}
	case EventShownToGroup:
		look(LookOfGroup, "")
	case EventOriginal:
		look("photos", r.Detail["reason"])
		if r.Detail["reason"] != PolicyReason {
			t.originals[r.Actor+r.At.UTC().Format("2006-01-02T15")]++
		}
	case EventExported:
		if r.Detail["own"] == "" {
			look("export", "")
		}
	case EventEvidenceShown, EventEvidenceExported, EventCopyWritten:
		what := LookAtEvidence(r)
		look(what, "")
		if what == "evidence_full" {
			t.incidents[IncidentInFull]++
		}
	case EventOriginalKept:
		t.incidents[IncidentKept]++
	case string(CodeUnknown), string(FaceLost), string(AccountUnknown):
		t.incidents[IncidentUnknown]++
	case string(StepStopped):
		if r.Detail["code"] == string(StopUnknownOutcome) {
			t.incidents[IncidentUnknown]++
		}
	}
}

// Fill writes the sums into a report.
func (t *PrivacyTally) Fill(out *PrivacyReport) {
	out.Incidents, out.Looks = t.incidents, []LookCount{}
	for _, n := range t.originals {
		if n >= MaxLooks {
			out.Incidents[IncidentManyLooks]++
		}
	}
	for l, n := range t.looks {
		l.N = n
		out.Looks = append(out.Looks, l)
	}
	slices.SortFunc(out.Looks, func(a, b LookCount) int {
		return cmp.Or(cmp.Compare(a.By, b.By), cmp.Compare(a.What, b.What), cmp.Compare(a.Reason, b.Reason))
	})
}

// RequestsReport sums up counts by kind, in the order of RequestKinds.
func RequestsReport(counts []RequestCount) []RequestReport {
	out := []RequestReport{}
	for _, kind := range RequestKinds {
		r := RequestReport{Kind: kind}
		var took time.Duration
		for _, c := range counts {
			if c.Kind != kind {
				continue
			}
			r.Made += c.N
			r.Late += c.Late
			switch c.State {
			case RequestFulfilled:
				r.Fulfilled += c.N
				took += c.Took
			case RequestDeclined:
				r.Declined += c.N
				took += c.Took
			}
		}
		if ended := r.Fulfilled + r.Declined; ended > 0 {
			r.Took = took / time.Duration(ended)
		}
		if r.Made > 0 {
			out = append(out, r)
		}
	}
	return out
}
