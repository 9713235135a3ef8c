package flows

import (
	"slices"
	"time"
)

// DiffKind names one way in which our records and the platforms' may differ (texts "diff.<kind>").
type DiffKind string

const (
	DiffEvidenceUnknown DiffKind = "evidence_unknown" // the answer to an evidence point was lost; e签宝 cannot be asked
	DiffIdentityUnknown DiffKind = "identity_unknown" // the answer to an identity was lost; Feishu cannot be asked
	DiffStalled         DiffKind = "stalled"          // the bot's turn, and nothing of it is queued or under way
	DiffEvidenceMissing DiffKind = "evidence_missing" // done, with no evidence point on record
	DiffIdentityMissing DiffKind = "identity_missing" // done, with no identity on record
	DiffPhotoLost       DiffKind = "photo_lost"       // e签宝 does not have an uploaded photo in good order
	DiffPersonGone      DiffKind = "person_gone"      // Feishu's directory does not show the person any more
	DiffChain           DiffKind = "chain"            // the audit chain does not verify
)

// DiffKinds lists every kind, first the one that needs a person most.
var DiffKinds = []DiffKind{DiffEvidenceUnknown, DiffIdentityUnknown, DiffStalled, DiffEvidenceMissing,
	DiffIdentityMissing,
	DiffPhotoLost, DiffPersonGone, DiffChain}

// Difference is one finding about one case. Nothing in it is personal.
type Difference struct {
	Kind  DiffKind  `json:"kind"`
	Case  string    `json:"case"`
	Since time.Time `json:"since"`
	Ended bool      `json:"ended,omitempty"` // the case has; nobody can move it any more
	// Reported: the case has ended and HR has been sent this before. It stays in the list for as long
	// as it holds, and brings no card by itself.
	Reported bool `json:"told,omitempty"`
}

// stalledAfter is how long a case may be the bot's turn without any job before that counts as
// a difference: a change and its jobs are one transaction, so that this is generous.
const stalledAfter = 15 * time.Minute

// Surroundings is what others say of a case. The zero value is "all as it should be".
type Surroundings struct {
	Working     bool // one of its effects is queued or under way
	ChainBroken bool
	PhotoLost   bool
	PersonGone  bool
}

// Differences compares a case with what is known around it.
func Differences(c *Case, s Surroundings, now time.Time) (out []Difference) {
	add := func(kind DiffKind, since time.Time) {
		out = append(out, Difference{
			Kind:  kind,
			Case:  c.ID,
			Since: since,
			Ended: c.State.Terminal(),
		})
	}
	if kind := unknownWrite(c); kind != "" {
		add(kind, c.Attention.Since)
	}
	if Stalled(c, s.Working, now) {
		add(DiffStalled, c.EnteredAt)
	}
	if c.State == Done {
		if c.Method != MethodNone && !isOnRecord(c.Evidence) {
			add(DiffEvidenceMissing, c.EnteredAt)
		}
		if !isOnRecord(c.Identity) {
			add(DiffIdentityMissing, c.EnteredAt)
		}
	}
	if s.PhotoLost {
		add(DiffPhotoLost, now)
	}
	if s.PersonGone {
		add(DiffPersonGone, now)
	}
	if s.ChainBroken {
		add(DiffChain, now)
	}
	return out
}

// unknownWrite says which write of a parked case may have happened; "" for none.
func unknownWrite(c *Case) DiffKind {
	if c.State != NeedsAttention || c.Attention.Code != StopUnknownOutcome {
		return ""
	}
	switch c.Attention.Step {
	case StepEvidence:
		return DiffEvidenceUnknown
	case StepIdentity:
		return DiffIdentityUnknown
	}
	return ""
}

func Stalled(c *Case, working bool, now time.Time) bool {
	return c.State.Turn() == Bot && !working && now.Sub(c.EnteredAt) >= stalledAfter
}

// recorded reports whether a write is done and known by its id, or by somebody's word.
func isOnRecord(w *Write) bool {
	return w != nil && w.State == WriteDone && (w.ID != "" || w.By != "")
}

// AsksDirectory and AsksEsign say whose records of a case can be asked for.
func AsksDirectory(c *Case) bool { return !c.State.Terminal() || c.State == Done }

func AsksEsign(c *Case) bool {
	return len(c.Uploads) > 0 && slices.Contains([]State{Recording, Filing, NeedsAttention, Done}, c.State)
}

// ProbeStalled is the stop of a case that stands still without a job, so that HR can let it go on. A
// write that has begun may have happened.
func ProbeStalled(c *Case) *Attention {
	step := StepUpload
	switch {
	case c.State == Checking:
		step = StepCheck
	case c.State == Recording && !c.IdentityDone():
		step = StepIdentity
	case c.Uploads["front"] != "" && c.Uploads["back"] != "":
		step = StepEvidence
	}
	a := &Attention{Step: step, Code: StopStalled}
	if w := c.write(step); w != nil && w.State == WriteStarted {
		a.Code = StopUnknownOutcome
	}
	return a
}

// StillHolds reports whether a difference that was found is still there, as far as the case itself
// can tell. Meanwhile HR may have dealt with it.
func StillHolds(c *Case, d Difference) bool {
	switch d.Kind {
	case DiffEvidenceUnknown, DiffIdentityUnknown:
		return unknownWrite(c) == d.Kind
	case DiffStalled:
		woken := c.State == NeedsAttention && (c.Attention.Code == StopStalled || c.Attention.Code == StopUnknownOutcome)
		return woken || c.State.Turn() == Bot && c.EnteredAt.Equal(d.Since)
	case DiffEvidenceMissing:
		return c.State == Done && !isOnRecord(c.Evidence)
	case DiffIdentityMissing:
		return c.State == Done && !isOnRecord(c.Identity)
	case DiffPhotoLost, DiffPersonGone:
		return AsksDirectory(c) // a case that ended without a record needs neither
	}
	return true
}

const (
	nightHour   = 2
	nightMinute = 30
)

// NightAfter is the next 02:30 in China after t.
func NightAfter(t time.Time) time.Time {
	l := t.In(ChinaTime)
	n := time.Date(l.Year(), l.Month(), l.Day(), nightHour, nightMinute, 0, 0, ChinaTime)
	if !n.After(t) {
		n = n.AddDate(0, 0, 1)
	}
	return n
}

// NightOf names the night that begins at t; ParseNight reads the name.
func NightOf(t time.Time) string { return t.In(ChinaTime).Format(time.DateOnly) }

func ParseNight(s string) (time.Time, error) {
	day, err := time.ParseInLocation(time.DateOnly, s, ChinaTime)
	return day.Add(nightHour*time.Hour + nightMinute*time.Minute), err
}

const (
	SettingNightly = "reconcile/next" // RFC 3339: when the queued job begins; "" = none was ever queued
)
