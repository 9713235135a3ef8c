package flows

import (
	"context"
	"errors"
	"time"

	"shiming/idcard"
)

// Receiver is the receiver of a message.
type Receiver struct {
	Type string // open_id | chat_id | message_id: an answer to this message
	ID   string
}

// Contact is a person's entry in Feishu's directory.
type Contact struct {
	Name, Mobile string
	Department   Department // the first one; the name is empty if the app may not read it
	Left         bool       // the person has left the company; false without the permission for the status
}

func (Contact) String() string { return "[contact]" }

// CardText is the answer of the OCR for one picture; see idcard.ParseEntities for the fields.
type CardText struct {
	Side     *int
	Entities []idcard.Entity
	Corners  []int
}

func (CardText) String() string { return "[card text]" }

// RateLimiter enforces rate limits that all instances share.
type RateLimiter interface {
	// Wait reserves the next slot of every limit and blocks until the latest of them. The limits are named widest first. If
	// the wait would be too long, it reserves nothing and returns at once an error that wraps a *RetryLater.
	Wait(ctx context.Context, limits ...BurstLimit) error
	// Pace blocks until the next call may be made. The caller calls leaving at the moment when its request is sent,
	// because later slots depend on this moment. Errors are those of Wait.
	Pace(ctx context.Context, p ExactLimit) (leaving func(), err error)
}

// ExactLimit allows at most Calls in any span of Window, spread evenly.
type ExactLimit struct {
	Key    string
	Calls  int
	Window time.Duration
}

// BurstLimit allows Burst calls at once and then one call in each span of Every.
type BurstLimit struct {
	Key   string
	Every time.Duration
	Burst int // at least 1
	// MaxWait is how long a job may sleep for its slot; 0 means 30 s. A job whose slot is farther away is put off.
	MaxWait time.Duration
}

// ErrStale means that another transaction has written the row first.
var ErrStale = errors.New("flows: case was changed by somebody else")

// ErrNotFound means that the row does not exist.
var ErrNotFound = errors.New("flows: not found")

// ErrChain means that the audit chain of a case does not verify.
var ErrChain = errors.New("flows: audit chain does not verify")

// Store is the database, as far as the engine and the workers need it. Package store implements it.
type Store interface {
	// Tx runs fn in one transaction and commits it if fn returns nil. fn runs again, in a new transaction, if it returns
	// ErrStale or if the database reports a conflict. It must therefore have no other effects.
	Tx(ctx context.Context, fn func(Tx) error) error
	// View runs fn on a consistent read-only snapshot. Writers do not block it.
	View(ctx context.Context, fn func(View) error) error
	// MAC returns a keyed hash of 32 bytes, for codes and marks. Hashes of different purposes
	// are unrelated.
	MAC(purpose string, data ...string) []byte
	// MACs returns the hashes under every hashing key that is held: first that of MAC, then those that a rotation of
	// the keys leaves. What was stored or given out is compared with all of them.
	MACs(purpose string, data ...string) [][]byte
	// BlindIndex returns what SetBlindIndex stores and SameNumber looks for. It is opaque, differs before and after a
	// rotation of the keys, and is compared by SameIndex.
	BlindIndex(purpose string, data ...string) []byte
	// SameIndex reports whether two blind indexes are of the same data.
	SameIndex(a, b []byte) bool
	// VerifyChain recomputes the audit chain of the case. The error is ErrChain if it does not verify.
	VerifyChain(ctx context.Context, caseID string) error
	RateLimiter
}

// View holds the queries. A trailing comment names the error or the value for a missing row.
type View interface {
	Case(ctx context.Context, id string) (*Case, error)                      // ErrNotFound
	OpenCase(ctx context.Context, tenantKey, openID string) (*Case, error)   // not terminal; ErrNotFound
	LatestCase(ctx context.Context, tenantKey, openID string) (*Case, error) // newest, any state; ErrNotFound
	// CasesOf returns all cases of a person, newest first.
	CasesOf(ctx context.Context, tenantKey, openID string) ([]*Case, error)
	// InState returns cases in the states, in the order of their entry.
	InState(ctx context.Context, tenantKey string, states []State, limit, offset int) ([]*Case, error)
	// NewestIn returns cases in the states, those that entered last first.
	NewestIn(ctx context.Context, tenantKey string, states []State, limit, offset int) ([]*Case, error)
	// QueuePage returns entries of a part of HR's queue behind the cursor, in the order of their entry. It decrypts no
	// case.
	QueuePage(ctx context.Context, tenantKey string, part QueuePart, after Cursor, limit int) ([]QueueEntry, error)
	// CountQueue counts the queue and the samples, without the cases in hand and those of one applicant. A case is overdue
	// that waits since the time or longer.
	CountQueue(ctx context.Context, tenantKey, notOpenID string, overdueSince time.Time) ([]QueueCount, error)
	// QueueInHand returns the entries that CountQueue leaves out: those that an admin reads, was handed, has put aside or
	// has approved as the first of two.
	QueueInHand(ctx context.Context, tenantKey, notOpenID string) ([]QueueEntry, error)
	// WithIncident returns the cases in NeedsAttention with this Attention.Incident.
	WithIncident(ctx context.Context, tenantKey, incident string, limit int) ([]*Case, error)
	// CountIncident counts the cases of WithIncident.
	CountIncident(ctx context.Context, tenantKey, incident string) (int, error)
	// Entered returns cases in the state that entered it after the cursor and before the time, in the order of their
	// entry.
	Entered(ctx context.Context, tenantKey string, state State, after Cursor, before time.Time, limit int) ([]*Case, error)
	// Handovers returns cases whose notification waits and is not set aside, oldest first, of all tenants.
	Handovers(ctx context.Context, limit int) ([]*Case, error)
	// StoppedFollowUps returns ids, in their order and after one, of cases whose notification or signing account stopped.
	StoppedFollowUps(ctx context.Context, after string, limit int) ([]string, error)
	// CasesWithJobs returns the ids of cases, of all tenants, with an unfinished job for the verification supplier,
	// Feishu's identities or e签宝.
	CasesWithJobs(ctx context.Context) (map[string]bool, error)
	// SameNumber returns ids of other people's cases, open or done, with the same blind index of the number.
	SameNumber(ctx context.Context, tenantKey string, index []byte, notOpenID string) ([]string, error)
	// CaseOfMessage finds the open case that holds a photo of the message.
	CaseOfMessage(ctx context.Context, messageID string) (*Case, error) // ErrNotFound
	CountByState(ctx context.Context, tenantKey string) (map[State]int, error)
	// CountWaiting counts the cases that are in the states since the time or longer, and returns since when the oldest is;
	// zero without one.
	CountWaiting(
		ctx context.Context, tenantKey string, states []State, since time.Time,
	) (n int, oldest time.Time, err error)
	// DaysSince returns started and done per day (Asia/Shanghai) since the moment.
	DaysSince(ctx context.Context, tenantKey string, since time.Time) ([]Day, error)
	// DoneSince returns open_ids of people who were done since the moment, newest first, and their total number.
	DoneSince(ctx context.Context, tenantKey string, since time.Time, limit int) (openIDs []string, total int, err error)
	// Figures returns the sums of the figures of whole days (Asia/Shanghai): from the day of the first moment to the day
	// before that of the second.
	Figures(ctx context.Context, tenantKey string, from, to time.Time) (Figures, error)
	// DepartmentCounts returns the open and done cases of each department that is known by its name, in no order.
	DepartmentCounts(ctx context.Context, tenantKey string) ([]DepartmentCount, error)
	// DepartmentName returns the name of a department, "" if it is not known.
	DepartmentName(ctx context.Context, tenantKey, id string) (string, error)
	// CountUnreadPhotos counts the unread photos of other cases that were received before the time: the position in the
	// OCR queue. Of each case it counts at most PhotosAtOnce, because the further ones are read later than others' first.
	CountUnreadPhotos(ctx context.Context, before time.Time, notCase string) (int, error)
	Surface(ctx context.Context, id string) (*Surface, error) // ErrNotFound
	SurfacesOf(ctx context.Context, caseID, audience string) ([]*Surface, error)
	// SurfaceByMessage finds the surface to which a message belongs.
	SurfaceByMessage(ctx context.Context, messageID string) (*Surface, error) // ErrNotFound
	Picture(ctx context.Context, caseID, photoID string) ([]byte, error)      // decrypted; ErrNotFound
	AuditOf(ctx context.Context, caseID string) ([]AuditRow, error)
	Setting(ctx context.Context, tenantKey, key string) (string, error) // "" if unset
	EmploymentView
	CampaignView
	DataRequestView
	AuditHeadView
	PrivacyView
	// OverdueCases returns ids of cases of which something is due, in their order and after one.
	OverdueCases(ctx context.Context, tenantKey string, o Overdue, after string, limit int) ([]string, error)
	// LeaversBefore returns open_ids of people who left at a moment or before it, and of whose cases nothing is kept.
	LeaversBefore(ctx context.Context, tenantKey string, at time.Time, limit int) ([]string, error)
	// KeepsCases reports whether a case of the tenant is open, or has personal data.
	KeepsCases(ctx context.Context, tenantKey string) (bool, error)
	// CountDeletions counts the deletions from one moment to before another by scope and rule, in no order.
	CountDeletions(ctx context.Context, tenantKey string, from, to time.Time) (DeletionReport, error)
	Export(ctx context.Context, id string) (*Export, error) // ErrNotFound
	// ExportsOf returns what an admin has asked for since a moment, oldest first.
	ExportsOf(ctx context.Context, tenantKey, openID string, since time.Time) ([]*Export, error)
	// ExportPage returns a page of the people whom a filter means, in the order of their open_ids and after one: of each
	// the newest case that was opened until a moment. limit bounds the people that are looked at, so that a page may have
	// fewer rows, or none. last is where the next page begins, "" after the last page.
	ExportPage(
		ctx context.Context, tenantKey string, filter ExportFilter, until time.Time, after string, limit int,
	) (rows []ExportRow, last string, err error)
	// ExportCases returns the same of the people with the open_ids, in no order, without those who have no case.
	ExportCases(ctx context.Context, tenantKey string, openIDs []string, until time.Time) ([]ExportRow, error)
}

// Cursor is a position in a list of cases ordered by time of entry and id.
type Cursor struct {
	At time.Time `json:"at,omitzero"` // time of entry, in milliseconds
	ID string    `json:"id,omitempty"`
}

// Department is a part of the company, as Feishu's directory has it.
type Department struct {
	ID   string // open_department_id, which is never used again for another department
	Name string
	Lead string // open_id; "" if there is none, or if it was not asked for or the app may not read it
}

// DepartmentCount is how many people of a department are registering, and how many are registered. A case counts for
// the department that was known while it was open.
type DepartmentCount struct {
	Department
	Open, Done int
}

// Day holds the figures of one day.
type Day struct {
	Day           string // 2006-01-02, Asia/Shanghai
	Started, Done int
	ByPolicy      int // cases that the policy has approved without HR
	Sampled       int // of them those that were drawn for a look afterwards
	Looked        int // looks at sampled cases
	Faults        int // of them those that have found something wrong
}

// Tx adds the writes of a transaction to the queries.
type Tx interface {
	View
	// InsertEventKeys inserts the keys and reports whether any of them existed. It skips empty keys. Keys are kept for
	// at least 7 days.
	InsertEventKeys(ctx context.Context, at time.Time, keys ...string) (bool, error)
	InsertCase(ctx context.Context, c *Case) error // ErrStale if the person has an open case by now
	// UpdateCase writes c and increments c.Version, if the stored version is still c.Version.
	UpdateCase(ctx context.Context, c *Case) error // ErrStale
	// SetBlindIndex sets the blind index of the case's number; nil removes it.
	SetBlindIndex(ctx context.Context, caseID string, index []byte) error
	// AddFigures adds to the figures of the day (Asia/Shanghai) on which at falls.
	AddFigures(ctx context.Context, c *Case, at time.Time, figures Figures) error
	// PutDepartment stores the name of a department.
	PutDepartment(ctx context.Context, tenantKey string, d Department) error
	// Audit appends a row to the chain of the case. The store fills Seq, Prev and Hash.
	Audit(ctx context.Context, row AuditRow) error
	// AuditEach appends one row to each of many chains, which takes far less time than one after the other.
	AuditEach(ctx context.Context, rows []AuditRow) error
	// Enqueue inserts jobs. Each runs at least once after the commit, not before At.
	Enqueue(ctx context.Context, jobs ...Job) error
	PutPicture(ctx context.Context, caseID, photoID string, jpeg []byte) error // encrypted with the case id bound in
	DeletePictures(ctx context.Context, caseID string, photoIDs ...string) (int, error)
	PutSurface(ctx context.Context, s *Surface) error // insert or replace
	PutSetting(ctx context.Context, tenantKey, key, value string) error
	PutExport(ctx context.Context, x *Export) error // insert or replace
	// Uses returns the times of the uses of a limited thing since a moment, oldest first. A time may lie ahead.
	// Transactions that ask for the same key follow each other. former are the same key under former hashing keys.
	Uses(ctx context.Context, key string, since time.Time, former ...string) ([]time.Time, error)
	// PutUse stores a use. The same id again replaces the first. Uses are kept for at least 24 hours.
	PutUse(ctx context.Context, key, id string, at time.Time, former ...string) error
	DeleteUse(ctx context.Context, key, id string, former ...string) error
	EmploymentTx
	CampaignTx
	DataRequestTx
	AuditHeadTx
	// PutDeletion notes a deletion, with the hash of the last row of the case's audit chain as its proof. pictures is how
	// many pictures were deleted.
	PutDeletion(ctx context.Context, c *Case, d Deletion, pictures int) error
	// ForgetPerson deletes what is kept of somebody beside the cases: the row of the directory, the places in campaigns
	// that are over, the exports, the settings whose keys end with /open_id, and those with the keys. It returns the
	// number of rows.
	ForgetPerson(ctx context.Context, tenantKey, openID string, settings ...string) (int, error)
	// ForgetCopies deletes what is on record of the copies of people of whose cases nothing is kept, unless a copy is
	// under way or stands in a chat. It returns the number of rows.
	ForgetCopies(ctx context.Context, tenantKey string) (int, error)
	// ForgetTenant deletes what is kept of a company beside its cases: people of the directory, campaigns, lists,
	// exports, departments, and settings but those with the keys. It returns the number of rows.
	ForgetTenant(ctx context.Context, tenantKey string, except ...string) (int, error)
}

// Keys of settings that HR chooses by chat command. They override the configuration.
const (
	SettingReviewChat   = "review_chat"
	SettingAnnounceChat = "announce_chat"
)

// SettingOutage is the setting that tells since when HR knows that a follow-up of evidence points has stopped; "" if it
// has not.
func SettingOutage(f FollowUp) string { return string(f) + "_outage" }

// IsNotFound reports whether err is ErrNotFound.
func IsNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

// IgnoreNotFound returns nil for ErrNotFound, because a job of a deleted case has nothing to do.
func IgnoreNotFound(err error) error {
	if IsNotFound(err) {
		return nil
	}
	return err
}
