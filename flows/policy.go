package flows

import (
	"slices"
	"strings"
	"time"

	"shiming/cards"
	"shiming/workday"
)

// Policy holds the settings that decisions depend on. Package app fills it from the configuration.
type Policy struct {
	Method       Method
	Ladder       []Method // methods that follow each other when a check fails, Method first; nil: Method only
	ReviewAlways bool     // false: a case in which AllGreen holds needs no review
	// Checks holds the checks whose level is not the default.
	Checks      map[CheckID]CheckLevel
	Originals   OriginalsRule // when HR gets the original photos unasked
	SecondLook  bool          // originals are shown only after another admin has agreed
	TellLooks   bool          // the applicant is told of each look at the originals at once
	ReviewQueue bool          // HR reviews at desks; false: HR gets a card of each case
	// AnnouncePeople says how the announcement shows the people who finished last.
	AnnouncePeople AnnouncePeople
	Undo           time.Duration // from HR's decision on a review until it takes effect; 0: at once
	Admins         []string      // open_ids, or tenant_key/open_id; see AdminsOf
	StandIns       []string      // the same of those who decide while an admin is away; see StandInsOf
	Leads          []string      // the same of those who are told of cases that are long overdue
	DPOs           []string      // the same of those who may see the privacy report
	HeadsReceiver  string        // another value for another dpo.heads_url; "" without one
	RequestDays    int           // working days within which a request about the own data shall be answered
	// SLA is the working time after which a case that waits for HR is overdue; 0: none is. Work is HR's working time.
	SLA           time.Duration
	Work          workday.Schedule
	Urgent        bool // admins are called by 加急 at twice the SLA
	Sample        int  // percent of the cases approved by the policy that are drawn for a look afterwards
	Campaign      CampaignRules
	Agreement     cards.Agreement
	Documents     Documents
	Photos        PhotoRules
	FaceLiveScore FaceLiveScore // "" is FaceLiveStop
	EvidenceMark  string        // template of the evidence's remark; see MarkOf
	Revision      Revision      // of the evidence of new cases
	// What follows an evidence point: another system is told of it, a signing account is opened with it.
	HandsOver, SigningAccounts bool

	// FaceReturn returns the address to which a flow for a face returns; nil without one. It works until the given time.
	FaceReturn func(c *Case, until time.Time) string

	Page *AgreementPage // nil without a page, so that nobody can read the agreements

	ReminderAfter  time.Duration // from the entry into a state to the first reminder; then doubled
	ExpireAfter    time.Duration // from the entry into a state that waits for a person
	CodeTTL        time.Duration // validity of a code
	CodeResend     time.Duration // least time between two codes of one person or to one number
	PhotoGrace     time.Duration // time from the end of a case to the deletion of its photos
	FieldRetention time.Duration // time from Done or OnFile to the deletion of the fields; 0: no such limit
	// UnfinishedRetention is the time from the end of a case that registered nobody to the deletion of its fields.
	UnfinishedRetention time.Duration
	// LeaverRetention is the time from the day on which a person leaves, or a company uninstalls the app, to the deletion
	// of the fields; 0: as for everybody else.
	LeaverRetention time.Duration
	// WriteQuiet is the least time between the intent of a write with an unknown outcome and its retry. The platform may
	// still be applying a request of a process that has died, so it is longer than any call takes.
	WriteQuiet time.Duration

	// NameOf returns a colleague's display name for toasts, or "" if it is not known. It may be nil.
	NameOf func(openID string) string
}

// AnnouncePeople says how an announcement shows people. "" shows nobody.
type AnnouncePeople string

// Ways of showing people who have finished. Nobody else is ever shown.
const (
	AnnounceNobody  AnnouncePeople = "none"
	AnnounceMasked  AnnouncePeople = "masked"  // masked names, such as 张*
	AnnounceAvatars AnnouncePeople = "avatars" // pictures, with which Feishu shows who it is
)

// CaseWindow is the time over which MaxCasesPerDay counts.
const CaseWindow = 24 * time.Hour

// MaxSupplier is the largest number of characters of the supplier's name, in Agreement.
const MaxSupplier = cards.MaxSupplier

// Limits that no setting changes.
const (
	MaxCodeTries   = 5  // wrong tries before a new code is needed
	MaxCodesPerDay = 10 // codes of one person and to one mobile number within 24 h, in all cases
	MaxCasesPerDay = 20 // cases that one person starts within 24 h
	MaxPhotos      = 40 // photos of one person within 24 h, in all cases, and unread ones of a case
	MaxLooks       = 20 // looks of one admin at originals within LooksWindow, without those that the policy makes
	MaxReminders   = 3  // reminders of an applicant in one state, by the clock and by HR together
	// MaxHRWait ends a case that waits for HR, because personal data must not be kept without end. Until then HR is
	// reminded, and nothing that the applicant submitted is lost.
	MaxHRWait  = 90 * 24 * time.Hour
	NudgeEvery = 4 * time.Hour // least time between a reminder and one by HR
	// DefaultWriteQuiet is three times the longest call: 20 s for Feishu (two attempts of 10 s, if the token has to be
	// renewed) and 10 s for e签宝.
	DefaultWriteQuiet = time.Minute
	// ProbeEvery is the interval at which a step with an Incident is tried again without HR.
	ProbeEvery = 2 * time.Minute
)

// AdminsOf returns the open_ids of the tenant's admins. An entry of the form tenant_key/open_id belongs to this tenant
// only, an entry without a tenant key to every tenant.
func (p *Policy) AdminsOf(tenantKey string) []string { return ofTenant(p.Admins, tenantKey) }

// StandInsOf returns the open_ids of the tenant's stand-ins, without those who are admins.
func (p *Policy) StandInsOf(tenantKey string) []string {
	admins := p.AdminsOf(tenantKey)
	return slices.DeleteFunc(ofTenant(p.StandIns, tenantKey), func(id string) bool { return slices.Contains(admins, id) })
}

// LeadsOf returns the open_ids of the tenant's leads.
func (p *Policy) LeadsOf(tenantKey string) []string { return ofTenant(p.Leads, tenantKey) }

func ofTenant(entries []string, tenantKey string) (ids []string) {
	for _, a := range entries {
		if of, id, ok := strings.Cut(a, "/"); !ok {
			ids = append(ids, a)
		} else if of == tenantKey {
			ids = append(ids, id)
		}
	}
	return ids
}

// Without returns the policy as it is for a tenant of whose staff some have left.
func (p *Policy) Without(tenantKey string, former []string) *Policy {
	has := func(id string) bool { return slices.Contains(former, id) }
	out := *p
	out.Admins = slices.DeleteFunc(p.AdminsOf(tenantKey), has)
	out.StandIns = slices.DeleteFunc(p.StandInsOf(tenantKey), has)
	out.Leads = slices.DeleteFunc(p.LeadsOf(tenantKey), has)
	return &out
}
