package flows

import (
	"slices"
	"time"

	"shiming/cards"
)

// decision is one run of Decide. Steps change the copy of the case and collect effects in change.
type decision struct {
	policy *Policy
	c      *Case // a copy of the case that Decide was given
	event  Event
	change Change
	// target is the state in which the case shall be afterwards. It is empty after a refusal.
	target State
	// reenter makes the case enter target although it is in this state already: a new revision, new timers, new cards.
	reenter bool
	// since is when the case began to wait in target, if that was before the event; otherwise zero.
	since time.Time
}

// Decide says what an event means for a case. It is pure: it reads no clock, no network and no database, and it does
// not change c. A nil Change.Case means that the event was refused. Rule and Toast then say why, and there are no
// effects.
//
// Decide looks up the row of (state, kind), runs its step and enters the state that the step chose. It panics if the
// row does not allow this state, because that is a mistake in the table or in the step.
func Decide(p *Policy, c *Case, e Event) Change {
	d := &decision{
		policy: p,
		c:      c.clone(),
		event:  e,
		change: Change{From: c.State},
	}
	row := findRow(c.State, e.Kind)
	if !d.permitted(row) {
		return d.change
	}
	d.target = row.To[0]
	if row.step != nil {
		row.step(d)
	}
	if d.refused() {
		return d.change
	}
	if !slices.Contains(row.To, d.target) {
		panic("flows: " + string(c.State) + " × " + string(e.Kind) + " leads to " + string(d.target) +
			", which the table does not allow")
	}
	d.c.noteAct(e)
	d.freeUnsentCode(c.Code)
	if d.target != c.State || d.reenter {
		if c.State == NeedsAttention && d.target != NeedsAttention {
			d.noteResolution(*c.Attention)
		}
		d.enter(d.target)
	}
	if d.change.Rule == "" {
		d.change.Rule = string(e.Kind)
	}
	d.change.Case = d.c
	return d.change
}

// permitted refuses an event before its step runs: too late, no row, another role, an old revision, or an admin's own case.
func (d *decision) permitted(row *Transition) bool {
	e := d.event
	switch {
	case d.late():
		d.refuse(RefusalLate, CameLateToast(e.MadeAt, e.At))
	case row == nil:
		d.refuse(refusalNotInTable, LateToast(d.policy, d.c))
	case row.By != e.Role:
		d.refuse("not the actor's to do", NewToast("not_allowed", nil))
	case e.Rev != nil && *e.Rev != d.c.Rev:
		d.refuse("seen at another revision", LateToast(d.policy, d.c))
	case row.By == HR && e.Actor == d.c.OpenID:
		d.refuse("nobody decides on himself", NewToast("self_review", nil))
	default:
		return true
	}
	return false
}

// Reasons of refusals that several steps give. They reach log and tests as Change.Rule.
const (
	refusalNotInTable   = "not in the table"
	refusalOtherCode    = "another code is valid"
	refusalNoAttempt    = "no such attempt"
	RefusalNoReason     = "no reason given"
	refusalTooManyCodes = "too many codes within a day"
	refusalKnown        = "known"
)

// refuse ends the decision without any change of the case and drops all effects that were collected.
func (d *decision) refuse(reason string, t *cards.Toast) {
	d.change = Change{From: d.change.From, Rule: reason, Toast: t}
	d.target = ""
}

// refused reports whether a step called refuse. Steps that call other steps ask for it.
func (d *decision) refused() bool { return d.target == "" }

func (d *decision) goTo(s State)    { d.target = s }
func (d *decision) rule(s string)   { d.change.Rule = s }
func (d *decision) toast(id string) { d.change.Toast = NewToast(id, nil) }
func (d *decision) job(j Job)       { d.change.Jobs = append(d.change.Jobs, j.Of(d.c.ID)) }

// detail adds a detail to the audit row. Values are ids, hashes and codes, never personal data.
func (d *decision) detail(k, v string) {
	if d.change.Detail == nil {
		d.change.Detail = map[string]string{}
	}
	d.change.Detail[k] = v
}

// redraw asks for the cards of the audiences to be drawn again in place.
func (d *decision) redraw(audiences ...string) {
	for _, a := range audiences {
		if !slices.Contains(d.change.Redraw, a) {
			d.change.Redraw = append(d.change.Redraw, a)
		}
	}
}

// repost asks for a new message at the bottom of the audience's chat.
func (d *decision) repost(audience string) {
	if !slices.Contains(d.change.Repost, audience) {
		d.change.Repost = append(d.change.Repost, audience)
	}
	d.redraw(audience)
}

// enter moves the case into s. It sets a new revision, which makes older cards and timers stale, starts the timers of
// s, and redraws the cards of those whom the change concerns.
func (d *decision) enter(s State) {
	from := d.c.State
	d.c.State = s
	d.c.Rev++
	d.c.EnteredAt = d.event.At
	if !d.since.IsZero() {
		d.c.EnteredAt = d.since
	}
	d.c.ReachedAt = d.reachedAt()
	d.c.ExpiresAt = time.Time{}
	d.c.Delayed, d.c.Hold = "", nil
	if s != NeedsAttention {
		d.c.Attention = nil
	}
	if s == AwaitingConfirmation {
		d.c.PhotosFrom = later(d.c.PhotosFrom, d.c.Newest())
	}
	d.redraw(AudienceApplicant)
	// HR's card is not redrawn at every step, because a group takes only five messages a second. It is redrawn when HR's
	// turn begins or ends and, after a review, at every state but Filing.
	if from.Turn() == HR || s.Turn() == HR || d.c.Review != nil && s != Filing {
		d.redraw(AudienceHR)
	}
	switch s {
	case AwaitingReview:
		d.c.Risk = Worst(Findings(d.c, d.policy, d.event.At))
		if d.c.Help != nil {
			d.c.Risk = LevelFailed // also if no check was made
		}
	case NeedsAttention:
	default:
		d.c.Assigned = nil
	}
	d.c.OnHold, d.c.LookRequest = nil, nil
	if s != AwaitingReview && s != Decided {
		d.c.Question = nil
	}
	if s == Decided {
		d.job(TakeEffect(d.c.Rev, d.c.Pending.Until))
	}
	if s.Turn() == Applicant || s.Turn() == HR {
		escalates := s.Turn() == HR && d.policy.SLA > 0
		if !escalates || d.since.IsZero() { // a wait that goes on has its steps once
			d.c.Reminders = 0
		}
		d.c.ExpiresAt = d.event.At.Add(d.policy.ExpireAfter)
		if s.Turn() == HR {
			d.c.ExpiresAt = d.c.EnteredAt.Add(MaxHRWait)
		}
		remindAt := d.event.At.Add(d.policy.ReminderAfter)
		if escalates {
			remindAt = d.escalatesAt()
		}
		d.job(Remind(d.c.Rev, remindAt))
		d.job(Expire(d.c.Rev, d.c.ExpiresAt))
	}
	if s.Terminal() {
		d.end(s)
	}
}

// end notes the outcome and queues the jobs that delete photos and fields after their retention periods.
func (d *decision) end(s State) {
	if d.c.Outcome == "" {
		d.c.Outcome = string(s)
	}
	d.c.Conversation = nil
	d.c.dropFaceLink()
	d.c.dropVerification()
	for f := range EndFigures(d.c) {
		d.count(f)
	}
	d.redraw(AudienceHR, AudienceBoard)
	if s == Done {
		d.queueFollowUps()
		d.postSample()
	}
	if !d.c.Erased.IsZero() {
		return
	}
	if len(d.c.Photos) > 0 && d.c.PhotosGoneAt.IsZero() {
		d.c.PurgeAt = d.event.At.Add(d.policy.PhotoGrace)
		d.job(Purge(PurgePhotos, d.c.PurgeAt))
	}
	switch {
	case s != Done && s != OnFile: // nobody was registered, so there is no reason to keep the fields
		d.job(Purge(PurgeAll, d.event.At.Add(d.policy.UnfinishedRetention)))
	case d.policy.FieldRetention > 0:
		d.job(Purge(PurgeAll, d.event.At.Add(d.policy.FieldRetention)))
	}
}
