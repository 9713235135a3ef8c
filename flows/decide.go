package flows

import (
	"slices"
	"time"

	"shiming/cards"
)

// decision is one run of Decide.
type decision struct {
	p    *Policy
	c    *Case // a copy; steps change it
	e    Event
	ch   Change
	to   State
	stay bool // entered again on purpose although To is From
}

// Decide says what an event means for a case. It is pure: it reads no clock, network or
// database, and does not change c. A nil Change.Case means that nothing happens; Toast
// and Why then say why.
func Decide(p *Policy, c *Case, e Event) Change {
	d := &decision{
		p:  p,
		c:  c.clone(),
		e:  e,
		ch: Change{From: c.State},
	}
	t := index[pair{c.State, e.Kind}]
	switch {
	case t == nil:
		return d.refuse("not in the table", LateToast(d.p, d.c))
	case t.By != e.Role:
		return d.refuse("not the actor's to do", NewToast("not_allowed", nil))
	case e.Rev != nil && *e.Rev != c.Rev:
		return d.refuse("seen at another revision", LateToast(d.p, d.c))
	case t.By == HR && e.Actor == c.OpenID:
		return d.refuse("nobody decides on himself", NewToast("self_review", nil))
	}
	d.to = t.To[0]
	if t.step != nil {
		t.step(d)
	}
	if d.ch.Case == nil && d.to == "" { // the step refused
		return d.ch
	}
	if !slices.Contains(t.To, d.to) {
		panic("flows: " + string(c.State) + " × " + string(e.Kind) + " leads to " + string(d.to) +
			", which the table does not allow")
	}
	if d.to != c.State || d.stay {
		if c.State == NeedsAttention && d.to != NeedsAttention {
			d.noteResolution(*c.Attention)
		}
		d.enter(d.to)
	}
	d.ch.Case = d.c
	if d.ch.Rule == "" {
		d.ch.Rule = string(e.Kind)
	}
	return d.ch
}

// refuse ends the decision without any change.
func (d *decision) refuse(why string, t *cards.Toast) Change {
	d.ch = Change{From: d.ch.From, Rule: why, Toast: t}
	d.to = ""
	return d.ch
}

func (d *decision) goTo(s State)    { d.to = s }
func (d *decision) rule(s string)   { d.ch.Rule = s }
func (d *decision) toast(id string) { d.ch.Toast = NewToast(id, nil) }
func (d *decision) job(j Job)       { d.ch.Jobs = append(d.ch.Jobs, j.Of(d.c.ID)) }
func (d *decision) detail(k, v string) {
	if d.ch.Detail == nil {
		d.ch.Detail = map[string]string{}
	}
	d.ch.Detail[k] = v
}

// redraw asks for the cards of the audiences to be drawn again in place.
func (d *decision) redraw(audiences ...string) {
	for _, a := range audiences {
		if !slices.Contains(d.ch.Redraw, a) {
			d.ch.Redraw = append(d.ch.Redraw, a)
		}
	}
}

// repost asks for a new message at the bottom of the audience's chat.
func (d *decision) repost(audience string) {
	if !slices.Contains(d.ch.Repost, audience) {
		d.ch.Repost = append(d.ch.Repost, audience)
	}
	d.redraw(audience)
}

const (
	AudienceApplicant = "applicant"
	AudienceHR        = "hr"
	AudienceBoard     = "board"
)

// enter moves the case into s: a new revision, fresh timers, cards for everybody concerned.
func (d *decision) enter(s State) {
	from := d.c.State
	d.c.State = s
	d.c.Rev++
	d.c.EnteredAt = d.e.At
	d.c.ExpiresAt = time.Time{}
	d.c.Delayed = ""
	if s != NeedsAttention {
		d.c.Attention = nil
	}
	d.redraw(AudienceApplicant)
	// HR sees a case when it is HR's turn, what became of the decision, and how it ended; not
	// every step in between, since a group takes five changes a second.
	if from.Turn() == HR || s.Turn() == HR || d.c.Review != nil && s != Filing {
		d.redraw(AudienceHR)
	}
	if s.Turn() == Applicant || s.Turn() == HR {
		d.c.Reminders = 0
		d.c.ExpiresAt = d.e.At.Add(d.p.ExpireAfter)
		d.job(Remind(d.c.Rev, d.e.At.Add(d.p.ReminderAfter)))
		d.job(Expire(d.c.Rev, d.c.ExpiresAt))
	}
	if s.Terminal() {
		d.end(s)
	}
}

// end starts the clocks that delete what is no longer needed.
func (d *decision) end(s State) {
	if d.c.Outcome == "" {
		d.c.Outcome = string(s)
	}
	d.redraw(AudienceHR)
	if s == Done {
		d.redraw(AudienceBoard)
	}
	if !d.c.Erased.IsZero() {
		return
	}
	if len(d.c.Photos) > 0 && d.c.PhotosGoneAt.IsZero() {
		d.c.PurgeAt = d.e.At.Add(d.p.PhotoGrace)
		d.job(Purge(PurgePhotos, d.c.PurgeAt))
	}
	switch {
	case s != Done: // nothing was registered, so nothing needs to be kept
		d.job(Purge(PurgeAll, d.e.At.Add(d.p.PhotoGrace)))
	case d.p.FieldRetention > 0:
		d.job(Purge(PurgeAll, d.e.At.Add(d.p.FieldRetention)))
	}
}

func NewToast(id string, args map[string]string) *cards.Toast {
	t := cards.NewToast(id, args)
	return &t
}

// LateToast tells a late click who did what when.
func LateToast(p *Policy, c *Case) *cards.Toast {
	if r := c.Review; r != nil && c.State != AwaitingReview {
		args := map[string]string{"what": string(r.What), "when": r.At.In(ChinaTime).Format("01-02 15:04")}
		if p.NameOf != nil {
			args["who"] = p.NameOf(r.By)
		}
		return NewToast("late", args)
	}
	if c.State.Terminal() {
		return NewToast("closed", nil)
	}
	return NewToast("already", nil)
}

// ChinaTime is the zone of every day and hour that people and rules speak of. China keeps no summer time, so that a
// fixed zone is exact and needs no time zone database.
var ChinaTime = time.FixedZone("Asia/Shanghai", 8*60*60)
