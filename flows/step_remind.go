package flows

import (
	"strconv"
	"time"
)

// remind is the clock's nudge. Applicants get a card; HR gets the list of what waits, one
// for all cases rather than one a case.
func remind(d *decision) {
	if d.c.Reminders >= MaxReminders {
		d.refuse("reminded often enough", nil)
		return
	}
	if !Awake(d.event.At) && d.policy.ReminderAfter >= time.Hour { // shorter settings are for trying it out
		d.job(Remind(d.c.Rev, NextMorning(d.event.At)))
		d.refuseButKeepJobs("night")
		return
	}
	d.sendReminder()
	d.job(Remind(d.c.Rev, d.event.At.Add(d.policy.ReminderAfter<<d.c.Reminders)))
}

// refuseKeeping changes nothing but the jobs that were collected.
func (d *decision) refuseButKeepJobs(why string) {
	d.rule(why)
	d.change.Silent = true
}

func (d *decision) sendReminder() {
	d.c.Reminders++
	d.c.RemindedAt = d.event.At
	d.detail("reminder", strconv.Itoa(d.c.Reminders))
	if d.c.State.Turn() == Applicant {
		d.job(Reminder(d.c.Rev).Towards(Receiver{Type: "open_id", ID: d.c.OpenID}))
		return
	}
	d.job(Reply(ReplyDigest).ToHR())
}

// nudge is HR's 催办 for one case: capped, not too often, and quiet at night.
func nudge(d *decision) {
	switch {
	case d.c.Reminders >= MaxReminders:
		d.refuse(NudgeCapped, nil)
		return
	case d.event.At.Sub(d.c.RemindedAt) < NudgeEvery:
		d.refuse(NudgeTooSoon, nil)
		return
	}
	d.sendReminder()
	if !Awake(d.event.At) {
		d.change.Jobs[len(d.change.Jobs)-1].At = NextMorning(d.event.At)
	}
}

// Why a nudge did nothing.
const (
	NudgeCapped  = "reminded often enough"
	NudgeTooSoon = "reminded a short while ago"
)
