package flows

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"
)

// HeadDelivery is how far the receiver of the heads (dpo.heads_url) has taken the tenant's. Heads are delivered in the
// order of their days, and none is given up: what it has not taken comes later.
type HeadDelivery struct {
	Receiver string `json:"receiver"`       // Policy.HeadsReceiver; another receiver gets all heads from the first one on
	Day      string `json:"day"`            // the last head that it has taken as a whole; "" before the first one
	Part     int    `json:"part,omitempty"` // how many notifications about the next head it has taken
	After    string `json:"after,omitempty"`
	// Failed counts attempts since one was taken; Since is the first of them, and Code why the last one failed: an HTTP
	// status, or a kind of package handover.
	Failed int       `json:"failed,omitempty"`
	Since  time.Time `json:"since,omitzero"`
	NextAt time.Time `json:"next_at,omitzero"`
	Code   string    `json:"code,omitempty"`
	Told   bool      `json:"told,omitempty"` // somebody was told of the outage
}

// SettingHeadDelivery is the key of a HeadDelivery as JSON.
const SettingHeadDelivery = "head/delivery"

// ParseHeadDelivery reads the setting for a receiver.
func ParseHeadDelivery(raw, receiver string) (HeadDelivery, error) {
	var d HeadDelivery
	if raw != "" {
		if err := json.Unmarshal([]byte(raw), &d); err != nil {
			return d, err
		}
	}
	if d.Receiver != receiver {
		d = HeadDelivery{Receiver: receiver}
	}
	return d, nil
}

// String returns the JSON.
func (d HeadDelivery) String() string {
	raw, err := json.Marshal(d)
	if err != nil {
		panic("flows: head delivery: " + err.Error()) // strings, numbers and times always encode
	}
	return string(raw)
}

// headDelays are the pauses after failed attempts; the last one holds for all further ones.
var headDelays = []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour}

const (
	// headUnwanted is the pause after a receiver has said that it wants no more (HTTP 410).
	headUnwanted = 24 * time.Hour
	// HeadPatience is how long a receiver may take no head before somebody is told.
	HeadPatience = 24 * time.Hour
)

// Failure notes a failed attempt and reports whether somebody has to be told now: once in an outage. after is the pause
// that the receiver asked for; final says that it wants no more.
func (d *HeadDelivery) Failure(now time.Time, code string, after time.Duration, final bool) (tell bool) {
	if d.Failed == 0 {
		d.Since = now
	}
	pause := max(headDelays[min(d.Failed, len(headDelays)-1)], after)
	if final {
		pause = max(pause, headUnwanted)
	}
	d.Failed++
	d.Code, d.NextAt = code, now.Add(pause)
	tell = !d.Told && (final || now.Sub(d.Since) >= HeadPatience)
	d.Told = d.Told || tell
	return tell
}

// Taken notes that a notification was taken. after is the case of its last end; last says that it was the head's last.
// It reports whether those who were told of an outage have to hear that it is over.
func (d *HeadDelivery) Taken(day, after string, last bool) (over bool) {
	over = d.Told
	next := HeadDelivery{Receiver: d.Receiver, Day: d.Day, Part: d.Part + 1, After: after}
	if last {
		next.Day, next.Part, next.After = day, 0, ""
	}
	*d = next
	return over
}

// HeadPartEnds is how many ends stand in one notification, so that it stays below the 20 KB of Standard Webhooks.
const HeadPartEnds = 100

// HeadParts is the number of notifications about a head over that many chains.
func HeadParts(chains int) int { return max(1, (chains+HeadPartEnds-1)/HeadPartEnds) }

// HeadNotificationType is the type of a notification about a head.
const HeadNotificationType = "audit_head.published"

// HeadNotification is what the receiver of the heads gets and keeps. It holds hashes, counts and times, and nothing about
// anybody; see docs/handover.md.
type HeadNotification struct {
	Type      string   `json:"type"`
	Timestamp string   `json:"timestamp"` // when the head was published, RFC 3339
	Data      HeadPart `json:"data"`
}

// HeadPart is a part of a head: the head itself, and some of the ends that it covers.
type HeadPart struct {
	TenantKey string    `json:"tenant_key"`
	Day       string    `json:"day"`      // 2006-01-02, China
	Head      string    `json:"head"`     // hex, as all hashes
	Previous  string    `json:"previous"` // the head before; zeros before the first one
	Chains    int       `json:"chains"`   // in all parts
	Part      int       `json:"part"`     // from 1
	Parts     int       `json:"parts"`
	Ends      []KeptEnd `json:"ends"`
}

// KeptEnd is the end of a chain as it is published.
type KeptEnd struct {
	Chain string `json:"chain"` // ChainName
	Row   int64  `json:"row"`
	Hash  string `json:"hash"`
}

// ChainName names a case's chain outside of the program: the first 16 bytes of the SHA-256 of the case id, in hex. Who
// has the database finds the case by it; nobody else does.
func ChainName(caseID string) string {
	sum := sha256.Sum256([]byte(caseID))
	return hex.EncodeToString(sum[:16])
}

// NotificationOf returns the body of the part of a head that holds the ends, the same bytes in every attempt.
func NotificationOf(h *PublishedHead, part int, ends []ChainEnd) []byte {
	n := HeadNotification{Type: HeadNotificationType, Timestamp: h.At.UTC().Format(time.RFC3339), Data: HeadPart{
		TenantKey: h.TenantKey,
		Day:       h.Day,
		Head:      hex.EncodeToString(h.Hash),
		Previous:  hex.EncodeToString(h.Previous),
		Chains:    h.Chains,
		Part:      part,
		Parts:     HeadParts(h.Chains),
		Ends:      make([]KeptEnd, 0, len(ends)),
	}}
	for _, e := range ends {
		n.Data.Ends = append(n.Data.Ends, KeptEnd{ChainName(e.CaseID), e.Seq, hex.EncodeToString(e.Hash)})
	}
	body, err := json.Marshal(n)
	if err != nil {
		panic("flows: head notification: " + err.Error()) // strings and numbers always encode
	}
	return body
}

// HeadNotificationID is the webhook-id of a part of a head: the same in every attempt. It has no dot.
func HeadNotificationID(tenantKey, day string, part int) string {
	return "head_" + ChainName(tenantKey) + "_" + day + "_" + strconv.Itoa(part)
}

// SendHeads hands the tenant's heads on to their receiver, up to that of a day, which is a name of RunDateOf.
func SendHeads(tenantKey, day string) Job {
	return Job{Kind: JobSendHeads, ref: day, Args: map[Arg]string{ArgTenant: tenantKey}}
}

// Notices about the receiver of the heads (texts "notice.<code>").
const (
	NoticeHeadsWait = "heads_wait"
	NoticeHeadsSent = "heads_sent"
)
