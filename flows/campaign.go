package flows

import "time"

// A Campaign asks many people to register: whom, how far it has come, and who may be asked next. Its people and the
// lines of its list are rows of their own (CampaignPerson, CampaignLine). It holds nothing personal besides open_ids.
type Campaign struct {
	ID        string         `json:"-"` // UUIDv7
	TenantKey string         `json:"-"`
	State     CampaignState  `json:"-"`
	Version   int64          `json:"-"` // incremented by each update
	By        string         `json:"by"`
	Target    CampaignTarget `json:"target"`
	MadeAt    time.Time      `json:"made_at"`

	// Why says why the campaign was paused, stopped or discarded by itself; "" if an admin did it. Code is the code of the
	// platform that made it so, Since the time of it.
	Why   CampaignReason `json:"why,omitempty"`
	Code  string         `json:"code,omitempty"`
	Since time.Time      `json:"since,omitzero"` // of the present state
	// Moves is every change of the state, oldest first: who has made it, and when.
	Moves []CampaignMove `json:"moves"`
	// Viewers are the admins who have its card.
	Viewers []string `json:"viewers,omitempty"`

	// Position is how far the resolving of the target has come, in a form that only the resolver knows. A job that was
	// killed goes on there.
	Position string `json:"position,omitempty"`
	// Choices are the departments or groups of the name that HR has typed, if there are several.
	Choices []CampaignChoice `json:"choices,omitempty"`

	// UserGroups is how many groups of users the app's directory range names. Who is in the range by one of them only is
	// not known, and not among the people.
	UserGroups int `json:"user_groups,omitempty"`

	ConfirmedAt time.Time `json:"confirmed_at,omitzero"`
	Forecast    Forecast  `json:"forecast,omitzero"` // as it was made at the confirmation
	// ChaseAsked is when HR asked to chase those who have not begun; zero once everybody whose turn it was is chased.
	ChaseAsked time.Time `json:"chase_asked,omitzero"`
	ChaseBy    string    `json:"chase_by,omitempty"`
	// Announced is the last milestone that the announcement group was told of.
	Announced Milestone `json:"announced,omitempty"`
	// Run is the number of the next run. A job of another number does nothing, so that a job that runs twice, or that a
	// former state has planned, cannot begin a second chain.
	Run int64 `json:"run,omitempty"`
}

// CampaignMove is a change of a campaign's state.
type CampaignMove struct {
	At time.Time     `json:"at"`
	By string        `json:"by,omitempty"` // open_id of an admin; "" if the campaign did so by itself
	To CampaignState `json:"to"`
	// Why is set if nobody asked for it.
	Why CampaignReason `json:"why,omitempty"`
}

// CampaignState is the state of a campaign. The values are stored.
type CampaignState string

// States of a campaign.
const (
	CampaignResolving CampaignState = "resolving" // the people of the target are being found
	CampaignPreview   CampaignState = "preview"   // waits for HR's confirmation
	CampaignRunning   CampaignState = "running"
	CampaignPaused    CampaignState = "paused"
	CampaignEnded     CampaignState = "ended"     // nobody is left who could still register
	CampaignStopped   CampaignState = "stopped"   // by HR
	CampaignDiscarded CampaignState = "discarded" // before anybody was invited
)

// Live reports whether the campaign may still change.
func (s CampaignState) Live() bool {
	switch s {
	case CampaignResolving, CampaignPreview, CampaignRunning, CampaignPaused:
		return true
	}
	return false
}

// Confirmed reports whether people of the campaign may have been invited.
func (s CampaignState) Confirmed() bool {
	switch s {
	case CampaignRunning, CampaignPaused, CampaignEnded, CampaignStopped:
		return true
	}
	return false
}

// CampaignReason says why a campaign was paused, stopped or discarded by itself (texts "campaign.why.<code>").
type CampaignReason string

// Reasons.
const (
	WhyNobody     CampaignReason = "nobody"     // the target has no people whom the bot can see
	WhyNoTarget   CampaignReason = "no_target"  // there is no department or group of this id or name
	WhyScope      CampaignReason = "scope"      // the app has no permission to read the directory; Code names it
	WhyList       CampaignReason = "list"       // the list cannot be read; Code says why
	WhyTooMany    CampaignReason = "too_many"   // more than MaxCampaignPeople
	WhySame       CampaignReason = "same"       // there is another campaign of the same target
	WhyForgotten  CampaignReason = "forgotten"  // not confirmed within PreviewFor
	WhyOver       CampaignReason = "over"       // has run for MaxCampaignFor
	WhyPermission CampaignReason = "permission" // Feishu refuses the bot's messages
	WhyQuota      CampaignReason = "quota"      // a quota of the tenant at Feishu is used up
	WhyOCRQuota   CampaignReason = "ocr_quota"  // the OCR's quota is used up or nearly so
	WhyPlatform   CampaignReason = "platform"   // Feishu refuses many messages in a row for another reason
)

// PauseReasons are those for which a campaign pauses by itself.
var PauseReasons = []CampaignReason{WhyPermission, WhyQuota, WhyOCRQuota, WhyPlatform}

// TargetKind says whom a campaign asks.
type TargetKind string

// Kinds of targets.
const (
	TargetList       TargetKind = "list"       // the people of a list
	TargetEveryone   TargetKind = "everyone"   // everybody whom the app may see
	TargetDepartment TargetKind = "department" // a department with its children
	TargetGroup      TargetKind = "group"      // the members of a group
	TargetJoiners    TargetKind = "joiners"    // who has joined the company; nobody asks for it
	// TargetNamed is a department or group of which only a name is known. The resolver makes one of those of it.
	TargetNamed TargetKind = "named"
)

// CampaignTarget is the target of a campaign.
type CampaignTarget struct {
	Kind TargetKind `json:"kind"`
	// ID is an open_department_id or chat_id; "" until the resolver has found it by Query. For a list it is a keyed hash.
	ID    string `json:"id,omitempty"`
	Query string `json:"query,omitempty"` // the name of the department or group that HR has typed
	Name  string `json:"name,omitempty"`  // of the department or group, as Feishu has it
}

// Key is the same for campaigns of which a tenant has only one at a time.
func (t CampaignTarget) Key() string {
	if t.ID == "" && t.Query != "" {
		return string(t.Kind) + "?" + t.Query
	}
	return string(t.Kind) + "/" + t.ID
}

// CampaignChoice is a department or group among which HR chooses.
type CampaignChoice struct {
	Kind TargetKind `json:"kind"` // TargetDepartment or TargetGroup
	ID   string     `json:"id"`
	Name string     `json:"name"` // with what tells it from others of the name
}

// Limits of campaigns.
const (
	// MaxCampaignPeople is how many people a campaign has at most, and how many lines its list.
	MaxCampaignPeople = 50_000
	// InvitedEvery is the least time between two invitations of one person, whatever campaigns they belong to.
	InvitedEvery = 7 * 24 * time.Hour
	// PreviewFor is how long a preview waits for HR's confirmation. The lines of its list are deleted then.
	PreviewFor = 24 * time.Hour
	// MaxCampaignFor is how long a campaign waits for its people, from its confirmation.
	MaxCampaignFor = 90 * 24 * time.Hour
	// UnsureAfter is how long a message whose outcome is not known may be sent again: as long as Feishu sends messages of
	// one uuid at most once, less a margin for the call itself.
	UnsureAfter = 55 * time.Minute
	// MaxChases is how often one campaign reminds a person who has not begun, at most.
	MaxChases = 3
)

// CampaignRules are the settings of campaigns.
type CampaignRules struct {
	PerMinute  int           // invitations a minute
	Joiners    JoinersRule   // what follows when somebody joins the company
	AutoChase  bool          // those who have not begun are chased without HR's tap
	Chases     int           // chases of one person, at most MaxChases; 0: none
	ChaseEvery time.Duration // from the invitation or a chase to the next chase
	// OCRPerSecond is the OCR's limit; the forecast depends on it. OCRQuota is how many pages the company has left to be
	// read, as the operator has set it; 0: not known.
	OCRPerSecond, OCRQuota int
}

// JoinersRule says what follows when somebody joins the company.
type JoinersRule string

// Rules for joiners.
const (
	JoinersOff  JoinersRule = "off"
	JoinersAsk  JoinersRule = "ask"  // HR is asked
	JoinersAuto JoinersRule = "auto" // they are invited
)

// Milestone is a moment of which the announcement group is told.
type Milestone string

// Milestones, in their order.
const (
	MilestoneStart Milestone = "start"
	MilestoneHalf  Milestone = "half"
	MilestoneEnd   Milestone = "end"
)

// Forecast says when a campaign is likely to be through, as far as can be known before. Times are zero if nothing can
// be said.
type Forecast struct {
	People int       `json:"people"`           // who are invited
	SentBy time.Time `json:"sent_by,omitzero"` // when the last invitation has left
	// DoneBy is when the last of them is done, if each begins at once and takes as long as the slowest tenth of those
	// before; Known is of how many of those the times are known.
	DoneBy time.Time `json:"done_by,omitzero"`
	Known  int       `json:"known,omitempty"`
}
