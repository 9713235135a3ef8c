package flows

import (
	"context"
	"errors"
	"time"

	"shiming/idcard"
)

// Receiver is where a message goes.
type Receiver struct {
	Type string // open_id | chat_id
	ID   string
}

// Contact is what the directory says of a person.
type Contact struct {
	Name, Mobile string
	Left         bool // has left the company; known only with the scope that shows the status
}

func (Contact) String() string { return "[contact]" }

// CardText is what the OCR saw.
type CardText struct {
	Side     *int
	Entities []idcard.Entity
	Corners  []int
}

func (CardText) String() string { return "[card text]" }

// RateLimiter keeps limits that all instances share.
type RateLimiter interface {
	// Wait reserves the next slot of every limit and blocks until the latest of them comes.
	// An *Again in the chain of the error means that it would take too long to wait for.
	Wait(ctx context.Context, limits ...BurstLimit) error
	// Pace blocks until the next call may be made and returns how the caller says that it truly
	// leaves. Errors as with Wait.
	Pace(ctx context.Context, p ExactLimit) (leaving func(), err error)
}

// ExactLimit is an exact limit: never more than Calls in any span of Window, as evenly as can be.
type ExactLimit struct {
	Key    string
	Calls  int
	Window time.Duration
}

// BurstLimit is a rate with a burst: after Burst calls at once there is one call every Every.
type BurstLimit struct {
	Key   string
	Every time.Duration
	Burst int // at least 1
}

// ErrStale: somebody else wrote the row first.
var ErrStale = errors.New("flows: case was changed by somebody else")

// ErrNotFound: no such row.
var ErrNotFound = errors.New("flows: not found")

// ErrChain: a case's audit chain does not verify.
var ErrChain = errors.New("flows: audit chain does not verify")

// Store keeps everything that matters.
type Store interface {
	// Tx runs fn in one transaction and commits if it returns nil. fn runs again, in a
	// fresh transaction, when it returns ErrStale or the database asks for a repetition.
	Tx(ctx context.Context, fn func(Tx) error) error
	// View runs fn on a consistent read-only snapshot, beside writers.
	View(ctx context.Context, fn func(View) error) error
	// MAC is a keyed hash for codes and the number index: 32 bytes. purpose keeps uses apart.
	MAC(purpose string, data ...string) []byte
	// VerifyChain recomputes the case's audit chain.
	VerifyChain(ctx context.Context, caseID string) error // ErrChain
	RateLimiter
}

// View reads.
type View interface {
	Case(ctx context.Context, id string) (*Case, error)                      // ErrNotFound
	OpenCase(ctx context.Context, tenantKey, openID string) (*Case, error)   // not terminal; ErrNotFound
	LatestCase(ctx context.Context, tenantKey, openID string) (*Case, error) // newest, any state; ErrNotFound
	// CasesOf returns all cases of one person, newest first.
	CasesOf(ctx context.Context, tenantKey, openID string) ([]*Case, error)
	// InState returns cases in the states, oldest entry first.
	InState(ctx context.Context, tenantKey string, states []State, limit, offset int) ([]*Case, error)
	// Line returns who waits in the states, oldest entry first, without reading the cases.
	Line(ctx context.Context, tenantKey string, states []State, limit int) ([]QueueEntry, error)
	// WithIncident returns the cases that wait for the same cause.
	WithIncident(ctx context.Context, tenantKey, incident string, limit int) ([]*Case, error)
	// CountIncident counts the cases that wait for the same cause.
	CountIncident(ctx context.Context, tenantKey, incident string) (int, error)
	// Entered returns cases that entered the state, in which they still are, after the place and
	// before the moment, oldest entry first.
	Entered(ctx context.Context, tenantKey string, state State, after Cursor, before time.Time, limit int) ([]*Case, error)
	// Working returns the cases of all tenants for which a call to a verification supplier,
	// Feishu's identities or e签宝 is queued or under way.
	Working(ctx context.Context) (map[string]bool, error)
	// SameNumber returns other people's cases (open or done) with the same number index.
	SameNumber(ctx context.Context, tenantKey string, index []byte, notOpenID string) ([]string, error)
	// CaseOfMessage finds the open case that holds a photo of the message.
	CaseOfMessage(ctx context.Context, messageID string) (*Case, error) // ErrNotFound
	CountByState(ctx context.Context, tenantKey string) (map[State]int, error)
	// DaysSince returns started and done per day (Asia/Shanghai) since the moment.
	DaysSince(ctx context.Context, tenantKey string, since time.Time) ([]Day, error)
	// DoneSince returns open_ids of people done since the moment, newest first, and how many there are.
	DoneSince(ctx context.Context, tenantKey string, since time.Time, limit int) (openIDs []string, total int, err error)
	// Durations returns the median time from start to done and from submission to review of cases done since.
	Durations(ctx context.Context, tenantKey string, since time.Time) (toDone, toReview time.Duration, err error)
	// Unread counts photos of other cases that are stored or waiting and were received before t (queue position).
	Unread(ctx context.Context, before time.Time, notCase string) (int, error)
	Surface(ctx context.Context, id string) (*Surface, error) // ErrNotFound
	SurfacesOf(ctx context.Context, caseID, audience string) ([]*Surface, error)
	// SurfaceByMessage finds the surface that a message shows.
	SurfaceByMessage(ctx context.Context, messageID string) (*Surface, error) // ErrNotFound
	Picture(ctx context.Context, caseID, photoID string) ([]byte, error)      // decrypted; ErrNotFound
	AuditOf(ctx context.Context, caseID string) ([]AuditRow, error)
	Setting(ctx context.Context, tenantKey, key string) (string, error) // "" if unset
}

// Cursor is a place in a list of cases in the order of their entry into a state.
type Cursor struct {
	At time.Time `json:"at,omitzero"` // entered then; kept to the millisecond
	ID string    `json:"id,omitempty"`
}

// QueueEntry is a case that waits, and whose it is.
type QueueEntry struct{ CaseID, OpenID string }

// Day is a day's figures.
type Day struct {
	Day           string // 2006-01-02, Asia/Shanghai
	Started, Done int
}

// Tx reads and writes in one transaction.
type Tx interface {
	View
	// Seen inserts the keys and reports whether any of them was there already; empty keys
	// are skipped. Keys live at least 7 days.
	Seen(ctx context.Context, at time.Time, keys ...string) (bool, error)
	InsertCase(ctx context.Context, c *Case) error // ErrStale if the person has an open case by now
	// UpdateCase writes c if the stored version is still c.Version, and increments c.Version.
	UpdateCase(ctx context.Context, c *Case) error // ErrStale
	// SetBlindIndex sets (or with nil clears) the index of the case's number.
	SetBlindIndex(ctx context.Context, caseID string, index []byte) error
	// Audit appends to the case's chain: the store fills Seq, Prev and Hash.
	Audit(ctx context.Context, row AuditRow) error
	// Enqueue inserts jobs; each runs at least once after the commit, not before At.
	Enqueue(ctx context.Context, jobs ...Job) error
	PutPicture(ctx context.Context, caseID, photoID string, jpeg []byte) error // encrypted with the case id bound in
	DeletePictures(ctx context.Context, caseID string, photoIDs ...string) (int, error)
	PutSurface(ctx context.Context, s *Surface) error // insert or replace
	PutSetting(ctx context.Context, tenantKey, key, value string) error
}

func IsNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

// SettingReviewChat and SettingAnnounceChat are chosen by HR in chat and outrank the configuration.
const (
	SettingReviewChat   = "review_chat"
	SettingAnnounceChat = "announce_chat"
)

// IgnoreNotFound swallows "no such case": a job of a case that was deleted has nothing to do.
func IgnoreNotFound(err error) error {
	if IsNotFound(err) {
		return nil
	}
	return err
}
