package flows

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"hash"
	"time"
)

// ChainEnd is the end of a case's audit chain at some time: its last row and the hash of that row.
type ChainEnd struct {
	CaseID string `json:"case"`
	Seq    int64  `json:"seq"`
	Hash   []byte `json:"hash"`
}

// PublishedHead is the head over a tenant's audit chains on a day. Its hash covers the head before it and the ends of
// all chains that have grown since. Once it is published outside of the database, nobody who can write to the database
// can change a row that it covers unseen.
type PublishedHead struct {
	TenantKey string
	Day       string // 2006-01-02, China
	Previous  []byte // hash of the head before; 32 zero bytes for the first one
	Hash      []byte
	Chains    int // ends in this head
	At        time.Time
}

// HeadHasher computes the hash of a head: SHA-256 over the previous hash, a line of JSON with tenant and day, and a
// line of JSON for each end, in the order of the case ids.
type HeadHasher struct {
	sum hash.Hash
	n   int
}

// NewHeadHasher begins a head of a day after the head with the hash previous.
func NewHeadHasher(tenantKey, day string, previous []byte) *HeadHasher {
	h := &HeadHasher{sum: sha256.New()}
	h.sum.Write(previous)
	h.line(struct {
		Version string `json:"version"`
		Tenant  string `json:"tenant"`
		Day     string `json:"day"`
	}{"shiming-audit-head/1", tenantKey, day})
	return h
}

func (h *HeadHasher) line(v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("flows: audit head: " + err.Error()) // strings, numbers and bytes always encode
	}
	h.sum.Write(append(raw, '\n'))
}

// Add adds an end.
func (h *HeadHasher) Add(e ChainEnd) {
	h.line(e)
	h.n++
}

// Ends returns how many ends were added.
func (h *HeadHasher) Ends() int { return h.n }

// Sum returns the hash.
func (h *HeadHasher) Sum() []byte { return h.sum.Sum(nil) }

// NoHead is the hash before the first head.
func NoHead() []byte { return make([]byte, sha256.Size) }

// Heads are published at 09:12, China time: at full and half hours Feishu delivers late (code 11232).
const (
	headHour   = 9
	headMinute = 12
)

// HeadAfter returns the first 09:12 in China after t.
func HeadAfter(t time.Time) time.Time {
	h := headOf(t)
	if !h.After(t) {
		h = h.AddDate(0, 0, 1)
	}
	return h
}

func headOf(t time.Time) time.Time { return DayOf(t).Add(headHour*time.Hour + headMinute*time.Minute) }

// ParseHeadDay returns 09:12 of a day with a name of RunDateOf.
func ParseHeadDay(day string) (time.Time, error) {
	d, err := time.ParseInLocation(time.DateOnly, day, ChinaTime)
	return headOf(d), err
}

// SettingHead is the key of the time of the tenant's queued head, as RFC 3339; "" if none was ever queued.
const SettingHead = "head/next"

// PublishHead publishes the tenant's head of a day, which is a name of RunDateOf.
func PublishHead(tenantKey, day string, at time.Time) Job {
	return Job{Kind: JobPublishHead, ref: day, At: at, Args: map[Arg]string{ArgTenant: tenantKey}}
}

// AuditHeadView holds the queries of heads.
type AuditHeadView interface {
	// GrownChains looks at the ends of a page of chains, in the order of their cases and after one, and returns those of
	// the tenant that have grown since they were covered by a head. last is where the next page begins, "" after the last.
	GrownChains(ctx context.Context, tenantKey, after string, limit int) (ends []ChainEnd, last string, err error)
	// PublishedEnds returns the ends in a head, in the order of their cases and after one.
	PublishedEnds(ctx context.Context, tenantKey, day, after string, limit int) ([]ChainEnd, error)
	// CountPublishedEnds counts the ends in a head.
	CountPublishedEnds(ctx context.Context, tenantKey, day string) (int, error)
	// PublishedHead returns the head of a day; ErrNotFound.
	PublishedHead(ctx context.Context, tenantKey, day string) (*PublishedHead, error)
	// HeadAfter returns the tenant's first head of a later day than day, "" for the first one; ErrNotFound.
	HeadAfter(ctx context.Context, tenantKey, day string) (*PublishedHead, error)
	// CountHeadsAfter counts them.
	CountHeadsAfter(ctx context.Context, tenantKey, day string) (int, error)
	// LastHead returns the tenant's newest head; ErrNotFound.
	LastHead(ctx context.Context, tenantKey string) (*PublishedHead, error)
}

// AuditHeadTx adds the writes.
type AuditHeadTx interface {
	// AddPublishedEnds adds ends to the head of a day. An end that it has already stays as it is.
	AddPublishedEnds(ctx context.Context, tenantKey, day string, ends []ChainEnd) error
	// PutHead stores a head.
	PutHead(ctx context.Context, h *PublishedHead) error
}
