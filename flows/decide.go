package flows

import (
	"slices"
	"time"

	"shiming/cards"
)

// Policy is what the owner of the installation decided.
type Policy struct {
	Method       Method
	ReviewAlways bool     // false = an all-green case needs no HR
	Admins       []string // open_ids, or tenant_key/open_id; see AdminsOf
	Agreement    cards.Agreement

	ReminderAfter  time.Duration
	ExpireAfter    time.Duration
	CodeTTL        time.Duration
	CodeResend     time.Duration
	PhotoGrace     time.Duration // photos live this long after the case has ended
	FieldRetention time.Duration // fields live this long after the case is done; 0 = for ever
	// WriteQuiet is how long after the intent of a write whose outcome is unknown 重试 waits: a
	// platform may still be applying what a dead process has sent. Longer than any call takes.
	WriteQuiet time.Duration

	// NameOf gives a colleague's display name for toasts, "" if it is not known.
	NameOf func(openID string) string
}

// Limits that are not the owner's to choose.
const (
	MaxCodeTries   = 5             // wrong codes before a new one is needed
	MaxCodesPerDay = 10            // codes of one case within 24 h
	MaxPhotos      = 40            // photos of one case; more are refused
	MaxReminders   = 3             // reminders of one case in one state, by clock or by HR
	NudgeEvery     = 4 * time.Hour // between two reminders by HR
	// DefaultWriteQuiet is three times what a call to Feishu (two attempts of 10 s, when a token
	// has to be renewed) or e签宝 (10 s) can take.
	DefaultWriteQuiet = time.Minute
	ProbeEvery        = 2 * time.Minute // how often a step that was stopped by the operator's settings tries again by itself
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
	d := &decision{p: p, c: c.clone(), e: e, ch: Change{From: c.State}}
	t := index[pair{c.State, e.Kind}]
	switch {
	case t == nil:
		return d.refuse("not in the table", lateToast(d.p, d.c))
	case t.By != e.Role:
		return d.refuse("not the actor's to do", toast("not_allowed", nil))
	case e.Rev != nil && *e.Rev != c.Rev:
		return d.refuse("seen at another revision", lateToast(d.p, d.c))
	case t.By == HR && e.Actor == c.OpenID:
		return d.refuse("nobody decides on himself", toast("self_review", nil))
	}
	d.to = t.To[0]
	if t.step != nil {
		t.step(d)
	}
	if d.ch.Case == nil && d.to == "" { // the step refused
		return d.ch
	}
	if !slices.Contains(t.To, d.to) {
		panic("flows: " + string(c.State) + " × " + string(e.Kind) + " leads to " + string(d.to) + ", which the table does not allow")
	}
	if d.to != c.State || d.stay {
		if c.State == NeedsAttention && d.to != NeedsAttention {
			d.settle(*c.Attention)
		}
		d.enter(d.to)
	}
	d.ch.Case = d.c
	if d.ch.Why == "" {
		d.ch.Why = string(e.Kind)
	}
	return d.ch
}

// refuse ends the decision without any change.
func (d *decision) refuse(why string, t *cards.Toast) Change {
	d.ch = Change{From: d.ch.From, Why: why, Toast: t}
	d.to = ""
	return d.ch
}

func (d *decision) goTo(s State)    { d.to = s }
func (d *decision) why(s string)    { d.ch.Why = s }
func (d *decision) toast(id string) { d.ch.Toast = toast(id, nil) }
func (d *decision) job(j Job)       { d.ch.Jobs = append(d.ch.Jobs, withCase(j, d.c.ID)) }
func (d *decision) detail(k, v string) {
	if d.ch.Detail == nil {
		d.ch.Detail = map[string]string{}
	}
	d.ch.Detail[k] = v
}

func withCase(j Job, id string) Job { j.Case = id; return j }

// show asks for the cards of the audiences to be drawn again in place.
func (d *decision) show(audiences ...string) {
	for _, a := range audiences {
		if !slices.Contains(d.ch.Show, a) {
			d.ch.Show = append(d.ch.Show, a)
		}
	}
}

// anew asks for a new message at the bottom of the audience's chat.
func (d *decision) anew(audience string) {
	if !slices.Contains(d.ch.Anew, audience) {
		d.ch.Anew = append(d.ch.Anew, audience)
	}
	d.show(audience)
}

const (
	toApplicant = "applicant"
	toHR        = "hr"
	toBoard     = "board"
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
	d.show(toApplicant)
	// HR sees a case when it is HR's turn, what became of the decision, and how it ended; not
	// every step in between, since a group takes five changes a second.
	if from.Turn() == HR || s.Turn() == HR || d.c.Review != nil && s != Filing {
		d.show(toHR)
	}
	if s.Turn() == Applicant || s.Turn() == HR {
		d.c.Reminders = 0
		d.c.ExpiresAt = d.e.At.Add(d.p.ExpireAfter)
		d.job(Job{Kind: JobRemind, Rev: d.c.Rev, At: d.e.At.Add(d.p.ReminderAfter)})
		d.job(Job{Kind: JobExpire, Rev: d.c.Rev, At: d.c.ExpiresAt})
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
	d.show(toHR)
	if s == Done {
		d.show(toBoard)
	}
	if !d.c.Erased.IsZero() {
		return
	}
	if len(d.c.Photos) > 0 && d.c.PhotosGoneAt.IsZero() {
		d.c.PurgeAt = d.e.At.Add(d.p.PhotoGrace)
		d.job(Job{Kind: JobPurge, Ref: "photos", At: d.c.PurgeAt})
	}
	switch {
	case s != Done: // nothing was registered, so nothing needs to be kept
		d.job(Job{Kind: JobPurge, Ref: "all", At: d.e.At.Add(d.p.PhotoGrace)})
	case d.p.FieldRetention > 0:
		d.job(Job{Kind: JobPurge, Ref: "all", At: d.e.At.Add(d.p.FieldRetention)})
	}
}

func toast(id string, args map[string]string) *cards.Toast {
	t := cards.NewToast(id, args)
	return &t
}

// lateToast tells a late click who did what when.
func lateToast(p *Policy, c *Case) *cards.Toast {
	if r := c.Review; r != nil && c.State != AwaitingReview {
		args := map[string]string{"what": r.What, "when": r.At.In(china).Format("01-02 15:04")}
		if p.NameOf != nil {
			args["who"] = p.NameOf(r.By)
		}
		return toast("late", args)
	}
	if c.State.Terminal() {
		return toast("closed", nil)
	}
	return toast("already", nil)
}

var china = time.FixedZone("Asia/Shanghai", 8*60*60)
