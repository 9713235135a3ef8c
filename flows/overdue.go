package flows

import "time"

// EscalationStep is what is done about cases that have waited for HR for so many times the SLA.
type EscalationStep int64

// Steps of an escalation. Whoever is told gets one card for all overdue cases.
const (
	EscalateToAdmins EscalationStep = 1 // a card to each admin
	EscalateUrgently EscalationStep = 2 // the same card is sent by 加急
	EscalateToLeads  EscalationStep = 3 // a card with numbers and times to each lead
)

// escalate is remind for a case that waits for HR, if there is an SLA: at each multiple of it the next step follows,
// and after the last one the admins get the card again on each working day. Nobody is told outside working hours.
func escalate(d *decision) {
	at := d.escalatesAt()
	if !d.policy.Work.Open(d.event.At) {
		at = later(at, d.policy.Work.NextOpen(d.event.At))
	}
	if d.event.At.Before(at) {
		d.job(Remind(d.c.Rev, at))
		d.refuseButKeepJobs("not overdue yet, or outside working hours")
		return
	}
	d.noteReminder()
	step := EscalationStep(d.c.Reminders)
	if step > EscalateToLeads {
		step = EscalateToAdmins
	}
	d.job(Escalate(d.c.TenantKey, step))
	d.job(Remind(d.c.Rev, d.escalatesAt()))
}

// escalatesAt returns when the next step about the case is due.
func (d *decision) escalatesAt() time.Time {
	p, c := d.policy, d.c
	switch {
	case c.Reminders == 0:
		return p.Work.After(c.EnteredAt, p.SLA)
	case c.Reminders < int(EscalateToLeads):
		return p.Work.After(c.RemindedAt, p.SLA)
	}
	return p.Work.NextDay(c.RemindedAt)
}

// DueAt returns until when HR shall have dealt with a case that waits since a time; zero without an SLA.
func (p *Policy) DueAt(since time.Time) time.Time {
	if p.SLA <= 0 {
		return time.Time{}
	}
	return p.Work.After(since, p.SLA)
}

// OverdueSince returns the moment of which every case that waits since then, or longer, is overdue; zero without an
// SLA.
func (p *Policy) OverdueSince(now time.Time) time.Time {
	if p.SLA <= 0 {
		return time.Time{}
	}
	return p.Work.Before(now, p.SLA)
}

// IsOverdue reports whether a case that waits for HR since a time is overdue.
func (p *Policy) IsOverdue(since, now time.Time) bool {
	due := p.DueAt(since)
	return !due.IsZero() && !now.Before(due)
}
