package flows

import (
	"strconv"
	"time"
)

// remind sends a reminder when its timer is due and sets the next one, after twice the time. It sends none at night,
// unless ReminderAfter is below an hour, as it is in trials. After MaxReminders an applicant is left alone. HR is
// reminded on, because the applicant can do nothing about it, and then each admin in private as well. With an SLA HR
// has a clock of its own, see escalate.
func remind(d *decision) {
	if d.c.State.Turn() == HR && d.policy.SLA > 0 {
		escalate(d)
		return
	}
	if d.c.Reminders >= MaxReminders && d.c.State.Turn() == Applicant {
		d.refuse("reminded often enough", nil)
		return
	}
	if d.event.Unreachable && d.c.State.Turn() == Applicant {
		d.job(Remind(d.c.Rev, d.event.At.Add(d.policy.ReminderAfter)))
		d.refuseButKeepJobs(NudgeUnreachable)
		return
	}
	if h := d.c.OnHold; h.ActiveAt(d.event.At) {
		d.job(Remind(d.c.Rev, h.Until))
		d.refuseButKeepJobs("on hold")
		return
	}
	if t := d.c.Conversation; t != nil && d.c.State.Turn() == Applicant { // the bot keeps quiet
		d.job(Remind(d.c.Rev, t.LastAt.Add(2*ConversationQuiet)))
		d.refuseButKeepJobs("talks with HR")
		return
	}
	if !Awake(d.event.At) && d.policy.ReminderAfter >= time.Hour {
		d.job(Remind(d.c.Rev, NextMorning(d.event.At)))
		d.refuseButKeepJobs("night")
		return
	}
	d.sendReminder()
	d.job(Remind(d.c.Rev, d.event.At.Add(d.policy.ReminderAfter<<min(d.c.Reminders, MaxReminders))))
}

// refuseButKeepJobs leaves the case as it is, without an audit row, and keeps the collected jobs.
func (d *decision) refuseButKeepJobs(why string) {
	d.rule(why)
	d.change.Silent = true
}

// sendReminder sends a card to the applicant. HR gets a list of all waiting cases instead of a card for each.
func (d *decision) sendReminder() {
	d.noteReminder()
	if d.c.State.Turn() == Applicant {
		d.job(Reminder(d.c.Rev).Towards(Receiver{Type: "open_id", ID: d.c.OpenID}))
		return
	}
	d.job(Reply(ReplyDigest).ToHR())
	if d.c.Reminders > MaxReminders {
		d.job(Reply(ReplyDigest).ToHR().With(ArgAdmins, "1"))
	}
}

// noteReminder counts a reminder.
func (d *decision) noteReminder() {
	d.c.Reminders++
	d.c.RemindedAt = d.event.At
	d.detail("reminder", strconv.Itoa(d.c.Reminders))
}

// nudge is HR's 催办 for one case. It counts towards MaxReminders, needs NudgeEvery since the last reminder, and waits
// for the morning at night.
func nudge(d *decision) {
	switch {
	case d.event.Unreachable:
		d.refuse(NudgeUnreachable, nil)
		return
	case d.c.Reminders >= MaxReminders:
		d.refuse(NudgeCapped, nil)
		return
	case d.event.At.Sub(d.c.RemindedAt) < NudgeEvery:
		d.refuse(NudgeTooSoon, nil)
		return
	}
	d.sendReminder()
	if !Awake(d.event.At) {
		d.change.Jobs[len(d.change.Jobs)-1].At = NextMorning(d.event.At) // the job of sendReminder
	}
}

// Reasons of a refused nudge. Package workers counts them for the answer to 催办.
const (
	NudgeCapped  = "reminded often enough"
	NudgeTooSoon = "reminded a short while ago"
	// NudgeUnreachable: the account is suspended, so that a reminder would not be read. The timer goes on.
	NudgeUnreachable = "the account is suspended"
)
