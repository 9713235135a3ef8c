package flows

import (
	"cmp"
	"slices"
	"time"

	"shiming/idcard"
)

// OriginalsRule says when an admin who opens a case gets its original photos without asking.
type OriginalsRule string

// Rules for originals.
const (
	OriginalsOnRequest OriginalsRule = "on_request" // never
	OriginalsOnWarning OriginalsRule = "on_warning" // if a finding is a warning or a failure
	OriginalsAlways    OriginalsRule = "always"
)

// LookFor is how long originals stay in the admin's chat.
const LookFor = 5 * time.Minute

// LooksWindow is the time over which MaxLooks counts.
const LooksWindow = time.Hour

// PolicyReason is the reason of a look that the policy makes, besides cards.PeekReasons.
const PolicyReason = "policy"

// EventOriginal is the audit event of a look at the originals, with the reason in its detail. The others are about its
// message: it was recalled, its recall was refused, or it was never sent.
const (
	EventOriginal         = "original"
	EventOriginalRecalled = "original_recalled"
	EventOriginalKept     = "original_kept"
	EventOriginalNotShown = "original_not_shown"
)

// Notices about looks (texts "notice.<code>"): to the other admins, to HR, and to the admin who asked.
const (
	NoticeManyLooks        = "many_looks"
	NoticeOriginalKept     = "original_kept"
	NoticeOriginalEmptied  = "original_emptied" // the same, but the photos are off the card
	NoticeOriginalNotShown = "original_not_shown"
)

// maxOriginals bounds the photos of a look. A card has two sides; a case whose photos could not be read may hold more.
const maxOriginals = 4

// OriginalsShown reports whether HR may look at the originals of a case in state s.
func (s State) OriginalsShown() bool {
	return s == AwaitingReview || s == Decided || s == NeedsAttention
}

// OriginalsShown reports whether HR may look at the originals of the case: while it is HR's, or waits for a look as a
// sample.
func (c *Case) OriginalsShown() bool { return c.State.OriginalsShown() || c.AwaitsLook() }

// Originals returns the photos that HR may look at now, the portrait side first. There are none while the case is not
// HR's.
func Originals(c *Case) []Photo {
	if !c.OriginalsShown() || !c.PhotosGoneAt.IsZero() {
		return nil
	}
	var out []Photo
	for _, p := range c.Photos {
		if p.State == PhotoRead || p.State == PhotoStored {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b Photo) int { return cmp.Compare(sideOrder(a.Side), sideOrder(b.Side)) })
	return out[:min(len(out), maxOriginals)]
}

func sideOrder(s idcard.Side) int {
	switch s {
	case idcard.Front:
		return 0
	case idcard.Back:
		return 1
	}
	return 2
}

// Unasked reports whether the rule gives the originals of a case to the admin who opens it.
func (r OriginalsRule) Unasked(c *Case) bool {
	switch r {
	case OriginalsAlways:
		return true
	case OriginalsOnWarning:
		return c.Risk == LevelWarning || c.Risk == LevelFailed
	}
	return false
}
