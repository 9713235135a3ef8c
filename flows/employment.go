package flows

import "time"

// Employment is what Feishu's directory has said about a person's employment. It holds ids, times and codes only; it
// exists for people of whom the directory has said something.
type Employment struct {
	TenantKey, OpenID string
	JoinedAt          time.Time // when the person was added to the directory; zero if that is not known
	LeftAt            time.Time // when the person left the company; zero while the person works there
	// SuspendedAt is since when the account is frozen or left by its owner (is_frozen, is_exited); zero if it is neither.
	SuspendedAt time.Time
	Joiner      JoinerState
	InviteAt    time.Time // from when a joiner is invited, or HR is asked
	NameCheck   NameCheck // whether the recorded identity still has the person's name
	// PresenceAt and StatusAt are the times, by Feishu's clock, of the newest event about joining and leaving and of the
	// newest about the account: what is older changes nothing.
	PresenceAt, StatusAt time.Time
}

// JoinerState is how far the invitation of somebody who has joined the company is.
type JoinerState string

// States of a joiner. "" is for somebody who is none, or where joiners are not invited.
const (
	JoinerWaiting JoinerState = "waiting" // for InviteAt
	JoinerAsked   JoinerState = "asked"   // HR has a card
	JoinerInvited JoinerState = "invited" // in a campaign; or not invited, since the person has begun
	JoinerLeftOut JoinerState = "left_out"
)

// NameCheck is how the name in the directory compares with the recorded identity.
type NameCheck string

// Values of NameCheck. "" says that nothing was asked.
const (
	NameDiffers NameCheck = "differs" // HR is asked
	NameKept    NameCheck = "kept"    // by HR: the record stays
	NameAgain   NameCheck = "again"   // by HR: the person shall register again
)

// NoticeRenamed asks the person to register again (text "notice.<code>").
const NoticeRenamed = "renamed_again"

// StaffEffects is what follows from a StaffChange.
type StaffEffects struct {
	Left    bool // the person has left: what is open ends
	Joins   bool // the person waits for InviteAt
	Renamed bool // the recorded identity has to be compared
}

// maxJoinAhead is how far ahead a first working day may lie. What is farther away is a mistake.
const maxJoinAhead = 180 * 24 * time.Hour

// After returns the employment after a change, and what follows. It ignores what is older than what it knows: events
// come twice and in any order.
func (e Employment) After(n StaffChange, p *Policy, now time.Time) (Employment, StaffEffects) {
	var out StaffEffects
	at := n.At
	if at.IsZero() {
		at = now
	}
	switch {
	case n.Kind == StaffJoined && at.After(e.PresenceAt):
		returns := !e.LeftAt.IsZero()
		known := !e.PresenceAt.IsZero() && !returns
		e.PresenceAt, e.LeftAt = at, time.Time{}
		if e.JoinedAt.IsZero() || returns {
			e.JoinedAt = at
		}
		if returns {
			e.SuspendedAt = time.Time{}
		}
		if p.InvitesJoiners() && !known {
			first := later(now, at)
			if d := n.JoinsOn.Sub(now); d > 0 && d <= maxJoinAhead {
				first = n.JoinsOn
			}
			e.Joiner, e.InviteAt = JoinerWaiting, p.JoinersAt(first)
			out.Joins = true
		}
	case n.Kind == StaffLeft && !at.Before(e.PresenceAt) && e.LeftAt.IsZero():
		e.PresenceAt, e.LeftAt = at, at
		if e.Joiner == JoinerWaiting || e.Joiner == JoinerAsked {
			e.Joiner = JoinerLeftOut
		}
		if e.NameCheck == NameDiffers {
			e.NameCheck = ""
		}
		out.Left = true
	}
	if s := n.Suspended; s != nil && n.Kind != StaffLeft && !at.Before(e.StatusAt) {
		e.StatusAt = at
		switch {
		case !*s:
			e.SuspendedAt = time.Time{}
		case e.SuspendedAt.IsZero():
			e.SuspendedAt = at
		}
	}
	out.Renamed = n.Renamed && e.LeftAt.IsZero()
	return e, out
}

// Reachable reports whether the person may be disturbed: not left, and not suspended.
func (e Employment) Reachable() bool { return e.LeftAt.IsZero() && e.SuspendedAt.IsZero() }

// InvitesJoiners reports whether something follows when somebody joins.
func (p *Policy) InvitesJoiners() bool {
	return p.Campaign.Joiners == JoinersAsk || p.Campaign.Joiners == JoinersAuto
}

// Joiners are invited, or shown to HR, at 10:07 in China: after the first steps of a first day, and not at the full or
// half hour, at which Feishu delivers late (code 11232).
const (
	joinersHour   = 10
	joinersMinute = 7
)

// JoinersAt returns when somebody who joins at t is invited: at the first 10:07 of a working day that is not before t.
// Where they are invited without HR, who joins later in working hours is invited at seven past the next full hour, so
// that it is still the first day.
func (p *Policy) JoinersAt(t time.Time) time.Time {
	day := DayOf(t)
	for i := range longestHoliday + 1 {
		d := day.AddDate(0, 0, i)
		if !p.IsWorkday(d.Add(12 * time.Hour)) {
			continue
		}
		at := d.Add(joinersHour*time.Hour + joinersMinute*time.Minute)
		if !at.Before(t) {
			return at
		}
		next := t.Truncate(time.Hour).Add(joinersMinute * time.Minute)
		if next.Before(t) {
			next = next.Add(time.Hour)
		}
		if p.Campaign.Joiners == JoinersAuto && p.Work.Open(next) {
			return next
		}
	}
	return day.AddDate(0, 0, 1).Add(joinersHour*time.Hour + joinersMinute*time.Minute)
}
