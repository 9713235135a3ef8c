package flows

import (
	"context"
	"time"
)

// CampaignView holds the queries about campaigns. A trailing comment names the error for a missing row.
type CampaignView interface {
	Campaign(ctx context.Context, id string) (*Campaign, error) // ErrNotFound
	// LiveCampaign returns the live campaign with the key of a target.
	LiveCampaign(ctx context.Context, tenantKey, targetKey string) (*Campaign, error) // ErrNotFound
	// Campaigns returns the tenant's campaigns, newest first.
	Campaigns(ctx context.Context, tenantKey string, limit int) ([]*Campaign, error)
	CampaignPerson(ctx context.Context, campaignID, openID string) (CampaignPerson, error) // ErrNotFound
	// CampaignPeople returns people of a campaign by their open_ids.
	CampaignPeople(ctx context.Context, campaignID string, f PersonFilter, limit, offset int) ([]CampaignPerson, error)
	// CountCampaignPeople counts those whom CampaignPeople returns.
	CountCampaignPeople(ctx context.Context, campaignID string, f PersonFilter) (int, error)
	// NextChase returns since when the first of those who are missing, and were chased less often than chases, has heard
	// nothing; the zero time if there is nobody.
	NextChase(ctx context.Context, campaignID string, chases int) (time.Time, error)
	// CampaignCounts counts the people of a campaign by department, status and code.
	CampaignCounts(ctx context.Context, campaignID string) ([]CampaignCount, error)
	// CampaignsOf returns the ids of the live, confirmed campaigns of which somebody is a person.
	CampaignsOf(ctx context.Context, tenantKey, openID string) ([]string, error)
	// InvitedSince returns those of the people who were invited by another campaign since a moment, or are about to be.
	InvitedSince(
		ctx context.Context, tenantKey, notCampaign string, openIDs []string, since time.Time,
	) (map[string]bool, error)
	// AwaitsMessage reports whether a message of a live campaign to a person may have left whose id is not on record yet:
	// the invitation is being sent, or a chase has begun since a moment.
	AwaitsMessage(ctx context.Context, tenantKey, openID string, since time.Time) (bool, error)
	// KnownPeople returns which of the people have a case that is done or on file (StepDone), and which an open one
	// (StepStarted). Others are not in the map.
	KnownPeople(ctx context.Context, tenantKey string, openIDs []string) (map[string]StepReached, error)
	// CampaignLines returns the lines with one of the codes, in their order, after a line. "" is the code of lines that
	// were not looked at.
	CampaignLines(ctx context.Context, campaignID string, code []PersonCode, after, limit int) ([]CampaignLine, error)
	// CountLines counts the lines by code.
	CountLines(ctx context.Context, campaignID string) (map[PersonCode]int, error)
	// LastSpans returns the times from the start to the end of the last cases that are done, newest first.
	LastSpans(ctx context.Context, tenantKey string, limit int) ([]time.Duration, error)
}

// CampaignTx adds the writes.
type CampaignTx interface {
	// InsertCampaign returns ErrStale if a live campaign of the target exists by now.
	InsertCampaign(ctx context.Context, c *Campaign) error
	// UpdateCampaign writes c and increments its version, if the stored version is still c.Version. With the end of the
	// preview it deletes the lines, with the end of the campaign no person of it is counted any more.
	UpdateCampaign(ctx context.Context, c *Campaign) error // ErrStale
	// PutCampaignPeople inserts people. Those whom the campaign has already stay as they are.
	PutCampaignPeople(ctx context.Context, c *Campaign, people []CampaignPerson) (added int, err error)
	// UpdateCampaignPerson writes everything of a person but the steps after the invitation.
	UpdateCampaignPerson(ctx context.Context, campaignID string, p CampaignPerson) error
	// QueueInvitations marks the next people to invite, in the order of their open_ids, leaves out who was invited by
	// another campaign since a moment (they become PersonRecent), and returns those marked.
	QueueInvitations(ctx context.Context, c *Campaign, limit int, since, now time.Time) ([]string, error)
	// UnqueueInvitations takes the mark from those whose invitation has not begun to be sent.
	UnqueueInvitations(ctx context.Context, campaignID string) error
	// NoteStep notes that a person has reached a step, in all live campaigns, and reports whether there is one.
	NoteStep(ctx context.Context, tenantKey, openID string, step StepReached, at time.Time) (bool, error)
	// NoteRead notes the first receipt of a message, and returns the campaign; "" if it is no message of one.
	NoteRead(ctx context.Context, tenantKey, messageID, openID string, at time.Time) (campaignID string, err error)
	// PutChase notes the message of a chase, so that its receipt counts.
	PutChase(ctx context.Context, campaignID, openID, messageID string) error
	// PutLines inserts lines, or replaces those of the same number; DeleteLines deletes them.
	PutLines(ctx context.Context, campaignID string, lines []CampaignLine) error
	DeleteLines(ctx context.Context, campaignID string, lines ...int) error
}

// PersonFilter selects people of a campaign.
type PersonFilter struct {
	Part       PersonPart
	Department string // "" for all
	// ChaseBefore selects, of PartChase, those who were invited and chased last before it; Chases those who were chased
	// less often.
	ChaseBefore time.Time
	Chases      int
}

// PersonPart is a part of a campaign's people.
type PersonPart string

// Parts.
const (
	PartAll     PersonPart = ""
	PartMissing PersonPart = "missing" // invited, and have not begun
	PartUnread  PersonPart = "unread"  // of them those without a receipt
	PartRead    PersonPart = "read"    // of them those with one
	PartChased  PersonPart = "chased"  // of them those who were chased
	PartChase   PersonPart = "chase"   // of them those whose turn it is to be chased
	PartBegun   PersonPart = "begun"   // have begun, and are not done
	PartStopped PersonPart = "stopped" // cannot be reached, or were taken out
)

// CampaignCount counts people with the same department, status and code.
type CampaignCount struct {
	Department string
	Status     PersonStatus
	Code       PersonCode
	N          int // and of them:
	Queued     int // to be sent, or being sent
	Sent       int
	Read       int
	Started    int
	Submitted  int
	Done       int
}
