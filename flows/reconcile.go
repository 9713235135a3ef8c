package flows

import (
	"slices"
	"time"
)

// DiffKind names a kind of difference between our records and the platforms' (texts "diff.<kind>").
type DiffKind string

// Kinds of differences.
const (
	DiffEvidenceUnknown DiffKind = "evidence_unknown" // the answer to an evidence point was lost; e签宝 cannot be asked
	DiffIdentityUnknown DiffKind = "identity_unknown" // the answer to an identity was lost; Feishu cannot be asked
	DiffStalled         DiffKind = "stalled"          // it is the bot's turn, and the case has no job
	DiffEvidenceMissing DiffKind = "evidence_missing" // done, but without an evidence point
	DiffIdentityMissing DiffKind = "identity_missing" // done, but without an identity
	DiffPhotoLost       DiffKind = "photo_lost"       // e签宝 no longer has an uploaded photo, or reports it as broken
	DiffPersonGone      DiffKind = "person_gone"      // Feishu's directory no longer shows the person
	DiffChain           DiffKind = "chain"            // the audit chain does not verify
)

// DiffKinds lists every kind, in the order of their need of HR.
var DiffKinds = []DiffKind{
	DiffEvidenceUnknown, DiffIdentityUnknown, DiffStalled, DiffEvidenceMissing,
	DiffIdentityMissing, DiffPhotoLost, DiffPersonGone, DiffChain,
}

// Difference is one difference of one case. It holds nothing personal.
type Difference struct {
	Kind  DiffKind  `json:"kind"`
	Case  string    `json:"case"`
	Since time.Time `json:"since"`
	Ended bool      `json:"ended,omitempty"` // the case has ended, so nobody can resolve the difference
	// Reported marks a difference of an ended case that HR has seen on a card before. It stays in the list and does not
	// cause another card.
	Reported bool `json:"told,omitempty"`
}

// stalledAfter is the time without a job after which a case in the bot's turn counts as stalled. A change and its jobs
// are committed together, so a shorter time would do as well.
const stalledAfter = 15 * time.Minute

// Surroundings holds what the store and the platforms say about a case. The zero value means no difference.
type Surroundings struct {
	Working     bool // the case has an unfinished job
	ChainBroken bool
	PhotoLost   bool
	PersonGone  bool
}

// Differences compares a case with its surroundings.
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

// unknownWrite returns the kind of the unknown write about which HR is asked; "" for none.
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

// Stalled reports whether a case stands in the bot's turn without a job. working is Surroundings.Working.
func Stalled(c *Case, working bool, now time.Time) bool {
	return c.State.Turn() == Bot && !working && now.Sub(c.EnteredAt) >= stalledAfter
}

// isOnRecord reports whether a write is done and its id, or the admin who confirmed it, is known.
func isOnRecord(w *Write) bool {
	return w != nil && w.State == WriteDone && (w.ID != "" || w.By != "")
}

// InDirectoryScope reports whether the nightly run looks for the applicant in Feishu's directory.
func InDirectoryScope(c *Case) bool { return !c.State.Terminal() || c.State == Done }

// InEsignScope reports whether the nightly run asks e签宝 for the photos of the case.
func InEsignScope(c *Case) bool {
	return len(c.Uploads) > 0 && slices.Contains([]State{Recording, Filing, NeedsAttention, Done}, c.State)
}

// ProbeStalled returns the stop to report for a stalled case, so that HR can retry it. A started write may have been
// applied, so its outcome is unknown.
func ProbeStalled(c *Case) *Attention {
	uploaded := true
	for _, s := range c.UploadSides() {
		uploaded = uploaded && c.Uploads[string(s)] != ""
	}
	step := StepUpload
	switch {
	case c.State == Checking:
		step = StepCheck
	case c.State == Recording && !c.IdentityDone() && (uploaded || c.Identity != nil || c.Method == MethodNone):
		step = StepIdentity
	case uploaded:
		step = StepEvidence
	}
	a := &Attention{Step: step, Code: StopStalled}
	if w := c.write(step); w != nil && w.State == WriteStarted {
		a.Code = StopUnknownOutcome
	}
	return a
}

// StillHolds reports whether a difference found earlier still exists, as far as the case itself shows. HR may have
// resolved it meanwhile.
func StillHolds(c *Case, d Difference) bool {
	switch d.Kind {
	case DiffEvidenceUnknown, DiffIdentityUnknown:
		return unknownWrite(c) == d.Kind
	case DiffStalled:
		reported := c.State == NeedsAttention &&
			(c.Attention.Code == StopStalled || c.Attention.Code == StopUnknownOutcome)
		return reported || c.State.Turn() == Bot && c.EnteredAt.Equal(d.Since)
	case DiffEvidenceMissing:
		return c.State == Done && !isOnRecord(c.Evidence)
	case DiffIdentityMissing:
		return c.State == Done && !isOnRecord(c.Identity)
	case DiffPhotoLost, DiffPersonGone:
		return InDirectoryScope(c) // a case that ended without a record needs neither
	}
	return true
}

// The nightly run begins at 02:30 in China.
const (
	nightHour   = 2
	nightMinute = 30
)

// NightAfter returns the first 02:30 in China after t.
func NightAfter(t time.Time) time.Time {
	l := t.In(ChinaTime)
	n := time.Date(l.Year(), l.Month(), l.Day(), nightHour, nightMinute, 0, 0, ChinaTime)
	if !n.After(t) {
		n = n.AddDate(0, 0, 1)
	}
	return n
}

// RunDateOf returns the name of the night that begins at t, as 2006-01-02.
func RunDateOf(t time.Time) string { return t.In(ChinaTime).Format(time.DateOnly) }

// ParseRunDate returns the beginning of the night with this name.
func ParseRunDate(s string) (time.Time, error) {
	day, err := time.ParseInLocation(time.DateOnly, s, ChinaTime)
	return day.Add(nightHour*time.Hour + nightMinute*time.Minute), err
}

// SettingNightly is the key of the start of the queued nightly run, as RFC 3339; "" if none was ever queued.
const SettingNightly = "reconcile/next"
